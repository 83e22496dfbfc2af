//! The file of the access log: only whole rows go into it.
//!
//! When the kernel cuts a write short, as on a full disk, half a row is cut off again and the next
//! write begins with that row: the row is late rather than torn. A pipe takes a row wholly or not at
//! all, except for a row longer than a page, whose rest the next write finishes. Rows that can't be
//! written are dropped and counted: the server goes on without its log rather than wait for it.
//!
//! Several servers may share a log: see `lock`.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::os::file_identity::FileIdentity;

use super::csv_row;
use super::lock::FileLock;

/// The shortest time between two warnings about a log that can't be written.
const WARNING_INTERVAL: Duration = Duration::from_secs(60);

/// A pipe takes this many bytes wholly or not at all, on Linux (pipe(7)).
const PIPE_BUF: usize = 4096;

/// An open log file.
#[derive(Debug)]
pub(crate) struct LogFile {
    path: PathBuf,
    file: File,
    /// The file that had to be set aside for this one.
    set_aside: Option<FileIdentity>,
    /// The beginning of the next write: whole lines, or for a pipe perhaps the rest of one.
    late: Vec<u8>,
    lost_since_warning: u64,
    lost_since_start: u64,
    warned_at: Option<Duration>,
}

impl LogFile {
    /// Opens the log for appending, and makes sure that it begins with the header row and ends at the
    /// end of a row. What it changes for that, it tells in `notices`, one line each.
    pub(crate) fn open(
        path: &Path,
        now: SystemTime,
        notices: &mut Vec<String>,
    ) -> io::Result<Self> {
        let (file, set_aside) = super::open::open(path, now, notices)?;
        let mut log = Self {
            path: path.to_owned(),
            late: if file.metadata()?.is_file() {
                Vec::new()
            } else {
                csv_row::header()
            },
            file,
            set_aside,
            lost_since_warning: 0,
            lost_since_start: 0,
            warned_at: None,
        };
        // Writes the header. If that fails, as on a full disk, the header comes before the first row.
        let _ = log.append(b"");
        Ok(log)
    }

    /// The identities of this file and of the one that was set aside for it. The document root must
    /// not serve them.
    pub(crate) fn identities(&self) -> impl Iterator<Item = FileIdentity> {
        let own = self.file.metadata().ok();
        let own = own.map(|metadata| FileIdentity::from(&metadata));
        own.into_iter().chain(self.set_aside)
    }

    /// How many rows could not be written, or not yet, since the start.
    pub(crate) fn lost_since_start(&self) -> u64 {
        let header = csv_row::header();
        let late = self.late.strip_prefix(&*header).unwrap_or(&self.late);
        self.lost_since_start + count_rows(late)
    }

    /// Opens the log again, as after a rotation. Opens the new file first, so that the old one stays
    /// in use if that fails. `notices` are those of [`LogFile::open`].
    pub(crate) fn reopen(&mut self, now: SystemTime, notices: &mut Vec<String>) -> io::Result<()> {
        let new = Self::open(&self.path, now, notices)?;
        let was_file = self.file.metadata().is_ok_and(|old| old.is_file());
        self.file = new.file;
        self.set_aside = new.set_aside;
        let late = std::mem::replace(&mut self.late, new.late);
        if was_file {
            self.late.extend(late);
        } else {
            // The beginning of a late row is in the old pipe, so its rest can't go into the new file.
            self.count_lost(count_rows(&late));
        }
        Ok(())
    }

    /// Writes whole rows. Returns a warning when that fails, at most once per minute; `now` is the
    /// monotonic time for that.
    pub(crate) fn write(&mut self, rows: &[u8], now: Duration) -> Option<String> {
        if let Err(error) = self.reopen_if_deleted() {
            self.count_lost(count_rows(rows));
            return self.warning(&error, now);
        }
        let error = self.append(rows).err()?;
        self.warning(&error, now)
    }

    /// Appends the late lines and then `rows`; to an empty file, the header before them. If the write
    /// stops in a line, this line becomes late, and the lines after it are lost.
    fn append(&mut self, rows: &[u8]) -> io::Result<()> {
        let lock = FileLock::acquire(&self.file);
        let metadata = self.file.metadata().ok();
        let file_length = metadata
            .filter(Metadata::is_file)
            .map(|metadata| metadata.len());
        let header = csv_row::header();
        let (mut lines, piece_max) = match file_length {
            Some(0) => (header.clone(), usize::MAX),
            Some(_) => (Vec::new(), usize::MAX),
            None => (Vec::new(), PIPE_BUF),
        };
        lines.append(&mut self.late);
        lines.extend_from_slice(rows);
        let Err(Failure { written, error }) = write_all(&self.file, &lines, piece_max) else {
            return Ok(());
        };
        let begin = memchr::memrchr(b'\n', &lines[..written]).map_or(0, |end| end + 1);
        let end = memchr::memchr(b'\n', &lines[written..]).map_or(0, |end| end + 1) + written;
        let is_cut_off = lock.cut_off(written - begin);
        drop(lock);
        let late = &lines[if is_cut_off { begin } else { written }..end];
        // A header alone need not be kept for a file: the file is still empty, so the next call
        // writes the header in any case.
        if file_length.is_none() || late != header {
            self.late = late.to_vec();
        }
        self.count_lost(count_rows(&lines[end..]));
        Err(error)
    }

    fn count_lost(&mut self, rows: u64) {
        self.lost_since_warning += rows;
        self.lost_since_start += rows;
    }

    fn warning(&mut self, error: &io::Error, now: Duration) -> Option<String> {
        if self
            .warned_at
            .is_some_and(|last| now.saturating_sub(last) < WARNING_INTERVAL)
        {
            return None;
        }
        self.warned_at = Some(now);
        let lost = std::mem::take(&mut self.lost_since_warning);
        Some(format!(
            "cannot write the log '{}': {error}; {lost} rows lost so far, serving goes on",
            self.path.display()
        ))
    }

    /// Opens the log again if its file was deleted. The deleted file would go on growing: the disk
    /// fills, and no listing of a folder shows with what.
    fn reopen_if_deleted(&mut self) -> io::Result<()> {
        if self.file.metadata()?.nlink() == 0 {
            // There may be another file at the path, which is treated as at the start. The notices
            // about it are dropped, because `write` returns warnings about lost rows only.
            self.reopen(SystemTime::now(), &mut Vec::new())?;
        }
        Ok(())
    }
}

/// A write that stopped early.
struct Failure {
    /// How many bytes were written before.
    written: usize,
    error: io::Error,
}

impl Failure {
    fn new(written: usize, error: io::Error) -> Self {
        Self { written, error }
    }
}

/// Writes lines, in pieces of whole lines. A piece is no longer than `piece_max` bytes, unless one
/// line is.
fn write_all(mut file: &File, lines: &[u8], piece_max: usize) -> Result<(), Failure> {
    let mut written = 0;
    while written < lines.len() {
        let rest = &lines[written..];
        let end = match rest.get(..piece_max) {
            None => rest.len(),
            Some(within) => memchr::memrchr(b'\n', within)
                .or_else(|| memchr::memchr(b'\n', rest))
                .map_or(rest.len(), |end| end + 1),
        };
        match file.write(&rest[..end]) {
            Ok(0) => return Err(Failure::new(written, io::ErrorKind::WriteZero.into())),
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Failure::new(written, error)),
        }
    }
    Ok(())
}

fn count_rows(rows: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', rows).count() as u64
}

#[cfg(test)]
mod tests;
