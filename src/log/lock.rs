//! Several servers on one log.
//!
//! Appending is atomic, but making an empty log begin with a header, cutting off a torn end and
//! taking back half a row are not: another's row may come in between. So each takes its turn, by
//! a lock on the file (flock(2)). It binds millponds only, and ends with the process that holds
//! it, however that ends.

use std::fs::File;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use crate::files::Identity;

/// A turn takes less than a millisecond. Whoever holds the lock for longer has been stopped or is
/// no millpond, and serving does not wait for that.
const ATTEMPTS: u32 = 100;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(1);

/// The file is ours until this is dropped, as far as that can be had.
pub(super) struct FileLock<'a> {
    file: &'a File,
    is_ours: bool,
}

impl<'a> FileLock<'a> {
    pub(super) fn take(file: &'a File) -> Self {
        let mut attempts = 0..ATTEMPTS;
        let is_ours = loop {
            match flock(file, FlockOperation::NonBlockingLockExclusive) {
                Err(rustix::io::Errno::WOULDBLOCK | rustix::io::Errno::INTR) => {}
                // A file system without locks is not for sharing a log on.
                Ok(()) | Err(_) => break true,
            }
            if attempts.next().is_none() {
                break false;
            }
            thread::sleep(BETWEEN_ATTEMPTS);
        };
        Self { file, is_ours }
    }

    /// Cuts off so many bytes that were appended in this turn; gives whether that could be done.
    pub(super) fn take_back(&self, bytes: usize) -> bool {
        let cut = || {
            let metadata = self.file.metadata().ok()?;
            let length = metadata.len().checked_sub(bytes as u64)?;
            let is_possible = self.is_ours && metadata.is_file();
            is_possible.then(|| self.file.set_len(length).ok())?
        };
        bytes == 0 || cut().is_some()
    }

    /// Whether the file is still the one of this name. While we waited for our turn, another may
    /// have set it aside.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        let identities = (path.metadata(), self.file.metadata());
        matches!(identities, (Ok(there), Ok(here)) if Identity::of(&there) == Identity::of(&here))
    }
}

impl Drop for FileLock<'_> {
    fn drop(&mut self) {
        if self.is_ours {
            // Closing the file would do it, too.
            let _ = flock(self.file, FlockOperation::Unlock);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::UNIX_EPOCH;

    use super::super::file::LogFile;
    use super::*;
    use crate::log::access_log;

    fn header() -> String {
        String::from_utf8(access_log::header()).unwrap()
    }

    #[test]
    fn an_opening_cuts_nothing_off_that_is_being_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Log.csv");
        let mut log = LogFile::open(&path, UNIX_EPOCH, &mut Vec::new()).unwrap();
        // Many pages, none of which ends at a row's end.
        let rows = format!("{}\n", "x".repeat(998)).repeat(128);
        let is_over = AtomicBool::new(false);
        let mut notices = Vec::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    LogFile::open(&path, UNIX_EPOCH, &mut notices).unwrap();
                    // Real servers don't start without a pause, which would leave no one a turn.
                    thread::sleep(Duration::from_millis(1));
                }
            });
            for _ in 0..200 {
                assert_eq!(log.write(rows.as_bytes(), Duration::ZERO), None);
            }
            is_over.store(true, Ordering::Relaxed);
        });
        assert_eq!(notices, [""; 0]);
        let expected = header() + &rows.repeat(200);
        assert!(fs::read_to_string(&path).unwrap() == expected);
    }

    #[test]
    fn openings_at_the_same_time_write_one_header() {
        let directory = tempfile::tempdir().unwrap();
        let barrier = Barrier::new(4);
        for round in 0..200 {
            let path = directory.path().join(format!("{round}.csv"));
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        barrier.wait();
                        LogFile::open(&path, UNIX_EPOCH, &mut Vec::new()).unwrap();
                    });
                }
            });
            assert_eq!(fs::read_to_string(&path).unwrap(), header());
        }
    }

    #[test]
    fn a_lock_that_is_never_given_back_does_not_stop_us() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Log.csv");
        let file = File::create(&path).unwrap();
        flock(&file, FlockOperation::LockExclusive).unwrap();
        let mut log = LogFile::open(&path, UNIX_EPOCH, &mut Vec::new()).unwrap();
        assert_eq!(log.write(b"row\n", Duration::ZERO), None);
        assert_eq!(fs::read_to_string(&path).unwrap(), header() + "row\n");
    }
}
