//! Several servers on one log.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::fs::{FlockOperation, flock};

use super::*;

#[test]
fn opening_a_log_cuts_off_nothing_that_another_server_is_writing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("Log.csv");
    let mut log = open(&path, UNIX_EPOCH, &mut Vec::new());
    // Many pages, none of which ends at the end of a row.
    let rows = format!("{}\n", "x".repeat(998)).repeat(128);
    let is_over = AtomicBool::new(false);
    let mut notices = Vec::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                open(&path, UNIX_EPOCH, &mut notices);
                // Without a pause, unlike real servers, these would hold the lock nearly always.
                thread::sleep(Duration::from_millis(1));
            }
        });
        for _ in 0..200 {
            assert_eq!(write(&mut log, rows.as_bytes(), Duration::ZERO), None);
            // What waits is bounded. The loop tries each 100 ms.
            while log.retry_at().is_some() {
                thread::sleep(Duration::from_micros(100));
                write(&mut log, b"", Duration::ZERO);
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert_eq!(notices, [""; 0]);
    let expected = header() + &rows.repeat(200);
    assert!(fs::read_to_string(&path).unwrap() == expected);
}

#[test]
fn logs_that_are_opened_at_the_same_time_write_one_header() {
    let directory = tempfile::tempdir().unwrap();
    let barrier = Barrier::new(4);
    for round in 0..200 {
        let path = directory.path().join(format!("{round}.csv"));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    barrier.wait();
                    open(&path, UNIX_EPOCH, &mut Vec::new());
                });
            }
        });
        assert_eq!(fs::read_to_string(&path).unwrap(), header());
    }
}

/// A foreign lock on the file, until it is closed.
fn locked(path: &Path) -> File {
    let file = File::open(path).unwrap();
    flock(&file, FlockOperation::NonBlockingLockExclusive).unwrap();
    file
}

#[test]
fn no_write_waits_for_a_lock_and_the_rows_come_when_it_is_free() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("Log.csv");
    let mut log = open(&path, UNIX_EPOCH, &mut Vec::new());
    let lock = locked(&path);
    let begin = std::time::Instant::now();
    for _ in 0..1_000 {
        assert_eq!(write(&mut log, b"row\n", NOW), None);
        log.reopen(UNIX_EPOCH, &mut Vec::new()).unwrap();
    }
    // With one sleep of 1 ms for each it would be 2 s at the least, and was 200 s.
    assert!(begin.elapsed() < Duration::from_secs(2));
    assert_eq!(log.retry_at(), Some(NOW + LOCK_RETRY));
    assert_eq!(fs::read_to_string(&path).unwrap(), header());
    drop(lock);
    assert_eq!(write(&mut log, b"last\n", NOW), None);
    assert_eq!((log.retry_at(), log.lost_since_start()), (None, 0));
    let expected = header() + &"row\n".repeat(1_000) + "last\n";
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
}

#[test]
fn a_lock_that_is_held_for_long_is_told_once_per_minute_and_costs_bounded_memory() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("Log.csv");
    let mut log = open(&path, UNIX_EPOCH, &mut Vec::new());
    let lock = locked(&path);
    let rows = format!("{}\n", "x".repeat(1_023)).repeat(600);
    let at = |seconds| NOW + Duration::from_secs(seconds);
    assert_eq!(write(&mut log, rows.as_bytes(), at(0)), None);
    let warning = write(&mut log, rows.as_bytes(), at(1)).unwrap();
    let expected = "another process holds its lock, 1024 rows wait in memory; 176 rows lost so far";
    assert!(warning.contains(expected), "{warning}");
    assert_eq!(write(&mut log, b"a\n", at(60)), None);
    assert!(write(&mut log, b"b\n", at(61)).is_some());
    assert_eq!(log.lost_since_start(), 178);
    drop(lock);
    log.finish(b"c\n", at(62), &mut Vec::new());
    assert_eq!(log.lost_since_start(), 178);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 1 + 1024 + 1);
}

#[test]
fn nothing_is_mended_without_the_lock() {
    for (before, after) in [
        ("foreign\n".to_owned(), String::new()),
        (format!("{}whole\ntorn", header()), "whole\n".to_owned()),
        (String::new(), String::new()),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Log.csv");
        fs::write(&path, &before).unwrap();
        let lock = locked(&path);
        let mut notices = Vec::new();
        let log = LogFile::open(&path, UNIX_EPOCH, Patience::OneTry, &mut notices);
        let mut log = log.unwrap();
        assert_eq!(notices.len(), 1, "{notices:?}");
        assert!(
            notices[0].contains("is locked by another process"),
            "{notices:?}"
        );
        assert_eq!(write(&mut log, b"row\n", NOW), None);
        assert_eq!(fs::read_to_string(&path).unwrap(), before);
        drop(lock);
        log.write(b"", NOW, &mut Vec::new());
        let expected = format!("{}{after}row\n", header());
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    }
}

#[test]
fn only_files_that_are_open_have_an_identity() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("Log.csv");
    fs::write(&path, "foreign\n").unwrap();
    let mut log = open(&path, UNIX_EPOCH, &mut Vec::new());
    let aside = fs::read_dir(directory.path()).unwrap();
    let mut paths: Vec<_> = aside.map(|entry| entry.unwrap().path()).collect();
    paths.sort_by_key(|found| *found != path);
    let identity = |path: &PathBuf| FileIdentity::from(&fs::metadata(path).unwrap());
    let expected: Vec<FileIdentity> = paths.iter().map(identity).collect();
    assert_eq!(log.identities().collect::<Vec<_>>(), expected);
    // The rotated log is closed: a new file may get its inode number. The one that was set aside stays
    // open.
    fs::rename(&path, directory.path().join("rotated")).unwrap();
    log.reopen(UNIX_EPOCH, &mut Vec::new()).unwrap();
    let found: Vec<FileIdentity> = log.identities().collect();
    assert_eq!(found, [identity(&path), expected[1]]);
}
