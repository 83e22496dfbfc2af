//! Requests with sound framing at the edge of the grammar: refused with a 400 that keeps the
//! connection, or served.

use crate::support::{Answer, Site};

const HEAD_MAX: usize = 16 * 1024;
const FIELDS_MAX: usize = 100;

#[test]
fn bad_requests_with_sound_framing_keep_the_connection() {
    const LINES: [&str; 25] = [
        "POST /",
        "PUT /",
        "DELETE /index.html",
        "OPTIONS /",
        "OPTIONS *",
        "TRACE /",
        "CONNECT localhost:80",
        "PATCH /no-such-file",
        "get /",
        "Get /",
        "head /",
        "GETS /",
        "GE /",
        "BREW /pot",
        "!#$%&'*+-.^_`|~09AZaz /",
        "GET *",
        "GET localhost:80",
        "GET index.html",
        "GET ftp://localhost/",
        "GET /%00",
        "GET /a%2Fb",
        "GET /%",
        "GET /%zz",
        "GET /..",
        "GET /a/../../index.html",
    ];
    let site = Site::new();
    let server = site.start(&[]);
    let mut client = server.connect();
    let mut left = (0..998).rev();
    for line in LINES {
        for fields in ["", "Content-Length: 0\r\n", "Expect: 100-continue\r\n"] {
            // In one write: a refused request must not take the next one with it.
            let next = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
            client.send(format!("{line} HTTP/1.1\r\nHost: h\r\n{fields}\r\n{next}"));
            let expected = Answer::bad_request().left(left.next().unwrap());
            assert_eq!(client.answer_to("GET"), expected, "{line}");
            assert_eq!(
                client.answer_to("GET"),
                Answer::index().left(left.next().unwrap()),
                "{line}"
            );
        }
    }
}

#[test]
fn unusual_but_valid_requests_are_served() {
    const HEADS: [&str; 22] = [
        "GET / HTTP/1.1\r\nHost: h",
        "GET / HTTP/1.1\r\nHost:h",
        "GET / HTTP/1.1\r\nHost:",
        "GET / HTTP/1.1\r\nHOST:\t h:2130 \t",
        "GET / HTTP/1.1\r\nHost: my_host!=1",
        "GET / HTTP/1.1\r\nHost: [::1]:2130",
        "GET / HTTP/1.1\r\nHost: [v1.fe80::a+en1]",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:",
        "GET / HTTP/1.1\r\nHost: a%41b",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0",
        "GET / HTTP/1.1\r\nHost: h\r\ncontent-length:\t0 ",
        "GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue",
        "GET / HTTP/1.1\r\nHost: h\r\nRange: bytes=0-1",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\tb \u{fc} \"\r\nX:\r\nX: \t",
        "GET / HTTP/1.1\r\nHost: h\r\nAccept: image/*\r\nAccept-Encoding: gzip",
        "GET http://elsewhere:1/ HTTP/1.1\r\nHost: h",
        "GET HTTP://elsewhere HTTP/1.1\r\nHost: h",
        "GET https://elsewhere?q HTTP/1.1\r\nHost: h",
        "GET http://[::1]:1/index.html?q HTTP/1.1\r\nHost: h",
        "GET / HTTP/1.0\r\nConnection: keep-alive",
        "GET / HTTP/1.0\r\nHost: h\r\nConnection: Keep-Alive",
        "GET / HTTP/1.0\r\nHost:\r\nConnection: x, keep-alive",
    ];
    let site = Site::new();
    let server = site.start(&[]);
    let mut client = server.connect();
    for (count, head) in HEADS.into_iter().enumerate() {
        client.send(format!("{head}\r\n\r\n"));
        assert_eq!(
            client.answer_to("GET"),
            Answer::index().left(997 - count),
            "{head}"
        );
    }
}

/// A head of exactly `length` bytes.
fn head_of(length: usize) -> String {
    let start = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
    format!("{start}{}\r\n\r\n", "x".repeat(length - start.len() - 4))
}

#[test]
fn a_head_of_16_kib_is_served_and_a_longer_one_refused() {
    let site = Site::new();
    let server = site.start(&[]);
    let mut client = server.connect();
    client.send(head_of(HEAD_MAX).repeat(3));
    for count in 0..3 {
        assert_eq!(client.answer_to("GET"), Answer::index().left(997 - count));
    }
    let endless = "x".repeat(HEAD_MAX);
    let table = [
        head_of(HEAD_MAX + 1),
        head_of(200_000),
        format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}", "x".repeat(500_000)),
        format!("GET /{endless} HTTP/1.1\r\nHost: h\r\n\r\n"),
        format!("{endless} / HTTP/1.1\r\nHost: h\r\n\r\n"),
        endless,
        "GET / HTTP/1.1\r\nHost: h\r\n".to_owned() + &"X: y\r\n".repeat(HEAD_MAX / 6),
    ];
    for head in table {
        let mut client = server.connect();
        client.send(&head);
        assert_eq!(
            client.answer_to("GET"),
            Answer::bad_request().closing(),
            "{}",
            &head[..40]
        );
        client.expect_end();
    }
}

#[test]
fn the_longest_head_is_a_setting() {
    let site = Site::new();
    for (kib, length) in [("1", 1024), ("1024", 1024 * 1024)] {
        let server = site.start(&["--max-head", kib]);
        let mut client = server.connect();
        client.send(head_of(length));
        assert_eq!(client.answer_to("GET"), Answer::index());
        client.send(head_of(length + 1));
        assert_eq!(client.answer_to("GET"), Answer::bad_request().closing());
        client.expect_end();
    }
}

#[test]
fn a_hundred_fields_are_served_and_more_refused() {
    let site = Site::new();
    let server = site.start(&[]);
    let head = |fields| "GET / HTTP/1.1\r\nHost: h\r\n".to_owned() + &"X: y\r\n".repeat(fields);
    let mut client = server.connect();
    // One of the fields is Host.
    client.send(head(FIELDS_MAX - 1) + "\r\n");
    assert_eq!(client.answer_to("GET"), Answer::index());
    client.send(head(FIELDS_MAX) + "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.answer_to("GET"), Answer::bad_request().closing());
    client.expect_end();
}
