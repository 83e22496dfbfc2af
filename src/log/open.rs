//! Opening a log: whatever lies there already, what we append to begins with our header and ends
//! at a row's end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::OFlags;

use crate::files::Identity;
use crate::log::access_log;

use super::lock::FileLock;

/// How often the file may be another's new one between opening it and our turn.
const ATTEMPTS: usize = 10;

/// Opens the log at `path` for appending. A torn end is cut off and a file with other columns set
/// aside, and that is said in `notices`; gives the identity of the file that was set aside.
pub(super) fn open(
    path: &Path,
    now: SystemTime,
    notices: &mut Vec<String>,
) -> io::Result<(File, Option<Identity>)> {
    let mut aside_identity = None;
    for _ in 0..ATTEMPTS {
        let file = open_for_append(path)?;
        if !file.metadata()?.is_file() {
            return Ok((file, aside_identity));
        }
        let lock = FileLock::take(&file);
        if !lock.is_at(path) {
            continue;
        }
        match examine(&file)? {
            Held::Empty | Held::Ours { torn: 0, .. } => {}
            Held::Ours { length, torn } => {
                file.set_len(length)?;
                notices.push(format!(
                    "the log '{}' ended in half a row, as after a crash; its last {torn} \
                         bytes were cut off",
                    path.display()
                ));
            }
            Held::Foreign => {
                let aside = set_aside(path, now)?;
                aside_identity = Some(Identity::of(&file.metadata()?));
                notices.push(format!(
                    "the log '{}' has other columns and was set aside as '{}'",
                    path.display(),
                    aside.display()
                ));
                continue;
            }
        }
        drop(lock);
        return Ok((file, aside_identity));
    }
    Err(io::Error::other("others keep replacing the file"))
}

/// Opens for appending, so that two servers on one file don't overwrite each other. Non-blocking,
/// so that a FIFO without a reader neither stops us here nor later.
fn open_for_append(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed())
        .open(path)
}

/// What an existing log file holds.
enum Held {
    Empty,
    /// Our header and rows, and after `length` bytes a rest of `torn` bytes without a line end.
    Ours {
        length: u64,
        torn: u64,
    },
    Foreign,
}

fn examine(mut file: &File) -> io::Result<Held> {
    let size = file.metadata()?.len();
    if size == 0 {
        return Ok(Held::Empty);
    }
    let header = access_log::header();
    let mut first = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(header.len() as u64).read_to_end(&mut first)?;
    if first == header {
        let length = last_line_end(file, size)?;
        let torn = size - length;
        return Ok(Held::Ours { length, torn });
    }
    // A crash may have come in the middle of the header.
    if header.starts_with(&first) {
        return Ok(Held::Ours {
            length: 0,
            torn: size,
        });
    }
    Ok(Held::Foreign)
}

/// The offset past the last line end before `size`; 0 if there is none. Reads backwards, so that a
/// log of many gigabytes takes no longer than a short one.
fn last_line_end(file: &File, size: u64) -> io::Result<u64> {
    let mut buffer = [0; 4096];
    let mut end = size;
    while end > 0 {
        let start = end.saturating_sub(buffer.len() as u64);
        let piece = &mut buffer[..usize::try_from(end - start).unwrap_or(0)];
        file.read_exact_at(piece, start)?;
        if let Some(position) = memchr::memrchr(b'\n', piece) {
            return Ok(start + position as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Renames `Log.csv` to `Log.2026-11-22T10-11-12Z.csv`, or with a number behind the date if there
/// is one of that name.
fn set_aside(path: &Path, now: SystemTime) -> io::Result<PathBuf> {
    // Colons are not for file names: some systems and many tools read them as something else.
    let date = humantime::format_rfc3339_seconds(now)
        .to_string()
        .replace(':', "-");
    for number in 0.. {
        let suffix = match number {
            0 => String::new(),
            _ => format!("-{number}"),
        };
        let extension = path
            .extension()
            .map_or_else(String::new, |extension| format!(".{}", extension.display()));
        let stem = path.file_stem().unwrap_or_default().display();
        let aside = path.with_file_name(format!("{stem}.{date}{suffix}{extension}"));
        if !aside.try_exists()? {
            fs::rename(path, &aside)?;
            return Ok(aside);
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn nothing_that_was_set_aside_is_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let mut names = Vec::new();
        for number in 0..3 {
            fs::write(&path, format!("{number}")).unwrap();
            let aside = set_aside(&path, UNIX_EPOCH).unwrap();
            assert_eq!(fs::read_to_string(&aside).unwrap(), format!("{number}"));
            names.push(aside.file_name().unwrap().to_owned());
        }
        let expected = [
            "log.1970-01-01T00-00-00Z",
            "log.1970-01-01T00-00-00Z-1",
            "log.1970-01-01T00-00-00Z-2",
        ];
        assert_eq!(names, expected);
    }
}
