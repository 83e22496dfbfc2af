//! The entity tag of a file (RFC 9110, 8.8.3): it changes whenever the content does, and is the same
//! on two machines that have the same copy.
//!
//! Up to [`DIGEST_MAX`] it is a digest of the content: times do not tell enough, since build tools set
//! fixed ones (1980-01-01, 1985-10-26), a clock may be behind, and two saves within one second have
//! one date. Above that a digest would take too long, and the tag is made of modification time and
//! length. No inode number and no time of change is in it: `rsync -a` copies neither.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::fingerprint::Fingerprint;
use crate::os::transport::read_at;

/// The longest file whose content is read for its tag, in bytes.
pub(super) const DIGEST_MAX: u64 = 1024 * 1024;

/// How much of a file is read at a time.
const PIECE: usize = 64 * 1024;

/// A modification time that is younger may stand for two contents: some clocks tick that slowly.
const YOUNG: Duration = Duration::from_secs(2);

/// The tag of content in memory.
pub(super) fn of_bytes(bytes: &[u8]) -> String {
    of_digest(xxh3_128(bytes))
}

/// The tag of a file that is not in memory, and how many bytes were read for it. `now` is the time
/// of the wall clock.
pub(super) fn of_file(
    file: &File,
    fingerprint: &Fingerprint,
    now: SystemTime,
) -> io::Result<(String, u64)> {
    if fingerprint.length > DIGEST_MAX {
        return Ok((of_times(fingerprint, now), 0));
    }
    let digest = digest_of(file, fingerprint.length)?;
    Ok((of_digest(digest), fingerprint.length))
}

fn digest_of(file: &File, length: u64) -> io::Result<u128> {
    let mut hasher = Xxh3::new();
    let mut piece = vec![0; PIECE];
    let mut offset = 0;
    while offset < length {
        let wanted = usize::try_from(length - offset).unwrap_or(PIECE).min(PIECE);
        match read_at(file, &mut piece[..wanted], offset) {
            // It has become shorter: sending it will end early, too.
            Ok(0) => break,
            Ok(count) => {
                hasher.update(&piece[..count]);
                offset += count as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hasher.digest128())
}

fn of_digest(digest: u128) -> String {
    format!("\"{digest:032x}\"")
}

/// Weak where the time may not tell two contents apart: it has no nanoseconds, or is too young.
fn of_times(fingerprint: &Fingerprint, now: SystemTime) -> String {
    let modified = fingerprint.modified().unwrap_or(UNIX_EPOCH);
    let since_1970 = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    let is_young = now.duration_since(modified).is_ok_and(|age| age < YOUNG);
    let is_weak = since_1970.subsec_nanos() == 0 || is_young || modified > now;
    let weak = if is_weak { "W/" } else { "" };
    let (time, length) = (since_1970.as_nanos(), fingerprint.length);
    format!("{weak}\"{time:x}-{length:x}\"")
}
