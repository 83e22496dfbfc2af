//! The log's file: opened so that what is in it stays readable, written a row's end at a time.
//!
//! A write either ends at the end of a row or, on a full disk, is cut short by the system. In
//! that case the rest of the row that was cut stays here and goes out first next time, so that a
//! row is late rather than torn. Rows that can't be written are dropped and counted: serving goes
//! on without its log, never the other way round.

mod opening;

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::access_log;
use crate::resource::Identity;

/// A failing log is mentioned at most so often.
const WARN_EVERY: Duration = Duration::from_secs(60);

/// An open log file.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    file: File,
    set_aside: Option<Identity>,
    /// The rest of a row that was written in part.
    torn: Vec<u8>,
    /// Rows dropped since the last warning.
    lost: u64,
    lost_since_start: u64,
    warned_at: Option<Duration>,
}

impl LogFile {
    /// Opens the log for appending, and makes sure that it begins with our header and ends at a
    /// row's end. Whatever had to be done for that is said in `notices`, a line each.
    pub fn open(path: &Path, now: SystemTime, notices: &mut Vec<String>) -> io::Result<Self> {
        let (file, set_aside) = opening::open(path, now, notices)?;
        let mut log = Self {
            path: path.to_owned(),
            file,
            set_aside,
            torn: Vec::new(),
            lost: 0,
            lost_since_start: 0,
            warned_at: None,
        };
        log.write_header_if_empty();
        Ok(log)
    }

    /// The identities of this file and of one that was set aside for it, by which the document
    /// root knows what not to serve.
    pub fn identities(&self) -> impl Iterator<Item = Identity> {
        let own = self.file.metadata().ok();
        let own = own.map(|metadata| Identity::of(&metadata));
        own.into_iter().chain(self.set_aside)
    }

    /// How many rows could not be written.
    pub fn lost_since_start(&self) -> u64 {
        self.lost_since_start
    }

    /// Opens the log anew, as after a rotation: the new file first, so that the old one stays if
    /// that fails. Whatever had to be done is said in `notices`.
    pub fn reopen(&mut self, now: SystemTime, notices: &mut Vec<String>) -> io::Result<()> {
        let new = Self::open(&self.path, now, notices)?;
        self.file = new.file;
        self.set_aside = new.set_aside;
        // The rest of a row belongs behind its beginning, which is in the old file.
        self.lose(u64::from(!self.torn.is_empty()));
        self.torn = new.torn;
        Ok(())
    }

    /// Writes whole rows. Gives back a warning when rows are lost, at most once a minute.
    pub fn write(&mut self, rows: &[u8], now: Duration) -> Option<String> {
        if let Err(error) = self.look_after_file() {
            self.lose(count_rows(rows));
            return self.warning(&error, now);
        }
        let torn = std::mem::take(&mut self.torn);
        let result = match self.write_all(&torn) {
            Ok(()) => self.write_all(rows),
            Err(failure) => {
                self.torn = torn[failure.written..].to_vec();
                self.lose(count_rows(rows));
                return self.warning(&failure.error, now);
            }
        };
        let failure = result.err()?;
        let rest = &rows[failure.written..];
        // The row that the write stopped in is finished next time; the rows after it are lost.
        let ends_at_row = rows[..failure.written]
            .last()
            .is_none_or(|&byte| byte == b'\n');
        let row_end = match rest.iter().position(|&byte| byte == b'\n') {
            Some(end) if !ends_at_row => end + 1,
            _ => 0,
        };
        self.torn = rest[..row_end].to_vec();
        self.lose(count_rows(&rest[row_end..]));
        self.warning(&failure.error, now)
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

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let mut written = 0;
        while written < bytes.len() {
            match self.file.write(&bytes[written..]) {
                Ok(0) => return Err(Failure::new(written, io::ErrorKind::WriteZero.into())),
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Failure::new(written, error)),
            }
        }
        Ok(())
    }

    /// A log that was deleted while we hold it would go on growing unseen: the disk fills, and
    /// nobody finds the file. One that was emptied (`copytruncate`) has lost its header.
    fn look_after_file(&mut self) -> io::Result<()> {
        let metadata = self.file.metadata()?;
        if metadata.nlink() == 0 {
            // It is a file like any other that lies there at the start; what is cut off or set
            // aside from it now has no one to be told to.
            return self.reopen(SystemTime::now(), &mut Vec::new());
        }
        if metadata.is_file() && metadata.len() == 0 {
            self.lose(u64::from(!self.torn.is_empty()));
            self.write_header_if_empty();
        }
        Ok(())
    }

    /// The header goes out like a row: if there is no room for it now, it goes out before the
    /// first row later.
    fn write_header_if_empty(&mut self) {
        if self
            .file
            .metadata()
            .is_ok_and(|metadata| metadata.len() > 0)
        {
            return;
        }
        let header = access_log::header();
        if let Err(failure) = self.write_all(&header) {
            self.torn = header[failure.written..].to_vec();
        }
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

fn count_rows(rows: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', rows).count() as u64
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;
    use std::time::UNIX_EPOCH;

    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    fn header() -> String {
        String::from_utf8(access_log::header()).unwrap()
    }

    /// Opens a log over `before`, writes a row, and gives the content and the notices.
    fn opened_over(before: &str) -> (tempfile::TempDir, String, Vec<String>) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Log.csv");
        fs::write(&path, before).unwrap();
        let mut notices = Vec::new();
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let mut log = LogFile::open(&path, now, &mut notices).unwrap();
        assert_eq!(log.write(b"row\n", NOW), None);
        let after = fs::read_to_string(&path).unwrap();
        (directory, after, notices)
    }

    #[test]
    fn one_header_and_whole_rows() {
        let header = header();
        let long = "x".repeat(10_000);
        let table = [
            (String::new(), String::new(), 0),
            (header.clone(), String::new(), 0),
            (format!("{header}a\nb\n"), "a\nb\n".to_owned(), 0),
            (format!("{header}a\nb"), "a\n".to_owned(), 1),
            (format!("{header}{long}\n{long}"), format!("{long}\n"), 1),
            (format!("{header}b"), String::new(), 1),
            (header[..20].to_owned(), String::new(), 1),
            (header.trim_end().to_owned(), String::new(), 1),
        ];
        for (before, kept, said) in table {
            let (_directory, after, notices) = opened_over(&before);
            assert_eq!(after, format!("{header}{kept}row\n"), "over {before:?}");
            assert_eq!(notices.len(), said, "{notices:?}");
        }
    }

    #[test]
    fn a_file_with_other_columns_is_set_aside() {
        for before in ["a,b,c\n1,2,3\n", "no line end", "\n"] {
            let (directory, after, notices) = opened_over(before);
            assert_eq!(after, format!("{}row\n", header()));
            let aside = directory.path().join("Log.1994-11-06T08-49-37Z.csv");
            assert_eq!(fs::read_to_string(&aside).unwrap(), before);
            assert_eq!(notices.len(), 1);
            assert!(
                notices[0].contains(&aside.display().to_string()),
                "{notices:?}"
            );
        }
    }

    #[test]
    fn a_deleted_log_is_made_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Log.csv");
        let mut log = LogFile::open(&path, UNIX_EPOCH, &mut Vec::new()).unwrap();
        log.write(b"before\n", NOW);
        fs::remove_file(&path).unwrap();
        log.write(b"after\n", NOW);
        let content = fs::read_to_string(&path).unwrap();
        assert_eq!(content, format!("{}after\n", header()));
    }

    #[test]
    fn an_emptied_log_gets_its_header_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Log.csv");
        let mut log = LogFile::open(&path, UNIX_EPOCH, &mut Vec::new()).unwrap();
        log.write(b"before\n", NOW);
        File::create(&path).unwrap();
        log.write(b"after\n", NOW);
        let content = fs::read_to_string(&path).unwrap();
        assert_eq!(content, format!("{}after\n", header()));
    }

    #[test]
    fn a_log_that_cannot_be_made_again_counts_its_rows_as_lost() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("logs");
        let path = folder.join("Log.csv");
        fs::create_dir(&folder).unwrap();
        let mut log = LogFile::open(&path, UNIX_EPOCH, &mut Vec::new()).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert!(log.write(b"a\nb\n", NOW).is_some());
        assert_eq!(log.lost_since_start(), 2);
        fs::create_dir(&folder).unwrap();
        assert_eq!(log.write(b"c\n", NOW), None);
        let content = fs::read_to_string(&path).unwrap();
        assert_eq!(content, format!("{}c\n", header()));
    }

    #[test]
    fn a_rotated_log_goes_on_in_a_new_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Log.csv");
        let rotated = directory.path().join("Log.csv.1");
        let mut log = LogFile::open(&path, UNIX_EPOCH, &mut Vec::new()).unwrap();
        log.write(b"before\n", NOW);
        fs::rename(&path, &rotated).unwrap();
        log.write(b"between\n", NOW);
        log.reopen(UNIX_EPOCH, &mut Vec::new()).unwrap();
        log.write(b"after\n", NOW);
        let expected = [
            (rotated, format!("{}before\nbetween\n", header())),
            (path, format!("{}after\n", header())),
        ];
        for (path, content) in expected {
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
    }

    #[test]
    fn a_full_disk_loses_rows_and_says_so_once_a_minute() {
        let mut notices = Vec::new();
        let full = Path::new("/dev/full");
        let mut log = LogFile::open(full, UNIX_EPOCH, &mut notices).unwrap();
        let warning = log.write(b"a\nb\n", NOW).unwrap();
        assert!(
            warning.contains("/dev/full") && warning.contains("2 rows"),
            "{warning}"
        );
        assert_eq!(log.write(b"c\n", NOW + Duration::from_secs(59)), None);
        let warning = log.write(b"d\n", NOW + WARN_EVERY).unwrap();
        assert!(warning.contains("2 rows"), "{warning}");
        assert_eq!(log.lost_since_start(), 4);
    }

    #[test]
    fn a_fifo_that_nobody_reads_does_not_block() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("fifo");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &path,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o644),
            0,
        )
        .unwrap();
        let mut log = LogFile::open(&path, UNIX_EPOCH, &mut Vec::new()).unwrap();
        let rows = "0123456789\n".repeat(10_000);
        assert!(log.write(rows.as_bytes(), NOW).is_some());
        // The row that the pipe's end fell into comes whole once there is room.
        let mut reader = File::open(&path).unwrap();
        let mut received = vec![0; 1 << 17];
        let count = reader.read(&mut received).unwrap();
        let mut text = received[..count].to_vec();
        log.write(b"last\n", NOW);
        let count = reader.read(&mut received).unwrap();
        text.extend_from_slice(&received[..count]);
        let text = String::from_utf8(text).unwrap();
        let rows = text.strip_prefix(&header()).unwrap();
        let rows: Vec<&str> = rows.lines().collect();
        assert_eq!(rows.last(), Some(&"last"));
        assert!(
            rows[..rows.len() - 1]
                .iter()
                .all(|row| *row == "0123456789")
        );
        assert_eq!(rows.len() as u64 - 1 + log.lost_since_start(), 10_000);
    }
}
