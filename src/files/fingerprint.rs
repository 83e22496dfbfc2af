//! How a change of a file shows: in its inode's numbers.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{FileType, Stat};

/// A file's identity: device and inode number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity(u64, u64);

impl Identity {
    /// Of the file that `metadata` describes.
    pub fn of(metadata: &Metadata) -> Self {
        Self(metadata.dev(), metadata.ino())
    }
}

/// A time in an inode: seconds and nanoseconds.
type InodeTime = (i64, u32);

/// All that stat(2) tells of a file and that a change of it moves.
///
/// The time of change is among it, which nobody can set: it moves with content, length, mode, owner
/// and names alike. So two equal signatures are one unchanged file, but for one case, for which see
/// [`Fingerprint::is_older_than_clock_tick`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) identity: Identity,
    mode: u32,
    pub(super) length: u64,
    modified: InodeTime,
    changed: InodeTime,
}

/// The coarsest clock of a file system in use, FAT's, ticks every two seconds.
const COARSEST_TICK: Duration = Duration::from_secs(2);

impl Fingerprint {
    // The fields of `Stat` have other types on other systems. Nanoseconds fit into 32 bits.
    #[allow(clippy::unnecessary_cast, clippy::cast_possible_truncation)]
    pub(super) fn of(stat: &Stat) -> Self {
        Self {
            identity: Identity(stat.st_dev as u64, stat.st_ino as u64),
            mode: stat.st_mode as u32,
            length: u64::try_from(stat.st_size).unwrap_or(0),
            modified: (stat.st_mtime, stat.st_mtime_nsec as u32),
            changed: (stat.st_ctime, stat.st_ctime_nsec as u32),
        }
    }

    pub(super) fn file_type(&self) -> FileType {
        FileType::from_raw_mode(self.mode)
    }

    /// The time of modification, unless it is before 1970.
    pub(super) fn modified(&self) -> Option<SystemTime> {
        to_time(self.modified)
    }

    /// Whether the next change will show: one within the same tick of the file system's clock as
    /// the last might not. A file changed so recently, or in the future, is looked up in each look.
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
    fn a_file_settles_two_ticks_after_its_last_change() {
        let now = UNIX_EPOCH + Duration::from_secs(1000);
        let table = [
            ((990, 0), (990, 0), true),
            ((997, 999_999_999), (900, 0), true),
            ((998, 0), (900, 0), false),
            // A time of modification can be set at will; the time of change can't.
            ((900, 0), (999, 0), false),
            ((900, 0), (1001, 0), false),
            ((-1, 0), (-1, 0), false),
        ];
        for (modified, changed, expected) in table {
            let fingerprint = Fingerprint {
                identity: Identity(1, 2),
                mode: 0,
                length: 0,
                modified,
                changed,
            };
            assert_eq!(
                fingerprint.is_older_than_clock_tick(now),
                expected,
                "{fingerprint:?}"
            );
        }
    }
}
