//! The lock with which several servers share one log.
//!
//! Appending is atomic. But writing a header into an empty log, cutting off a torn end and removing
//! half a row are not: a row of another server may come in between. So a server does these only
//! while it holds a lock on the file (flock(2)). Other programs do not respect the lock. The kernel
//! releases it when the process that holds it ends, however it ends.

use std::fs::{File, Metadata};
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use crate::os::file_identity::FileIdentity;

/// How often and how far apart to try for the lock: for 100 ms in all. A server holds it for less
/// than a millisecond. A process that holds it for longer has been stopped or is no millpond, and
/// serving does not wait for it.
const ATTEMPTS: u32 = 100;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(1);

/// Exclusive use of the file until this is dropped, unless [`FileLock::acquire`] gave up.
pub(super) struct FileLock<'a> {
    file: &'a File,
    is_held: bool,
}

impl<'a> FileLock<'a> {
    /// Waits for the lock, but goes on without it when all attempts fail.
    pub(super) fn acquire(file: &'a File) -> Self {
        let mut attempts = 0..ATTEMPTS;
        let is_held = loop {
            match flock(file, FlockOperation::NonBlockingLockExclusive) {
                Err(rustix::io::Errno::WOULDBLOCK | rustix::io::Errno::INTR) => {}
                // On a file system without locks, servers can't share a log: this one acts as if it
                // were alone.
                Ok(()) | Err(_) => break true,
            }
            if attempts.next().is_none() {
                break false;
            }
            thread::sleep(BETWEEN_ATTEMPTS);
        };
        Self { file, is_held }
    }

    /// Cuts off the last `bytes` of the file, which were appended while the lock was held. Returns
    /// whether that was possible: not without the lock, and not in a pipe.
    pub(super) fn cut_off(&self, bytes: usize) -> bool {
        let cut = || {
            let metadata = self.file.metadata().ok()?;
            let length = metadata.len().checked_sub(bytes as u64)?;
            let is_possible = self.is_held && metadata.is_file();
            is_possible.then(|| self.file.set_len(length).ok())?
        };
        bytes == 0 || cut().is_some()
    }

    /// Whether the file still has the name `path`. Another server may have set it aside while this
    /// one waited for the lock.
    pub(super) fn is_still_at(&self, path: &Path) -> bool {
        let identity = |metadata: Metadata| FileIdentity::from(&metadata);
        let named = path.metadata().ok().map(identity);
        named.is_some() && named == self.file.metadata().ok().map(identity)
    }
}

impl Drop for FileLock<'_> {
    fn drop(&mut self) {
        if self.is_held {
            // Closing the file would release the lock too, but a log stays open.
            let _ = flock(self.file, FlockOperation::Unlock);
        }
    }
}
