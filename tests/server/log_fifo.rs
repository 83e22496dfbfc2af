//! A FIFO as the log: with and without a reader it never blocks the server, and rows arrive whole.

use std::fs::{self, File};
use std::io::Read;
use std::thread;

use crate::support::Site;
use crate::support::faulty::{start, stopped, warned};
use crate::support::load::{Load, ask_for, check_each_once};
use crate::support::log::wait_for_rows;
use crate::support::site::make_fifo;

#[test]
fn a_fifo_without_a_reader_never_blocks_the_server() {
    let site = Site::new();
    make_fifo(&site.path("fifo"));
    let mut server = start(&site, "fifo");
    let mut client = server.connect();
    let mut asked = Vec::new();
    for round in 0..30 {
        asked.extend(ask_for(&mut client, &format!("unread-{round}"), 100));
    }
    let reason = "Resource temporarily unavailable (os error 11)";
    assert!(warned(&mut server, "fifo", reason) > 0);
    // A reader that comes late gets the rows that the pipe holds.
    let mut fifo = File::open(site.path("fifo")).unwrap();
    let reader = thread::spawn(move || {
        let mut received = Vec::new();
        fifo.read_to_end(&mut received).unwrap();
        received
    });
    let lost = stopped(server);
    let log = site.path("received.csv");
    fs::write(&log, reader.join().unwrap()).unwrap();
    assert!(lost > 1000, "{lost}");
    check_each_once(&[log], &asked, lost);
}

#[test]
fn a_fifo_with_a_reader_loses_no_row() {
    let site = Site::new();
    make_fifo(&site.path("fifo"));
    let server = start(&site, "fifo");
    let (mut fifo, log) = (
        File::open(site.path("fifo")).unwrap(),
        site.path("received.csv"),
    );
    let mut file = File::create(&log).unwrap();
    let reader = thread::spawn(move || std::io::copy(&mut fifo, &mut file).unwrap());
    let mut client = server.connect();
    // Less than a pipe holds: nothing is lost, however slow the reader is.
    let mut asked = ask_for(&mut client, "first", 100);
    wait_for_rows(&log, 100);
    asked.extend(ask_for(&mut client, "second", 100));
    assert_eq!(stopped(server), 0);
    reader.join().unwrap();
    check_each_once(&[log], &asked, 0);
}

#[test]
fn a_fifo_under_load_passes_only_whole_rows() {
    let site = Site::new();
    make_fifo(&site.path("fifo"));
    let mut server = start(&site, "fifo");
    let (mut fifo, log) = (
        File::open(site.path("fifo")).unwrap(),
        site.path("received.csv"),
    );
    let mut file = File::create(&log).unwrap();
    let reader = thread::spawn(move || std::io::copy(&mut fifo, &mut file).unwrap());
    let load = Load::start(&server, "busy");
    // More than a pipe holds is written at once, so some of it is lost, and the server counts that.
    server.next_diagnostic();
    let asked = load.finish();
    let lost = stopped(server);
    reader.join().unwrap();
    check_each_once(&[log], &asked, lost);
}

#[test]
fn rows_that_no_reader_comes_for_are_counted_as_lost() {
    let site = Site::new();
    make_fifo(&site.path("fifo"));
    let server = start(&site, "fifo");
    ask_for(&mut server.connect(), "unread", 5);
    assert_eq!(stopped(server), 5);

    // A reader that takes some and goes leaves the others to be lost.
    let server = start(&site, "fifo");
    let mut client = server.connect();
    let taken = ask_for(&mut client, "taken", 3);
    let mut reader = File::open(site.path("fifo")).unwrap();
    let mut received = Vec::new();
    while memchr::memchr_iter(b'\n', &received).count() < 1 + taken.len() {
        let mut piece = [0; 4096];
        let count = reader.read(&mut piece).unwrap();
        received.extend_from_slice(&piece[..count]);
    }
    drop(reader);
    ask_for(&mut client, "unread", 4);
    assert_eq!(stopped(server), 4);
}
