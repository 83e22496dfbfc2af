//! What ends a connection that makes no progress, and which connection is evicted for a new one.

use std::thread;
use std::time::{Duration, Instant};

use crate::support::log::{row, wait_for_rows};
use crate::support::{Answer, Goodbye, Site};

/// The shortest time that `0.3` may turn out to be. The server reads its clock once per turn of the
/// loop, so it may count from a moment before the test's own.
const SHORT: Duration = Duration::from_millis(200);

#[test]
fn a_silent_connection_ends_without_an_answer() {
    let site = Site::new();
    let server = site.start(&["--head-timeout", "0.3"]);
    for part in ["", "\r\n", "\r\n\r\n"] {
        let before = Instant::now();
        let mut client = server.connect();
        client.send(part);
        client.expect_end();
        assert!(before.elapsed() >= SHORT, "after {:?}", before.elapsed());
    }
}

#[test]
fn half_a_head_is_answered_with_a_400() {
    let site = Site::new();
    let server = site.start(&["--head-timeout", "0.3"]);
    let before = Instant::now();
    let mut client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n");
    assert_eq!(client.answer_to("GET"), Answer::bad_request().closing());
    client.expect_end();
    assert!(before.elapsed() >= SHORT, "after {:?}", before.elapsed());

    // The deadline counts for the second request as well, from that request's first byte.
    let mut client = server.connect();
    assert_eq!(client.get("/"), Answer::index());
    client.send("GET");
    assert_eq!(client.answer_to("GET"), Answer::bad_request().closing());
    client.expect_end();
}

#[test]
fn a_head_that_comes_byte_by_byte_gets_no_more_time() {
    let site = Site::new();
    let server = site.start(&["--head-timeout", "0.3"]);
    let mut client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\nX: ");
    client.stream().set_nonblocking(true).unwrap();
    // Sends one byte at a time until there is something to read. Without the pause, the limit of 16
    // KiB for a head would end the connection first.
    let sent = (0..8_000).take_while(|_| {
        client.send("x");
        thread::sleep(Duration::from_millis(5));
        client.stream().peek(&mut [0]).is_err()
    });
    let sent = sent.count();
    assert!(sent < 8_000, "{sent}");
    client.stream().set_nonblocking(false).unwrap();
    assert_eq!(client.answer_to("GET"), Answer::bad_request().closing());
    client.expect_end();
}

#[test]
fn a_reader_that_stops_is_closed_at_the_stall_deadline() {
    const LENGTH: u64 = 1 << 30;
    let site = Site::new();
    site.write_sparse("large", LENGTH);
    let server = site.start(&["--stall-timeout", "0.3"]);
    let mut client = server.connect();
    client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    client.head();
    let rows = wait_for_rows(&site.log(), 1);
    let bytes: u64 = rows[0][6].parse().unwrap();
    assert!(bytes < LENGTH, "{bytes}");
    let expected = format!("GET /large large 200 {bytes} stall-deadline");
    assert_eq!(rows, [row(client.address(), &expected)]);
}

/// An honest client may still be sending its body: a reset could take the answer from it.
#[test]
fn an_upload_after_a_refusal_is_thrown_away_whatever_its_length() {
    const BODY: usize = 64 * 1024 * 1024;
    let site = Site::new();
    let mut server = site.start(&[]);
    let mut client = server.connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 67108864\r\n\r\n");
    let piece = vec![0; 1024 * 1024];
    for _ in 0..BODY / piece.len() {
        client.send(&piece);
    }
    assert_eq!(client.answer_to("GET"), Answer::bad_request().closing());
    client.expect_end();
    // Another client is served beside it.
    assert_eq!(server.connect().get("/"), Answer::index());
    drop(client);
    server.has_seen_all();
    let goodbye = Goodbye::of(&mut server);
    assert_eq!(goodbye.close_reasons.get("bad-request"), Some(&1));
}

#[test]
fn the_connection_that_is_idle_longest_is_evicted_first() {
    let site = Site::new();
    let server = site.start(&["--max-connections", "2"]);
    let mut first = server.connect();
    assert_eq!(first.get("/"), Answer::index());
    let mut second = server.connect();
    assert_eq!(second.get("/"), Answer::index());
    let mut third = server.connect();
    assert_eq!(third.get("/"), Answer::index());
    first.expect_end();
    assert_eq!(second.get("/"), Answer::index().left(996));
}
