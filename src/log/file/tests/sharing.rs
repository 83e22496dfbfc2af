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
    let mut log = LogFile::open(&path, UNIX_EPOCH, &mut Vec::new()).unwrap();
    // Many pages, none of which ends at the end of a row.
    let rows = format!("{}\n", "x".repeat(998)).repeat(128);
    let is_over = AtomicBool::new(false);
    let mut notices = Vec::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                LogFile::open(&path, UNIX_EPOCH, &mut notices).unwrap();
                // Without a pause, unlike real servers, these would hold the lock nearly always.
                thread::sleep(Duration::from_millis(1));
            }
        });
        for _ in 0..200 {
            assert_eq!(log.write(rows.as_bytes(), Duration::ZERO), None);
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
                    LogFile::open(&path, UNIX_EPOCH, &mut Vec::new()).unwrap();
                });
            }
        });
        assert_eq!(fs::read_to_string(&path).unwrap(), header());
    }
}

#[test]
fn a_lock_that_is_never_released_does_not_stop_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("Log.csv");
    let file = File::create(&path).unwrap();
    flock(&file, FlockOperation::LockExclusive).unwrap();
    let mut log = LogFile::open(&path, UNIX_EPOCH, &mut Vec::new()).unwrap();
    assert_eq!(log.write(b"row\n", Duration::ZERO), None);
    assert_eq!(fs::read_to_string(&path).unwrap(), header() + "row\n");
}
