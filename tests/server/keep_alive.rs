//! Which connections stay open, for how many requests, and for how long.

use std::time::{Duration, Instant};

use crate::support::{Answer, PATIENCE, Server, Site};

/// Sends a request twice in one write. If it closes the connection, one answer comes and then the
/// end.
#[track_caller]
fn check(server: &Server, request: &str, kept: bool) {
    let mut client = server.connect();
    client.send(request.repeat(2));
    if kept {
        assert_eq!(client.answer_to("GET"), Answer::index(), "{request}");
        assert_eq!(
            client.answer_to("GET"),
            Answer::index().left(996),
            "{request}"
        );
    } else {
        assert_eq!(
            client.answer_to("GET"),
            Answer::index().closing(),
            "{request}"
        );
        client.expect_end();
    }
}

#[test]
fn version_and_connection_field_decide_about_keep_alive() {
    let table = [
        ("1.1", "", true),
        ("1.1", "Connection: keep-alive\r\n", true),
        ("1.1", "Connection: close\r\n", false),
        ("1.1", "cONNECTION:CLOSE\r\n", false),
        ("1.1", "Connection: closed\r\n", true),
        ("1.1", "Connection: not-close\r\n", true),
        ("1.1", "Connection: close;q=0\r\n", true),
        ("1.1", "Connection: \"close\"\r\n", true),
        ("1.1", "Connection: keep-alive, close\r\n", false),
        ("1.1", "Connection: Upgrade ,\tClose , x\r\n", false),
        ("1.1", "Connection: x\r\nConnection: close\r\n", false),
        (
            "1.1",
            "Connection: close\r\nConnection: keep-alive\r\n",
            false,
        ),
        ("1.1", "Connection: ,,\r\n", true),
        ("1.1", "Connection:\r\n", true),
        ("1.1", "Keep-Alive: close\r\n", true),
        ("1.1", "Proxy-Connection: close\r\n", true),
        ("1.0", "", false),
        ("1.0", "Host: h\r\n", false),
        ("1.0", "Connection: keep-alive\r\n", true),
        ("1.0", "connection: x , KEEP-ALIVE\r\n", true),
        ("1.0", "Connection: x\r\nConnection: keep-alive\r\n", true),
        ("1.0", "Connection: keep-alive, close\r\n", false),
        ("1.0", "Connection: keep-alives\r\n", false),
        ("1.0", "Keep-Alive: 300\r\n", false),
    ];
    let site = Site::new();
    let server = site.start(&[]);
    for (version, fields, kept) in table {
        let authority = if version == "1.1" { "Host: h\r\n" } else { "" };
        check(
            &server,
            &format!("GET / HTTP/{version}\r\n{authority}{fields}\r\n"),
            kept,
        );
    }
}

#[test]
fn a_connection_ends_after_the_set_number_of_requests() {
    let site = Site::new();
    let server = site.start(&["--keep-alive-requests", "2"]);
    let mut client = server.connect();
    assert_eq!(client.get("/"), Answer::index().left(1));
    assert_eq!(client.get("/"), Answer::index().closing());
    client.expect_end();
    // Refused requests count, too.
    let mut client = server.connect();
    assert_eq!(client.ask("POST", "/", ""), Answer::bad_request().left(1));
    assert_eq!(client.ask("POST", "/", ""), Answer::bad_request().closing());
    client.expect_end();
}

#[test]
fn a_connection_ends_after_998_requests_by_default() {
    let site = Site::new();
    let server = site.start(&[]);
    let mut client = server.connect();
    for left in (1..998).rev() {
        assert_eq!(client.get("/"), Answer::index().left(left));
    }
    assert_eq!(client.get("/"), Answer::index().closing());
    client.expect_end();
}

#[test]
fn zero_means_any_number_of_requests() {
    let site = Site::new();
    let server = site.start(&["--keep-alive-requests", "0", "--keep-alive", "7.9"]);
    let mut client = server.connect();
    for _ in 0..1_200 {
        assert_eq!(client.get("/"), Answer::index().keep_alive("timeout=7"));
    }
}

#[test]
fn keep_alive_zero_closes_after_each_answer() {
    let site = Site::new();
    let server = site.start(&["--keep-alive", "0"]);
    check(
        &server,
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n\r\n",
        false,
    );
    check(
        &server,
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        false,
    );
    let mut client = server.connect();
    assert_eq!(client.ask("POST", "/", ""), Answer::bad_request().closing());
    client.expect_end();
}

#[test]
fn an_idle_connection_ends_at_its_deadline() {
    const IDLE: Duration = Duration::from_millis(300);
    let site = Site::new();
    let server = site.start(&["--keep-alive", "0.3"]);
    let mut client = server.connect();
    let mut left = (0..998).rev();
    for _ in 0..3 {
        // Taken before the request: the timeout counts from the answer, which is later.
        let asked = Instant::now();
        let expected =
            Answer::index().keep_alive(&format!("timeout=0, max={}", left.next().unwrap()));
        assert_eq!(client.get("/"), expected);
        assert!(asked.elapsed() < PATIENCE);
    }
    let asked = Instant::now();
    client.get("/");
    client.expect_end();
    let lasted = asked.elapsed();
    assert!(lasted >= IDLE, "broke its promise after {lasted:?}");
    assert!(lasted < PATIENCE, "stayed for {lasted:?}");
}
