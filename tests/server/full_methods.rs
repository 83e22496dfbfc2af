//! `--http full`: methods, and requests with a body.

use std::net::Shutdown;

use crate::support::full::{FOUR, FULL};
use crate::support::{Answer, Client, Site};

fn not_implemented() -> Answer {
    Answer::built_in(
        "501 Not Implemented",
        "This server does not know the method.",
    )
}

/// 204: what may be asked for.
fn options() -> Answer {
    Answer {
        status: "HTTP/1.1 204 No Content".to_owned(),
        body: Vec::new(),
        ..Answer::index()
    }
    .without("ETag")
    .without("Last-Modified")
    .without("Content-Type")
    .without("Content-Length")
    .without("Cache-Control")
    .without("X-Content-Type-Options")
    .with("Allow", "GET, HEAD, OPTIONS")
}

type Make = fn() -> Answer;

/// What a method gets in full, and in four.
const METHODS: [(&str, &str, Make, Make); 24] = {
    let (index, refused): (Make, Make) = (Answer::index, Answer::bad_request);
    let ranged: Make = || Answer::index().ranged();
    let (known, unknown): (Make, Make) = (Answer::not_allowed, not_implemented);
    [
        ("GET", "/", ranged, index),
        ("GET", "*", refused, refused),
        ("HEAD", "*", refused, refused),
        ("GET", "h:80", refused, refused),
        ("POST", "/", known, refused),
        ("POST", "*", known, refused),
        ("POST", "/nothing", known, refused),
        ("POST", "/%00", known, refused),
        ("PUT", "/a.txt", known, refused),
        ("DELETE", "/", known, refused),
        ("PATCH", "/", known, refused),
        ("QUERY", "/", known, refused),
        ("PROPFIND", "/", known, refused),
        ("OPTIONS", "/", options, refused),
        ("OPTIONS", "*", options, refused),
        ("OPTIONS", "/nothing", options, refused),
        ("OPTIONS", "http://localhost/", options, refused),
        ("TRACE", "/", unknown, refused),
        ("CONNECT", "example.org:443", unknown, refused),
        ("CONNECT", "/", unknown, refused),
        ("BREW", "/", unknown, refused),
        ("get", "/", unknown, refused),
        ("Post", "/", unknown, refused),
        ("GET/", "/", Answer::bad_request, refused),
    ]
};

#[test]
fn each_method_gets_its_status() {
    let site = Site::new();
    let (full, four) = (site.start(&FULL), site.start(&FOUR));
    for (server, is_full) in [(&full, true), (&four, false)] {
        let mut client = server.connect();
        for (method, target, in_full, in_four) in &METHODS[..METHODS.len() - 1] {
            let expected = if is_full { in_full() } else { in_four() };
            let expected = match *method {
                "HEAD" => expected.without_body(),
                _ => expected,
            };
            let answer = client.ask(method, target, "");
            assert_eq!(answer, expected.endless(), "{method} {target}");
        }
        // A method that is no token is a broken frame.
        let (method, target, ..) = METHODS[METHODS.len() - 1];
        let answer = client.ask(method, target, "");
        assert_eq!(answer, Answer::bad_request().closing());
        client.expect_end();
    }
}

/// What a smuggler wants answered.
const SECRET: &str = "GET /secret HTTP/1.1\r\nHost: h\r\n\r\n";

/// A method with a body, and what it gets.
fn bodies() -> [(&'static str, Answer, Answer); 7] {
    let refused = Answer::bad_request;
    [
        ("POST", Answer::not_allowed(), refused()),
        ("PUT", Answer::not_allowed(), refused()),
        ("BREW", not_implemented(), refused()),
        ("TRACE", not_implemented(), refused()),
        ("OPTIONS", options(), refused()),
        ("GET", refused(), refused()),
        ("HEAD", refused().without_body(), refused().without_body()),
    ]
}

/// Each request, with Content-Length and in chunks, in one piece and in several, gets one answer; what is in
/// its body, and what comes after it, gets none.
#[test]
fn no_byte_of_a_body_is_answered_as_a_request() {
    let site = Site::new();
    site.write("secret", "secret");
    let mut full = site.start(&FULL);
    let four = site.start(&[&FOUR[..], &["--no-log"]].concat());
    let framings = [
        format!("Content-Length: {}\r\n\r\n{SECRET}", SECRET.len()),
        format!("Content-Length: 9\r\n\r\n012345678{SECRET}"),
        format!("Content-Length: 9999\r\n\r\n{SECRET}"),
        "Content-Length: 9\r\nExpect: 100-continue\r\n\r\n".to_owned(),
        format!("Transfer-Encoding: chunked\r\n\r\n26\r\n{SECRET}\r\n0\r\n\r\n"),
        format!("Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n{SECRET}"),
        format!("Transfer-Encoding: chunked\r\n\r\n0\r\n{SECRET}"),
        format!("Transfer-Encoding: chunked\r\n\r\n{SECRET}"),
    ];
    for (method, in_full, in_four) in bodies() {
        for framing in &framings {
            let text = format!("{method} / HTTP/1.1\r\nHost: h\r\n{framing}");
            for (server, expected) in [(&full, &in_full), (&four, &in_four)] {
                let mut client = server.connect();
                client.send(&text);
                check(&mut client, method, expected, &text);
                // The body comes after the answer to the head.
                let (head, body) = text.split_at(text.find("\r\n\r\n").unwrap() + 4);
                let mut client = server.connect();
                client.send(head);
                check(&mut client, method, expected, &text);
                client.send(body);
                client.send(SECRET);
            }
        }
    }
    full.stop();
    let log = std::fs::read_to_string(site.log()).unwrap();
    assert!(!log.contains("secret"), "{log}");
    assert_eq!(log.matches(",POST,/,,405,").count(), 2 * framings.len());
    assert_eq!(log.matches(",OPTIONS,/,,204,").count(), 2 * framings.len());
}

#[track_caller]
fn check(client: &mut Client, method: &str, expected: &Answer, text: &str) {
    let answer = client.answer_to(method);
    assert_eq!(answer, expected.clone().closing(), "{text}");
    client.expect_end();
}

/// An upload that goes on after the answer meets no reset, which could destroy the answer.
#[test]
fn an_upload_is_read_to_its_end() {
    const LENGTH: usize = 8 << 20;
    let site = Site::new();
    let mut server = site.start(&FULL);
    let mut client = server.connect();
    client.send(format!(
        "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: {LENGTH}\r\n\r\n"
    ));
    client.send(vec![b'x'; LENGTH]);
    client.send(SECRET);
    client.stream().shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.answer_to("PUT"), Answer::not_allowed().closing());
    client.expect_end();
    server.stop();
    let log = std::fs::read_to_string(site.log()).unwrap();
    assert_eq!(log.lines().count(), 2, "{log}");
    assert!(
        log.contains(",PUT,/a,,405,") && log.ends_with(",complete\n"),
        "{log}"
    );
}

#[test]
fn a_broken_frame_is_400_whatever_the_method() {
    const FIELDS: [&str; 12] = [
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 0\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding:",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5, 5",
        "Content-Length: +5",
        "Content-Length: 0x5",
        "Content-Length:",
        "Host: i",
    ];
    let site = Site::new();
    site.write("secret", "secret");
    let server = site.start(&FULL);
    let refused = |text: String, method: &str| {
        let mut client = server.connect();
        client.send(text.clone() + SECRET);
        let expected = match method {
            "HEAD" => Answer::bad_request().without_body(),
            _ => Answer::bad_request(),
        };
        check(&mut client, method, &expected, &text);
    };
    for method in ["GET", "HEAD", "POST", "OPTIONS", "CONNECT", "BREW"] {
        for fields in FIELDS {
            let text = format!("{method} / HTTP/1.1\r\nHost: h\r\n{fields}\r\n\r\n");
            refused(text, method);
        }
        let text = format!("{method} / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");
        refused(text, method);
        refused(format!("{method} / HTTP/1.1\r\n\r\n"), method);
    }
    // No body at all: the connection goes on.
    let mut client = server.connect();
    let answer = client.ask("GET", "/", "Content-Length: 0\r\n");
    assert_eq!(answer, Answer::index().ranged().endless());
    let answer = client.ask("POST", "/", "Content-Length: 0\r\n");
    assert_eq!(answer, Answer::not_allowed().endless());
    assert_eq!(client.get("/"), Answer::index().ranged().endless());
}
