//! The log's file: opened so that what is in it stays readable, written in whole rows.
//!
//! A write ends at the end of a row. Where the system cuts it short, as on a full disk, half a row
//! is taken back and that row goes out first next time: it is late rather than torn. A pipe takes
//! rows whole or not at all, but for those longer than a page: they are finished next time. Rows
//! that can't be written are dropped and counted: serving goes on without its log, never the other
//! way round.
//!
//! Several servers may share a log: see `sharing`.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::files::Identity;
use crate::log::access_log;

/// A failing log is mentioned at most so often.
const WARN_EVERY: Duration = Duration::from_secs(60);

/// So much a pipe takes whole or not at all, on Linux.
const PIPE_BUF: usize = 4096;

/// An open log file.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    file: File,
    set_aside: Option<Identity>,
    /// What goes out first next time: whole lines, or in a pipe the rest of one.
    late: Vec<u8>,
    /// Rows dropped since the last warning.
    lost: u64,
    lost_since_start: u64,
    warned_at: Option<Duration>,
}

impl LogFile {
    /// Opens the log for appending, and makes sure that it begins with our header and ends at a
    /// row's end. Whatever had to be done for that is said in `notices`, a line each.
    pub fn open(path: &Path, now: SystemTime, notices: &mut Vec<String>) -> io::Result<Self> {
        let (file, set_aside) = super::open::open(path, now, notices)?;
        let mut log = Self {
            path: path.to_owned(),
            late: if file.metadata()?.is_file() {
                Vec::new()
            } else {
                access_log::header()
            },
            file,
            set_aside,
            lost: 0,
            lost_since_start: 0,
            warned_at: None,
        };
        // The header only. If there is no room for it, it goes out before the first row.
        let _ = log.append(b"");
        Ok(log)
    }

    /// The identities of this file and of one that was set aside for it, by which the document
    /// root knows what not to serve.
    pub fn identities(&self) -> impl Iterator<Item = Identity> {
        let own = self.file.metadata().ok();
        let own = own.map(|metadata| Identity::of(&metadata));
        own.into_iter().chain(self.set_aside)
    }

    /// How many rows could not be written, or not yet.
    pub fn lost_since_start(&self) -> u64 {
        let header = access_log::header();
        let late = self.late.strip_prefix(&*header).unwrap_or(&self.late);
        self.lost_since_start + count_rows(late)
    }

    /// Opens the log anew, as after a rotation: the new file first, so that the old one stays if
    /// that fails. Whatever had to be done is said in `notices`.
    pub fn reopen(&mut self, now: SystemTime, notices: &mut Vec<String>) -> io::Result<()> {
        let new = Self::open(&self.path, now, notices)?;
        let was_file = self.file.metadata().is_ok_and(|old| old.is_file());
        self.file = new.file;
        self.set_aside = new.set_aside;
        let late = std::mem::replace(&mut self.late, new.late);
        if was_file {
            self.late.extend(late);
        } else {
            // The rest of a row belongs behind its beginning, which is in the old pipe.
            self.lose(count_rows(&late));
        }
        Ok(())
    }

    /// Writes whole rows. Gives back a warning when rows are lost, at most once a minute.
    pub fn write(&mut self, rows: &[u8], now: Duration) -> Option<String> {
        if let Err(error) = self.look_after_file() {
            self.lose(count_rows(rows));
            return self.warning(&error, now);
        }
        let error = self.append(rows).err()?;
        self.warning(&error, now)
    }

    /// Appends what is late and then `rows`, to an empty file behind its header. The line that
    /// the write stops in is late; those after it are lost.
    fn append(&mut self, rows: &[u8]) -> io::Result<()> {
        let lock = super::lock::FileLock::take(&self.file);
        let metadata = self.file.metadata().ok();
        let file_length = metadata.filter(Metadata::is_file).map(|it| it.len());
        let header = access_log::header();
        let (mut lines, piece) = match file_length {
            Some(0) => (header.clone(), usize::MAX),
            Some(_) => (Vec::new(), usize::MAX),
            None => (Vec::new(), PIPE_BUF),
        };
        lines.append(&mut self.late);
        lines.extend_from_slice(rows);
        let Err(Failure { written, error }) = write_all(&self.file, &lines, piece) else {
            return Ok(());
        };
        let begin = memchr::memrchr(b'\n', &lines[..written]).map_or(0, |end| end + 1);
        let end = memchr::memchr(b'\n', &lines[written..]).map_or(0, |end| end + 1) + written;
        let is_taken_back = lock.take_back(written - begin);
        drop(lock);
        let late = &lines[if is_taken_back { begin } else { written }..end];
        // A file that is still empty gets its header by that.
        if file_length.is_none() || late != header {
            self.late = late.to_vec();
        }
        self.lose(count_rows(&lines[end..]));
        Err(error)
    }

    fn lose(&mut self, rows: u64) {
        self.lost += rows;
        self.lost_since_start += rows;
    }

    fn warning(&mut self, error: &io::Error, now: Duration) -> Option<String> {
        if self
            .warned_at
            .is_some_and(|last| now.saturating_sub(last) < WARN_EVERY)
        {
            return None;
        }
        self.warned_at = Some(now);
        let lost = std::mem::take(&mut self.lost);
        Some(format!(
            "cannot write the log '{}': {error}; {lost} rows lost so far, serving goes on",
            self.path.display()
        ))
    }

    /// A log that was deleted while we hold it would go on growing unseen: the disk fills, and
    /// nobody finds the file.
    fn look_after_file(&mut self) -> io::Result<()> {
        if self.file.metadata()?.nlink() == 0 {
            // It is a file like any other that lies there at the start; what is cut off or set
            // aside from it now has no one to be told to.
            self.reopen(SystemTime::now(), &mut Vec::new())?;
        }
        Ok(())
    }
}

/// A write that stopped early.
struct Failure {
    written: usize,
    error: io::Error,
}

impl Failure {
    fn new(written: usize, error: io::Error) -> Self {
        Self { written, error }
    }
}

/// Writes lines, in pieces of whole lines that are no longer than `piece` if that can be.
fn write_all(mut file: &File, lines: &[u8], piece: usize) -> Result<(), Failure> {
    let mut written = 0;
    while written < lines.len() {
        let rest = &lines[written..];
        let end = match rest.get(..piece) {
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
