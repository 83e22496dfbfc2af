//! The lock with which several servers share one log.
//!
//! Appending is atomic. But writing a header into an empty log, cutting off a torn end and removing
//! half a row are not: a row of another server may come in between. So a server does these only
//! while it holds a lock on the file (flock(2)). Other programs do not respect the lock. The kernel
//! releases it when the process that holds it ends, however it ends.
//!
//! Every process that may read the log can hold the lock, for as long as it likes. So the loop tries
//! once and never waits: rows that can't be written stay in memory, and are tried again later.

use std::fs::{File, Metadata};
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use crate::os::file_identity::FileIdentity;

/// How long to try for the lock.
#[derive(Clone, Copy, Debug)]
pub enum Patience {
    /// Once: what the loop does.
    OneTry,
    /// For up to a second, with pauses: before the loop begins and after it has ended. A server holds
    /// the lock for less than a millisecond; a process that holds it for longer has been stopped or is no
    /// millpond.
    OneSecond,
}

/// How often [`Patience::OneSecond`] tries, and how far apart.
const ATTEMPTS: u32 = 1000;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(1);

/// Exclusive use of the file until this is dropped.
pub(super) struct FileLock<'a> {
    file: &'a File,
}

impl<'a> FileLock<'a> {
    /// The lock; `None` if another process holds it.
    pub(super) fn acquire(file: &'a File, patience: Patience) -> Option<Self> {
        if Self::try_acquire(file) {
            return Some(Self { file });
        }
        let retries = match patience {
            Patience::OneTry => 0,
            Patience::OneSecond => ATTEMPTS,
        };
        let mut retries = 0..retries;
        let is_held = retries.any(|_| {
            thread::sleep(BETWEEN_ATTEMPTS);
            Self::try_acquire(file)
        });
        is_held.then_some(Self { file })
    }

    /// On a file system without locks, servers can't share a log: this one acts as if it were alone.
    fn try_acquire(file: &File) -> bool {
        let locked = flock(file, FlockOperation::NonBlockingLockExclusive);
        !matches!(
            locked,
            Err(rustix::io::Errno::WOULDBLOCK | rustix::io::Errno::INTR)
        )
    }

    /// Cuts off the last `bytes` of the file, which were appended while the lock was held. Returns
    /// whether that was possible.
    pub(super) fn cut_off(&self, bytes: usize) -> bool {
        let cut = || {
            let metadata = self.file.metadata().ok()?;
            let length = metadata.len().checked_sub(bytes as u64)?;
            self.file.set_len(length).ok()
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
        // Closing the file would release the lock too, but a log stays open.
        let _ = flock(self.file, FlockOperation::Unlock);
    }
}
