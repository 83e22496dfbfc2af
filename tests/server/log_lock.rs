//! Another process holds the log's lock, as each that may read the log can: no request waits for it, no
//! row is lost within the bound, and nothing is mended without the lock.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};

use crate::support::faulty::{start, stopped};
use crate::support::load::{ENDLESS, ask_for, check_each_once};
use crate::support::log::{COLUMNS, rows, wait_for_rows};
use crate::support::{Site, eventually};

/// A foreign lock on the file. It lasts until the file is closed.
fn locked(log: &Path) -> File {
    let file = File::open(log).unwrap();
    eventually("the lock", || {
        flock(&file, FlockOperation::NonBlockingLockExclusive).ok()
    });
    file
}

#[test]
fn no_request_waits_for_a_lock_that_another_process_holds() {
    let site = Site::new();
    let mut server = start(&site, "Log.csv");
    let mut client = server.connect();
    let mut asked = ask_for(&mut client, "before", 10);
    wait_for_rows(&site.log(), 10);
    let lock = locked(&site.log());
    let before = fs::read(site.log()).unwrap();
    let begin = Instant::now();
    // The lock is held all the while: a request that waited for it would get no answer. (A unit test
    // counts the time of a thousand writes.) Many turns write rows in this time: each second, and each time 64 KiB of them wait.
    for round in 0..1_000 {
        asked.extend(ask_for(&mut client, &format!("locked-{round}"), 1));
        if begin.elapsed() < Duration::from_millis(3 * round) {
            std::thread::sleep(Duration::from_millis(3));
        }
    }
    assert!(begin.elapsed() > Duration::from_millis(2_900));
    assert_eq!(fs::read(site.log()).unwrap(), before, "without the lock");
    let line = server.next_diagnostic();
    let reason = "millpond: cannot write the log 'Log.csv': another process holds its lock";
    assert!(line.starts_with(reason), "{line}");
    assert!(
        line.contains(" rows wait in memory; 0 rows lost so far"),
        "{line}"
    );
    drop(lock);
    // By itself, without a further request.
    wait_for_rows(&site.log(), asked.len());
    assert_eq!(stopped(server), 0);
    check_each_once(&[site.log()], &asked, 0);
}

#[test]
fn rows_beyond_the_bound_are_dropped_and_counted() {
    let site = Site::new();
    let mut server = start(&site, "Log.csv");
    let lock = locked(&site.log());
    let mut client = server.connect();
    let mut asked = Vec::new();
    for round in 0..150 {
        let name = format!("{}-{round}", "x".repeat(250));
        asked.extend(ask_for(&mut client, &name, 50));
    }
    let waits = server.next_diagnostic();
    assert!(waits.contains("another process holds its lock"), "{waits}");
    drop(lock);
    // More than a MiB was asked for; what waited is written once the lock is free.
    eventually("the rows", || {
        (fs::metadata(site.log()).unwrap().len() > 900 << 10).then_some(())
    });
    asked.extend(ask_for(&mut client, "after", 10));
    let lost = stopped(server);
    assert!((1_000..5_500).contains(&lost), "{lost}");
    check_each_once(&[site.log()], &asked, lost);
}

#[test]
fn a_start_under_a_foreign_lock_mends_only_when_the_lock_is_free() {
    let site = Site::new();
    let server = start(&site, "Log.csv");
    let mut asked = ask_for(&mut server.connect(), "first", 1);
    assert_eq!(stopped(server), 0);
    let row = fs::read_to_string(site.log()).unwrap();
    let row = row.lines().last().unwrap().replace("first", "foreign");
    let (half, rest) = row.split_at(40);
    // Another process writes a row in two pieces.
    let lock = locked(&site.log());
    let mut other = OpenOptions::new().append(true).open(site.log()).unwrap();
    other.write_all(half.as_bytes()).unwrap();
    let begun = fs::read(site.log()).unwrap();

    let start_of_wait = Instant::now();
    let mut server = site.start(&ENDLESS);
    assert!(start_of_wait.elapsed() < Duration::from_secs(5));
    assert_eq!(
        server.next_diagnostic(),
        "millpond: the log 'Log.csv' is locked by another process; rows wait in memory, and the file is \
         examined when the lock is free"
    );
    assert!(server.next_diagnostic().contains("log 'Log.csv'"), "banner");
    asked.extend(ask_for(&mut server.connect(), "second", 3));
    std::thread::sleep(Duration::from_millis(1_200));
    assert_eq!(fs::read(site.log()).unwrap(), begun);
    other.write_all(format!("{rest}\n").as_bytes()).unwrap();
    drop(lock);
    wait_for_rows(&site.log(), 5);
    server.stop();
    let rest = server.diagnostics.rest();
    assert!(
        !rest.iter().any(|line| line.contains("half a row")),
        "{rest:?}"
    );
    asked.push(asked[0].replace("first", "foreign"));
    check_each_once(&[site.log()], &asked, 0);
}

#[test]
fn a_foreign_file_that_is_locked_is_set_aside_later() {
    let site = Site::new();
    fs::write(site.log(), "other,columns\n").unwrap();
    let lock = locked(&site.log());
    let mut server = site.start(&ENDLESS);
    assert!(
        server
            .next_diagnostic()
            .contains("is locked by another process")
    );
    assert!(server.next_diagnostic().contains("log 'Log.csv'"), "banner");
    let asked = ask_for(&mut server.connect(), "early", 3);
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(fs::read_to_string(site.log()).unwrap(), "other,columns\n");
    drop(lock);
    // It may say first that the lock is held.
    let notice = eventually("the notice", || {
        let line = server.next_diagnostic();
        line.contains("has other columns and was set aside")
            .then_some(line)
    });
    assert!(
        notice.starts_with("millpond: the log 'Log.csv'"),
        "{notice}"
    );
    wait_for_rows(&site.log(), 3);
    assert_eq!(stopped(server), 0);
    check_each_once(&[site.log()], &asked, 0);
}

#[test]
fn a_stop_tries_for_the_lock_once_more_and_counts_what_is_lost() {
    for is_freed in [true, false] {
        let site = Site::new();
        let mut server = start(&site, "Log.csv");
        let lock = locked(&site.log());
        let asked = ask_for(&mut server.connect(), "late", 7);
        let begin = Instant::now();
        server.signal(rustix::process::Signal::INT);
        if is_freed {
            std::thread::sleep(Duration::from_millis(300));
            drop(lock);
        }
        assert_eq!(server.wait().code(), Some(0));
        assert!(begin.elapsed() < Duration::from_secs(4));
        let last = server.diagnostics.rest().pop().unwrap();
        assert_eq!(last.ends_with("; 7 log rows lost"), !is_freed, "{last}");
        if is_freed {
            check_each_once(&[site.log()], &asked, 0);
        } else {
            assert_eq!(
                fs::read_to_string(site.log()).unwrap(),
                format!("{COLUMNS}\n")
            );
        }
    }
}

#[test]
fn a_hangup_under_a_foreign_lock_waits_for_nothing() {
    let site = Site::new();
    let server = start(&site, "Log.csv");
    let mut client = server.connect();
    let lock = locked(&site.log());
    let mut asked = ask_for(&mut client, "before", 3);
    for round in 0..5 {
        server.signal(rustix::process::Signal::HUP);
        asked.extend(ask_for(&mut client, &format!("hangup-{round}"), 1));
    }
    drop(lock);
    wait_for_rows(&site.log(), asked.len());
    assert_eq!(stopped_after_hangups(server), 0);
    check_each_once(&[site.log()], &asked, 0);
    assert_eq!(rows(&site.log()).len(), asked.len());
}

/// How many rows are lost, by the last line.
fn stopped_after_hangups(mut server: crate::support::Server) -> usize {
    server.stop();
    let last = server.diagnostics.rest().pop().unwrap();
    usize::from(last.contains("lost"))
}
