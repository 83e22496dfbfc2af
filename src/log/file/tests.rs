//! A log in real files holds whole rows, whatever happens to the files.

use std::fs;
use std::io::Read;
use std::time::UNIX_EPOCH;

use super::*;
use crate::log::losses::WARNING_INTERVAL;

mod sharing;

const NOW: Duration = Duration::from_secs(100);

fn header() -> String {
    String::from_utf8(csv_row::header()).unwrap()
}

fn open(path: &Path, now: SystemTime, notices: &mut Vec<String>) -> LogFile {
    LogFile::open(path, now, Patience::OneSecond, notices).unwrap()
}

/// Writes rows, and returns the warning.
fn write(log: &mut LogFile, rows: &[u8], now: Duration) -> Option<String> {
    let mut notices = Vec::new();
    log.write(rows, now, &mut notices);
    assert!(notices.len() <= 1, "{notices:?}");
    notices.pop()
}

/// Opens a log whose file holds `before`, writes a row, and returns the content and the notices.
fn opened_over(before: &str) -> (tempfile::TempDir, String, Vec<String>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("Log.csv");
    fs::write(&path, before).unwrap();
    let mut notices = Vec::new();
    let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
    let mut log = open(&path, now, &mut notices);
    assert_eq!(write(&mut log, b"row\n", NOW), None);
    let after = fs::read_to_string(&path).unwrap();
    (directory, after, notices)
}

#[test]
fn an_opened_log_has_one_header_and_whole_rows() {
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
    for (before, kept, notice_count) in table {
        let (_directory, after, notices) = opened_over(&before);
        assert_eq!(after, format!("{header}{kept}row\n"), "over {before:?}");
        assert_eq!(notices.len(), notice_count, "{notices:?}");
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

/// What another program does to a log: the name and the action.
type Loss = (&'static str, fn(&Path));

const LOSSES: [Loss; 2] = [
    ("deleted", |path| fs::remove_file(path).unwrap()),
    ("emptied", |path| drop(File::create(path).unwrap())),
];

#[test]
fn a_log_that_was_deleted_or_emptied_begins_again_with_a_header() {
    for (what, take_away) in LOSSES {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Log.csv");
        let mut log = open(&path, UNIX_EPOCH, &mut Vec::new());
        write(&mut log, b"before\n", NOW);
        take_away(&path);
        write(&mut log, b"after\n", NOW);
        let content = fs::read_to_string(&path).unwrap();
        assert_eq!(content, format!("{}after\n", header()), "{what}");
    }
}

#[test]
fn a_log_that_cannot_be_created_again_counts_its_rows_as_lost() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("logs");
    let path = folder.join("Log.csv");
    fs::create_dir(&folder).unwrap();
    let mut log = open(&path, UNIX_EPOCH, &mut Vec::new());
    fs::remove_dir_all(&folder).unwrap();
    assert!(write(&mut log, b"a\nb\n", NOW).is_some());
    assert_eq!(log.lost_since_start(), 2);
    fs::create_dir(&folder).unwrap();
    assert_eq!(write(&mut log, b"c\n", NOW), None);
    let content = fs::read_to_string(&path).unwrap();
    assert_eq!(content, format!("{}c\n", header()));
}

#[test]
fn a_rotated_log_continues_in_a_new_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("Log.csv");
    let rotated = directory.path().join("Log.csv.1");
    let mut log = open(&path, UNIX_EPOCH, &mut Vec::new());
    write(&mut log, b"before\n", NOW);
    fs::rename(&path, &rotated).unwrap();
    write(&mut log, b"between\n", NOW);
    log.reopen(UNIX_EPOCH, &mut Vec::new()).unwrap();
    write(&mut log, b"after\n", NOW);
    let expected = [
        (rotated, format!("{}before\nbetween\n", header())),
        (path, format!("{}after\n", header())),
    ];
    for (path, content) in expected {
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn a_full_disk_loses_rows_and_warns_once_per_minute() {
    let mut notices = Vec::new();
    let full = Path::new("/dev/full");
    let mut log = open(full, UNIX_EPOCH, &mut notices);
    let warning = write(&mut log, b"a\nb\n", NOW).unwrap();
    assert!(
        warning.contains("/dev/full") && warning.contains("2 rows"),
        "{warning}"
    );
    assert_eq!(write(&mut log, b"c\n", NOW + Duration::from_secs(59)), None);
    let warning = write(&mut log, b"d\n", NOW + WARNING_INTERVAL).unwrap();
    assert!(warning.contains("2 rows"), "{warning}");
    assert_eq!(log.lost_since_start(), 4);
}

#[test]
fn a_fifo_without_a_reader_does_not_block() {
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
    let mut log = open(&path, UNIX_EPOCH, &mut Vec::new());
    let rows = "0123456789abc\n".repeat(10_000);
    assert!(write(&mut log, rows.as_bytes(), NOW).is_some());
    // The row at which the pipe was full comes as a whole when the pipe has room again.
    let mut reader = File::open(&path).unwrap();
    let mut received = vec![0; 1 << 17];
    let count = reader.read(&mut received).unwrap();
    let mut text = received[..count].to_vec();
    assert!(text.ends_with(b"\n"), "half a row in the pipe");
    write(&mut log, b"last\n", NOW);
    let count = reader.read(&mut received).unwrap();
    text.extend_from_slice(&received[..count]);
    let text = String::from_utf8(text).unwrap();
    let rows = text.strip_prefix(&header()).unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    assert_eq!(rows.last(), Some(&"last"));
    assert!(
        rows[..rows.len() - 1]
            .iter()
            .all(|row| *row == "0123456789abc")
    );
    assert_eq!(rows.len() as u64 - 1 + log.lost_since_start(), 10_000);
}
