//! The file of the access log: only whole rows go into it.
//!
//! When the kernel cuts a write short, as on a full disk, half a row is cut off again and the next
//! write begins with that row: the row is late rather than torn. A pipe takes a row wholly or not at
//! all, except for a row longer than a page, whose rest the next write finishes. Rows that can't be
//! written are dropped and counted: the server goes on without its log rather than wait for it.
//!
//! Several servers may share a log: see `lock`. While another process holds the lock, rows wait in
//! memory, up to `WAITING_MAX`.

use std::fmt::Display;
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::os::file_identity::FileIdentity;

use super::csv_row;
use super::fifo;
use super::lines::{self, ShortWrite};
use super::lock::{FileLock, Patience};
use super::losses::Losses;
use super::open::{self, Opened};

/// The most that waits for the lock: some ten thousand rows. What comes beyond is dropped and counted.
const WAITING_MAX: usize = 1024 * 1024;

/// The lock is tried again after this time.
const LOCK_RETRY: Duration = Duration::from_millis(100);

/// A lock that was held by others at each try for so long is worth a warning. Servers that share a log
/// hold it in turn, each for less than a millisecond.
const LOCK_WARNING: Duration = Duration::from_secs(1);

/// An open log file.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    opened: Opened,
    is_file: bool,
    /// The beginning of the next write: whole lines, or for a pipe perhaps the rest of one.
    late: Vec<u8>,
    /// Since when each try for the lock has failed, on the monotonic clock, and when the last was.
    locked: Option<(Duration, Duration)>,
    losses: Losses,
}

impl LogFile {
    /// Opens the log for appending, and makes sure that it begins with the header row and ends at the
    /// end of a row. What it changes for that, it tells in `notices`, one line each. While another
    /// process holds the file's lock, all that is left to a later write.
    pub fn open(
        path: &Path,
        now: SystemTime,
        patience: Patience,
        notices: &mut Vec<String>,
    ) -> io::Result<Self> {
        let opened = open::open(path, now, patience, notices)?;
        let is_file = opened.file.metadata()?.is_file();
        let mut log = Self {
            path: path.to_owned(),
            late: if opened.needs_header {
                csv_row::header()
            } else {
                Vec::new()
            },
            is_file,
            opened,
            locked: None,
            losses: Losses::default(),
        };
        if log.opened.is_examined {
            // Writes the header. If that fails, as on a full disk, the header comes before the first
            // row.
            let _ = log.append(b"", patience);
        } else {
            notices.push(format!(
                "the log '{}' is locked by another process; rows wait in memory, and the file is \
                 examined when the lock is free",
                path.display()
            ));
        }
        Ok(log)
    }

    /// The identities of this file and of the one that was set aside for it. Both are open, so no other
    /// file has them. The document root must not serve them.
    pub fn identities(&self) -> impl Iterator<Item = FileIdentity> {
        let files = [Some(&self.opened.file), self.opened.set_aside.as_ref()];
        let metadata = files.into_iter().flatten().map(File::metadata);
        metadata.flatten().map(|it| FileIdentity::from(&it))
    }

    /// How many rows have been lost since the start. Rows that wait are not among them.
    pub fn lost_since_start(&self) -> u64 {
        self.losses.since_start()
    }

    /// When to try for the lock again, on the monotonic clock; `None` if no row waits for it.
    pub fn retry_at(&self) -> Option<Duration> {
        self.locked.map(|(_, tried)| tried + LOCK_RETRY)
    }

    /// Opens the log again, as after a rotation. Opens the new file first, so that the old one stays
    /// in use if that fails. Does not wait for a lock. `notices` are those of [`LogFile::open`].
    pub fn reopen(&mut self, now: SystemTime, notices: &mut Vec<String>) -> io::Result<()> {
        self.open_again(now, Patience::OneTry, notices)
    }

    fn open_again(
        &mut self,
        now: SystemTime,
        patience: Patience,
        notices: &mut Vec<String>,
    ) -> io::Result<()> {
        let mut new = Self::open(&self.path, now, patience, notices)?;
        let set_aside = self.opened.set_aside.take();
        new.opened.set_aside = new.opened.set_aside.or(set_aside);
        let mut old = std::mem::replace(&mut self.opened, new.opened);
        let was_file = std::mem::replace(&mut self.is_file, new.is_file);
        let late = std::mem::replace(&mut self.late, new.late);
        if was_file {
            self.late.extend(late);
        } else {
            // The beginning of a late row is in the old pipe, so its rest can't go into the new file.
            self.losses.count(lines::count(&late));
            self.losses.count(fifo::give_up(&mut old.file, &self.path));
        }
        Ok(())
    }

    /// Writes whole rows, and those that waited. Pushes a warning when that fails, at most once per
    /// minute; `now` is the monotonic time for that. Does not wait for a lock.
    pub fn write(&mut self, rows: &[u8], now: Duration, notices: &mut Vec<String>) {
        self.write_with(rows, now, Patience::OneTry, notices);
    }

    /// Writes the last rows, after the loop has ended: may wait for the lock, for up to a second. What
    /// can't be written then is lost.
    pub fn finish(&mut self, rows: &[u8], now: Duration, notices: &mut Vec<String>) {
        if !rows.is_empty() || !self.late.is_empty() {
            self.write_with(rows, now, Patience::OneSecond, notices);
        }
        let header = csv_row::header();
        let late = self.late.strip_prefix(&*header).unwrap_or(&self.late);
        self.losses.count(lines::count(late));
        let unread = fifo::give_up(&mut self.opened.file, &self.path);
        self.losses.count(unread);
        self.late.clear();
        self.locked = None;
    }

    fn write_with(
        &mut self,
        rows: &[u8],
        now: Duration,
        patience: Patience,
        notices: &mut Vec<String>,
    ) {
        if let Err(error) = self.open_again_if_necessary(patience, notices) {
            self.losses.count(lines::count(rows));
            notices.extend(self.warning(&error, now));
            return;
        }
        match self.append(rows, patience) {
            Ok(()) => self.locked = None,
            Err(Failure::Locked) => {
                self.keep(rows);
                let since = self.locked.map_or(now, |(since, _)| since);
                self.locked = Some((since, now));
                if now.saturating_sub(since) >= LOCK_WARNING {
                    let waiting = lines::count(&self.late);
                    let reason =
                        format!("another process holds its lock, {waiting} rows wait in memory");
                    notices.extend(self.warning(&reason, now));
                }
            }
            Err(Failure::Io(error)) => {
                self.locked = None;
                notices.extend(self.warning(&error, now));
            }
        }
    }
    /// Appends the late lines and then `rows`; to an empty file, the header before them. If the write
    /// stops in a line, this line becomes late, and the lines after it are lost.
    fn append(&mut self, rows: &[u8], patience: Patience) -> Result<(), Failure> {
        if !self.opened.is_examined {
            return Err(Failure::Locked);
        }
        let file = &self.opened.file;
        // In a pipe there is nothing to mend, and the kernel keeps rows whole.
        let mut lock = None;
        if self.is_file {
            lock = Some(FileLock::acquire(file, patience).ok_or(Failure::Locked)?);
        }
        let header = csv_row::header();
        let is_empty = file.metadata().is_ok_and(|metadata| metadata.len() == 0);
        let mut lines = Vec::new();
        if self.is_file && is_empty {
            lines.extend_from_slice(&header);
        }
        lines.append(&mut self.late);
        lines.extend_from_slice(rows);
        let written = if self.is_file {
            lines::write_to_file(file, &lines)
        } else {
            lines::write_to_pipe(file, &lines)
        };
        let Err(ShortWrite { written, error }) = written else {
            return Ok(());
        };
        let begin = memchr::memrchr(b'\n', &lines[..written]).map_or(0, |end| end + 1);
        let end = memchr::memchr(b'\n', &lines[written..]).map_or(0, |end| end + 1) + written;
        let is_cut_off = lock.is_some_and(|lock| lock.cut_off(written - begin));
        let late = &lines[if is_cut_off { begin } else { written }..end];
        // A header alone need not be kept for a file: the file is still empty, so the next call
        // writes the header in any case.
        if !self.is_file || late != header {
            self.late = late.to_vec();
        }
        self.losses.count(lines::count(&lines[end..]));
        Err(Failure::Io(error))
    }

    /// Keeps whole rows for the next write, as many as there is room for.
    fn keep(&mut self, rows: &[u8]) {
        let kept = lines::fitting(rows, WAITING_MAX.saturating_sub(self.late.len()));
        self.late.extend_from_slice(&rows[..kept]);
        self.losses.count(lines::count(&rows[kept..]));
    }

    fn warning(&mut self, reason: &dyn Display, now: Duration) -> Option<String> {
        let lost = self.losses.tell(now)?;
        Some(format!(
            "cannot write the log '{}': {reason}; {lost} rows lost so far, serving goes on",
            self.path.display()
        ))
    }

    /// Opens the log again if its file was deleted: the deleted file would go on growing, until the disk
    /// is full, and no listing of a folder would show with what. Also if the file could not be examined
    /// yet because another process held its lock.
    fn open_again_if_necessary(
        &mut self,
        patience: Patience,
        notices: &mut Vec<String>,
    ) -> io::Result<()> {
        if self.opened.file.metadata()?.nlink() > 0 && self.opened.is_examined {
            return Ok(());
        }
        let before = notices.len();
        // There may be another file at the path, which is treated as at the start.
        self.open_again(SystemTime::now(), patience, notices)?;
        if !self.opened.is_examined {
            // A warning about the lock follows, when it has been held for long.
            notices.truncate(before);
        }
        Ok(())
    }
}

/// Why rows could not be appended.
enum Failure {
    /// Another process holds the lock. Nothing was written.
    Locked,
    Io(io::Error),
}

#[cfg(test)]
mod tests;
