//! Opens a log. Whatever the file held before, it then begins with the header row and ends at the
//! end of a row, unless another process holds its lock: then it is left as it is, to be opened again
//! later.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::OFlags;

use crate::os::links::{self, Destination};

use super::csv_row;
use super::lock::{FileLock, Patience};

/// How often to open the file again because another server has replaced it before it was locked.
const ATTEMPTS: usize = 10;

/// A log that is open for appending.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) file: File,
    /// The file with other columns that had the name before. It is kept open, so that no other file
    /// gets its inode number.
    pub(super) set_aside: Option<File>,
    /// Whether the file was examined, and mended where necessary. Not while another process holds its
    /// lock.
    pub(super) is_examined: bool,
    /// Whether the header must be written first, whatever the file holds: it is a pipe or a device, or
    /// what this process inherited as a stream.
    pub(super) needs_header: bool,
}

/// Opens the log at `path` for appending. Cuts off a torn end, sets aside a file with other columns,
/// and tells either in `notices`.
pub(super) fn open(
    path: &Path,
    now: SystemTime,
    patience: Patience,
    notices: &mut Vec<String>,
) -> io::Result<Opened> {
    let mut set_aside = None;
    for _ in 0..ATTEMPTS {
        let file = open_for_append(path)?;
        let opened = |file, set_aside, is_examined, needs_header| Opened {
            file,
            set_aside,
            is_examined,
            needs_header,
        };
        if !file.metadata()?.is_file() {
            return Ok(opened(file, set_aside, true, true));
        }
        let Some(lock) = FileLock::acquire(&file, patience) else {
            return Ok(opened(file, set_aside, false, false));
        };
        if !lock.is_still_at(path) {
            continue;
        }
        match examine(&file)? {
            Existing::Empty | Existing::Log { torn: 0, .. } => {}
            Existing::Log { length, torn } => {
                file.set_len(length)?;
                notices.push(format!(
                    "the log '{}' ended in half a row, as after a crash; its last {torn} \
                         bytes were cut off",
                    path.display()
                ));
            }
            Existing::Foreign => {
                let Some(target) = target(path)? else {
                    drop(lock);
                    return Ok(opened(file, set_aside, true, true));
                };
                if !lock.is_still_at(&target) {
                    continue;
                }
                let aside = rename_aside(&target, now)?;
                notices.push(format!(
                    "the log '{}' has other columns and was set aside as '{}'",
                    path.display(),
                    aside.display()
                ));
                drop(lock);
                set_aside = Some(file);
                continue;
            }
        }
        drop(lock);
        return Ok(opened(file, set_aside, true, false));
    }
    Err(io::Error::other("others keep replacing the file"))
}

/// Opens for appending, so that two servers on one file don't overwrite each other's rows.
/// Non-blocking, so that neither this call nor a later write waits for the reader of a FIFO.
fn open_for_append(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed())
        .open(path)
}

/// Whether there is a regular file at `path` that begins with the header.
pub(crate) fn has_header(path: &Path) -> bool {
    // A pipe is not opened: what is in it belongs to its reader.
    let is_file = path.metadata().is_ok_and(|metadata| metadata.is_file());
    let mut first = Vec::new();
    let header = csv_row::header();
    let mut read = || {
        let file = File::open(path)?;
        file.take(header.len() as u64).read_to_end(&mut first)
    };
    is_file && read().is_ok() && first == header
}

/// The content of an existing file.
enum Existing {
    Empty,
    /// The header and rows in the first `length` bytes, then `torn` bytes without a line end.
    Log {
        length: u64,
        torn: u64,
    },
    /// Anything else, such as a log with other columns.
    Foreign,
}

fn examine(mut file: &File) -> io::Result<Existing> {
    let size = file.metadata()?.len();
    if size == 0 {
        return Ok(Existing::Empty);
    }
    let header = csv_row::header();
    let mut first = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(header.len() as u64).read_to_end(&mut first)?;
    if first == header {
        let length = last_line_end(file, size)?;
        let torn = size - length;
        return Ok(Existing::Log { length, torn });
    }
    // A crash in the middle of writing the header leaves a part of it.
    if header.starts_with(&first) {
        return Ok(Existing::Log {
            length: 0,
            torn: size,
        });
    }
    Ok(Existing::Foreign)
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

/// The name of the log's file itself, if the path is a link: a link belongs to the operator, and stays.
/// `None` if the link leads to what this process inherited, as `/dev/stdout` does: a name of that does not
/// lead back to the link.
fn target(path: &Path) -> io::Result<Option<PathBuf>> {
    if !fs::symlink_metadata(path)?.is_symlink() {
        return Ok(Some(path.to_owned()));
    }
    Ok(match links::resolve(path, |_| Ok(()))? {
        Destination::Path(target) => Some(target),
        Destination::Descriptor => None,
    })
}

/// Renames `Log.csv` to `Log.2026-11-22T10-11-12Z.csv`, with a number behind the date if that name
/// is taken. Returns the new path.
fn rename_aside(path: &Path, now: SystemTime) -> io::Result<PathBuf> {
    // No colons in a file name: some systems and many tools give them another meaning.
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
    fn setting_a_log_aside_never_overwrites_another() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let mut names = Vec::new();
        for number in 0..3 {
            fs::write(&path, format!("{number}")).unwrap();
            let aside = rename_aside(&path, UNIX_EPOCH).unwrap();
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
