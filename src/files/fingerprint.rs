//! Whether a file has changed, by what its inode says.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{FileType, Stat};

use crate::os::file_identity::FileIdentity;

/// A time in an inode: seconds since 1970 and nanoseconds.
type InodeTime = (i64, u32);

/// The fields of stat(2) of which at least one differs after every change of a file.
///
/// The time of change is among them. No program can set it, and it moves with content, length, mode,
/// owner and names. So equal fingerprints mean an unchanged file, with one exception: see
/// [`Fingerprint::is_older_than_clock_tick`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) identity: FileIdentity,
    mode: u32,
    pub(super) length: u64,
    modified: InodeTime,
    changed: InodeTime,
}

/// The tick of the coarsest clock that a file system in use has: FAT's.
const COARSEST_TICK: Duration = Duration::from_secs(2);

impl Fingerprint {
    // The fields of `Stat` have other types on other systems. Nanoseconds fit into 32 bits.
    #[allow(clippy::unnecessary_cast, clippy::cast_possible_truncation)]
    pub(super) fn new(stat: &Stat) -> Self {
        Self {
            identity: FileIdentity::from(stat),
            mode: stat.st_mode as u32,
            length: u64::try_from(stat.st_size).unwrap_or(0),
            modified: (stat.st_mtime, stat.st_mtime_nsec as u32),
            changed: (stat.st_ctime, stat.st_ctime_nsec as u32),
        }
    }

    pub(super) fn file_type(&self) -> FileType {
        FileType::from_raw_mode(self.mode)
    }

    /// The modification time; `None` before 1970.
    pub(super) fn modified(&self) -> Option<SystemTime> {
        to_time(self.modified)
    }

    /// Whether the next change is certain to change the fingerprint. Two changes within one tick of
    /// the file system's clock may leave the same times, so a file that changed at most one tick
    /// before `now`, or after it, is not cached.
    pub(super) fn is_older_than_clock_tick(&self, now: SystemTime) -> bool {
        let last = self.changed.max(self.modified);
        to_time(last)
            .and_then(|last| now.duration_since(last).ok())
            .is_some_and(|age| age > COARSEST_TICK)
    }
}

fn to_time((seconds, nanoseconds): InodeTime) -> Option<SystemTime> {
    let seconds = u64::try_from(seconds).ok()?;
    UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_reliable_one_clock_tick_after_the_last_change() {
        let now = UNIX_EPOCH + Duration::from_secs(1000);
        let table = [
            ((990, 0), (990, 0), true),
            ((997, 999_999_999), (900, 0), true),
            ((998, 0), (900, 0), false),
            // A program can set the modification time but not the time of change.
            ((900, 0), (999, 0), false),
            ((900, 0), (1001, 0), false),
            ((-1, 0), (-1, 0), false),
        ];
        for (modified, changed, expected) in table {
            let fingerprint = Fingerprint {
                modified,
                changed,
                ..Fingerprint::new(&rustix::fs::stat(".").unwrap())
            };
            assert_eq!(
                fingerprint.is_older_than_clock_tick(now),
                expected,
                "{fingerprint:?}"
            );
        }
    }
}
