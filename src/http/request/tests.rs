//! Which heads are accepted as requests.

mod fields;
mod lengths;
mod raw_targets;

use super::*;

fn whole(bytes: &[u8]) -> Parsed<'_> {
    parse_from(bytes, 0)
}

/// Room for an encoded copy that lives as long as any test.
fn copy() -> &'static mut Vec<u8> {
    Box::leak(Box::default())
}

fn parse_from(bytes: &[u8], scanned: usize) -> Parsed<'_> {
    parse(bytes, scanned, DEFAULT_HEAD_MAX, copy())
}

#[track_caller]
fn complete(bytes: &[u8]) -> Request<'_> {
    match whole(bytes) {
        Parsed::Complete(request, length) => {
            assert_eq!(length, bytes.len());
            request
        }
        other => panic!("{other:?} for {}", bytes.escape_ascii()),
    }
}

fn head(fields: &str) -> Vec<u8> {
    format!("GET /a HTTP/1.1\r\nHost: h\r\n{fields}\r\n").into_bytes()
}

/// Heads with the method and path that they are read as.
#[test]
fn a_head_with_well_formed_framing_is_a_request() {
    use Method::{Get, Head, NotAllowed, Options, Unknown};
    let table: [(&str, Method, Option<&str>); 22] = [
        ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", Get, Some("/")),
        ("HEAD /a?b HTTP/1.1\r\nHost: h\r\n\r\n", Head, Some("/a?b")),
        ("GET / HTTP/1.0\r\n\r\n", Get, Some("/")),
        ("GET / HTTP/1.0\r\nHost: h\r\n\r\n", Get, Some("/")),
        ("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", Get, Some("/")),
        (
            "\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
            Get,
            Some("/"),
        ),
        ("POST / HTTP/1.1\r\nHost: h\r\n\r\n", NotAllowed, Some("/")),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
            NotAllowed,
            Some("/"),
        ),
        ("get / HTTP/1.1\r\nHost: h\r\n\r\n", Unknown, Some("/")),
        ("Get / HTTP/1.1\r\nHost: h\r\n\r\n", Unknown, Some("/")),
        ("GETS / HTTP/1.1\r\nHost: h\r\n\r\n", Unknown, Some("/")),
        ("GET /a HTTP/1.2\r\nHost: h\r\n\r\n", Get, Some("/a")),
        ("\r\nHEAD /a HTTP/1.9\r\nHost: h\r\n\r\n", Head, Some("/a")),
        ("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", Options, None),
        ("GET * HTTP/1.1\r\nHost: h\r\n\r\n", Get, None),
        ("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", Unknown, None),
        ("GET h:80 HTTP/1.1\r\nHost: h\r\n\r\n", Get, None),
        (
            "GET http://x:1/a?b HTTP/1.1\r\nHost: h\r\n\r\n",
            Get,
            Some("/a?b"),
        ),
        ("GET http://x HTTP/1.1\r\nHost: h\r\n\r\n", Get, Some("/")),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", Get, Some("/")),
        (
            "GET / HTTP/1.1\r\nhOST:\t h:80 \t\r\nX: \x20a\tb\t\r\n\r\n",
            Get,
            Some("/"),
        ),
        (
            "GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n",
            Get,
            Some("/"),
        ),
    ];
    for (text, method, path) in table {
        let request = complete(text.as_bytes());
        assert_eq!((request.method, request.path), (method, path), "{text:?}");
    }
}

#[test]
fn a_head_with_malformed_framing_is_rejected() {
    let table: [&[u8]; 63] = [
        // Bodies whose end is in doubt.
        b"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\ntransfer-encoding: identity\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n\r\n",
        b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: +0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0, 0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
        // Line ends, white space, control bytes.
        b"GET / HTTP/1.1\nHost: h\n\n",
        b"GET / HTTP/1.1\r\nHost: h\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n\n",
        b"GET / HTTP/1.1\r\nHost: h\r\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n",
        b"GET /\r HTTP/1.1\r\nHost: h\r\n\r\n",
        b"\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"\rGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        b" GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n\tb\r\n\r\n",
        b"GET / HTTP/1.1\r\n Host: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost\t: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX Y: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\x01b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\x7fb\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX\0: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n: a\r\n\r\n",
        // The request line.
        b"GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET /  HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
        b"GET /\r\nHost: h\r\n\r\n",
        b"GET\r\nHost: h\r\n\r\n",
        b"GET / \r\nHost: h\r\n\r\n",
        b"GET HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/0.9\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.10\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1x\r\nHost: h\r\n\r\n",
        b"GET / HTTP/2.0\r\nHost: h\r\n\r\n",
        b"GET / http/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/11\r\nHost: h\r\n\r\n",
        b"G\xc3\xa9T / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET /\xe9#b HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET /\xe9\x7f HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET http://\xe9/ HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: h\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        // Host.
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        b"GET / HTTP/1.0\r\nHost: h\r\nhost: h\r\n\r\n",
        b"GET http://u@x/ HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n",
    ];
    for bytes in table {
        assert!(
            matches!(whole(bytes), Parsed::Rejected(..)),
            "{:?} for {}",
            whole(bytes),
            bytes.escape_ascii()
        );
    }
}

#[test]
fn a_body_that_is_well_framed_follows_its_head() {
    use RequestBody::{Follows, None};
    let table = [
        ("", None),
        ("Content-Length: 0\r\n", None),
        ("Content-Length: 1\r\n", Follows),
        ("content-length:\t5 \r\n", Follows),
        ("Content-Length: 00\r\n", Follows),
        ("Content-Length: 18446744073709551616\r\n", Follows),
        ("Transfer-Encoding: chunked\r\n", Follows),
        ("TRANSFER-ENCODING: Chunked\r\n", Follows),
    ];
    for (fields, expected) in table {
        assert_eq!(complete(&head(fields)).body, expected, "{fields:?}");
    }
}

#[test]
fn a_rejected_head_keeps_its_request_line_if_that_is_well_formed() {
    let line = RequestLine {
        method: "GET",
        target: "/a",
    };
    assert_eq!(
        whole(b"GET /a HTTP/1.1\r\n\r\n"),
        Parsed::Rejected(Some(line), Refusal::Malformed)
    );
    assert_eq!(
        whole(b"GET /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: x\r\n\r\n"),
        Parsed::Rejected(Some(line), Refusal::Malformed)
    );
    assert_eq!(
        whole(b"GET /a HTTP/1.1\r\nHost : h\r\n\r\n"),
        Parsed::Rejected(Some(line), Refusal::Malformed)
    );
    assert_eq!(
        whole(b"GET /a HTTP/9.1\r\n\r\n"),
        Parsed::Rejected(None, Refusal::Version)
    );
}

#[test]
fn a_line_that_cannot_become_a_head_is_rejected_at_once() {
    let table: [(&[u8], Refusal); 6] = [
        (b"GET /\r\n", Refusal::Malformed),
        (b"\x16\x03\x01\r\n", Refusal::Malformed),
        (b"GET / HTTP/2.0\r\nHost", Refusal::Version),
        (b"PRI * HTTP/2.0\r\n", Refusal::Version),
        (b"\r\nquit\r\n", Refusal::Malformed),
        (b"GET / HTTP/1.1\n", Refusal::Malformed),
    ];
    for (bytes, refusal) in table {
        let rejected = Parsed::Rejected(None, refusal);
        assert_eq!(whole(bytes), rejected, "{bytes:?}");
        // It is rejected at the byte that ends the line, not before and not after.
        let end = bytes.iter().rposition(|&byte| byte == b'\n').unwrap();
        let mut scanned = 0;
        for length in 1..=end {
            match parse_from(&bytes[..length], scanned) {
                Parsed::Partial { scanned: next } => scanned = next,
                other => panic!("{other:?} after {length} of {bytes:?}"),
            }
        }
        assert_eq!(parse_from(&bytes[..=end], scanned), rejected);
    }
}
