//! How the server stops: it takes in whoever has connected and no one else, finishes what it is sending,
//! writes its log, and ends with 0.

use std::io::{ErrorKind, Read as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::ExitStatusExt;

use rustix::process::Signal;

use crate::support::log::{index_row, row, rows};
use crate::support::{Answer, Client, PATIENCE, Server, Site, eventually};

/// More than any socket's buffers hold.
const LENGTH: usize = 64 * 1024 * 1024;

/// Asks for a large file and reads its head: the server is in the middle of sending.
#[track_caller]
fn begin(server: &Server) -> Client {
    let mut client = server.connect();
    client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.head().status, "HTTP/1.1 200 OK");
    client
}

/// Waits until the server no longer listens: it has handled the signal.
#[track_caller]
fn is_refused(address: SocketAddr) {
    eventually("a refusal", || {
        let error = TcpStream::connect_timeout(&address, PATIENCE).err()?;
        // The kernel resets a client that was still in the queue when the listener closed.
        (error.kind() == ErrorKind::ConnectionRefused).then_some(())
    });
}

#[test]
fn answers_that_are_being_sent_are_finished() {
    for signal in [Signal::INT, Signal::TERM] {
        let site = Site::new();
        site.write_sparse("large", LENGTH as u64);
        let mut server = site.start(&[]);
        let mut large = begin(&server);
        let mut idle = server.connect();
        assert_eq!(idle.get("/"), Answer::index());
        let mut silent = server.connect();
        let mut partial = server.connect();
        partial.send("GET / HTTP/1.1\r\n");
        server.has_seen_all();

        server.signal(signal);
        is_refused(server.address);
        idle.expect_end();
        silent.expect_end();
        partial.expect_end();
        assert!(large.read(LENGTH).iter().all(|&byte| byte == 0));
        large.expect_end();
        let large_address = large.address();
        // The server gives its clients a moment to read to the end; this one has done so.
        drop(large);

        assert_eq!(server.wait().code(), Some(0));
        let rows = rows(&site.log());
        assert_eq!(rows[0], index_row(idle.address()));
        let large_row = format!("GET /large large 200 {LENGTH} complete");
        assert_eq!(rows.last(), Some(&row(large_address, &large_row)));
        assert_eq!(rows.len(), 4);
    }
}

#[test]
fn a_request_that_came_before_the_signal_is_answered() {
    let site = Site::new();
    let mut server = site.start(&[]);
    let mut client = server.connect();
    assert_eq!(client.get("/"), Answer::index());
    // Stopped with SIGSTOP, the server finds request and signal together when it continues.
    server.signal(Signal::STOP);
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    server.signal(Signal::TERM);
    server.signal(Signal::CONT);
    let answer = client.answer_to("GET");
    let keeps_alive = Answer::index().left(996);
    assert!(
        answer == keeps_alive || answer == keeps_alive.closing(),
        "{answer:?}"
    );
    client.expect_end();
    assert_eq!(server.wait().code(), Some(0));
    assert_eq!(rows(&site.log()).len(), 2);
}

#[test]
fn a_second_signal_ends_the_server_at_once() {
    for (signal, number) in [(Signal::INT, 2), (Signal::TERM, 15)] {
        let site = Site::new();
        site.write_sparse("large", LENGTH as u64);
        let mut server = site.start(&[]);
        let mut before = server.connect();
        assert_eq!(before.get("/"), Answer::index());
        let _stalled = begin(&server);
        server.signal(signal);
        is_refused(server.address);
        server.signal(signal);
        let status = server.wait();
        let is_expected = status.code() == Some(128 + number) || status.signal() == Some(number);
        assert!(is_expected, "{status}");
        // Rows that were complete at the first signal are in the log.
        let first = index_row(before.address());
        assert_eq!(rows(&site.log()).first(), Some(&first));
    }
}

#[test]
fn a_client_that_does_not_read_is_cut_off() {
    let site = Site::new();
    site.write_sparse("large", LENGTH as u64);
    let mut server = site.start(&[]);
    let client = begin(&server);
    server.signal(Signal::TERM);
    assert_eq!(server.wait().code(), Some(0));
    let rows = rows(&site.log());
    let bytes: usize = rows[0][6].parse().unwrap();
    assert!(bytes < LENGTH, "{bytes}");
    let expected = format!("GET /large large 200 {bytes} stopped");
    assert_eq!(rows, [row(client.address(), &expected)]);
}

#[test]
fn a_stopped_server_starts_again_at_once_on_the_same_port() {
    let site = Site::new();
    // An address that only this test uses: no other test's client can be given the port meanwhile.
    let mut server = site.start(&["--listen", "127.21.30.1:0"]);
    let address = server.address.to_string();
    for _ in 0..3 {
        // The server closes first, so its port is the one that stays in TIME-WAIT.
        let mut client = server.connect();
        let answer = client.ask("GET", "/", "Connection: close\r\n");
        assert_eq!(answer, Answer::index().closing());
        client.expect_end();
        drop(client);
        let mut idle = server.connect();
        assert_eq!(idle.get("/"), Answer::index());
        server.stop();
        idle.expect_end();
        server = site.start(&["--listen", &address]);
        assert_eq!(server.address.to_string(), address);
    }
}

/// A client that can't be accepted is given up before a response in progress is.
#[test]
fn a_client_that_finds_no_room_is_reset_while_a_response_has_time_left() {
    let site = Site::new();
    site.write_sparse("large", LENGTH as u64);
    let mut server = site.start(&["--max-connections", "1"]);
    let mut large = begin(&server);
    // Its handshake is complete, but the only slot is taken by one that is being served.
    let waiting = server.connect();
    server.signal(Signal::TERM);
    let end = waiting.stream().read(&mut [0]);
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(large.read(LENGTH).iter().all(|&byte| byte == 0));
    large.expect_end();
    drop(large);
    assert_eq!(server.wait().code(), Some(0));
    let line = server.diagnostics.rest().pop().unwrap();
    let expected = "millpond: stopped after 1 connections (stopped 1) and 1 responses";
    assert_eq!(line, expected);
}
