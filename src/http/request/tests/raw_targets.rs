//! Targets with bytes from 0x80 on are read as if these were percent-encoded.

use super::*;

/// Request lines as they are sent, and encoded.
const LINES: [(&[u8], &str); 8] = [
    (b"GET /\xe9 HTTP/1.1", "GET /%E9 HTTP/1.1"),
    (b"GET /\xc3\xa9 HTTP/1.1", "GET /%C3%A9 HTTP/1.1"),
    (b"GET /a%20\xff\x80b HTTP/1.1", "GET /a%20%FF%80b HTTP/1.1"),
    (b"HEAD /a?\xe9=\xfc HTTP/1.0", "HEAD /a?%E9=%FC HTTP/1.0"),
    (b"POST /\xe9 HTTP/1.1", "POST /%E9 HTTP/1.1"),
    (
        b"GET http://h:1/\xe9?\xfc HTTP/1.1",
        "GET http://h:1/%E9?%FC HTTP/1.1",
    ),
    (b"GET http://h?\xe9 HTTP/1.1", "GET http://h?%E9 HTTP/1.1"),
    (b"GET ftp://h/\xe9 HTTP/1.1", "GET ftp://h/%E9 HTTP/1.1"),
];

/// Heads with one of [`LINES`], raw and encoded.
fn heads(fields: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let with = |line: &[u8]| [b"\r\n", line, b"\r\n", fields.as_bytes(), b"\r\n"].concat();
    let both = |(raw, encoded): (&[u8], &str)| (with(raw), with(encoded.as_bytes()));
    LINES.into_iter().map(both).collect()
}

#[test]
fn a_raw_target_is_the_same_request_as_the_encoded_one() {
    for (raw, encoded) in heads("Host: h\r\nIf-None-Match: \"x\"\r\n") {
        assert_eq!(complete(&raw), complete(&encoded), "{}", raw.escape_ascii());
        // What follows does not matter, and is not part of the request.
        let longer = [&raw[..], b"\xe9 rest"].concat();
        let same = Parsed::Complete(complete(&encoded), raw.len());
        assert_eq!(whole(&longer), same);
    }
}

#[test]
fn a_raw_target_of_a_malformed_head_is_told_encoded() {
    for fields in ["Content-Length: x\r\n", "Host: a b\r\n", "Host: h\n"] {
        for (raw, encoded) in heads(fields) {
            let parsed = whole(&raw);
            assert_eq!(parsed, whole(&encoded), "{}", raw.escape_ascii());
        }
    }
    let line = line_of(b"GET /\xe9 HTTP/1.1\r\nHo", copy()).unwrap();
    assert_eq!((line.method, line.target), ("GET", "/%E9"));
}

#[test]
fn a_head_with_a_raw_target_cut_anywhere_is_the_same_request() {
    for fields in ["Host: h\r\n", "Host: h\r\nHost: h\r\n", "Host: h\n"] {
        for (raw, _) in heads(fields) {
            let at_once = whole(&raw);
            let mut scanned = 0;
            for end in 0..=raw.len() {
                match parse_from(&raw[..end], scanned) {
                    Parsed::Partial { scanned: next } => {
                        assert_eq!(next, end);
                        assert_eq!(parse_from(&raw, next), at_once);
                        scanned = next;
                    }
                    parsed => {
                        assert_eq!(parsed, at_once, "{}", raw[..end].escape_ascii());
                        break;
                    }
                }
            }
        }
    }
}

#[test]
fn a_raw_line_without_a_version_is_rejected_at_once() {
    assert_eq!(
        whole(b"GET /\xe9\r\n"),
        Parsed::Rejected(None, Refusal::Malformed)
    );
    let partial = whole(b"GET /\xe9 HTTP/1.1\r\n");
    assert!(matches!(partial, Parsed::Partial { .. }));
}

#[test]
fn the_bound_on_a_head_holds_for_the_encoded_one() {
    let raw = b"GET /\xe9 HTTP/1.1\r\nHost: h\r\n\r\n";
    let encoded = raw.len() + 2;
    let parsed = parse(raw, 0, encoded, copy());
    assert!(matches!(parsed, Parsed::Complete(_, length) if length == raw.len()));
    let parsed = parse(raw, 0, encoded - 1, copy());
    let line = line_of(raw, copy());
    assert_eq!(parsed, Parsed::Rejected(line, Refusal::LongHead));
}

#[test]
fn a_head_without_a_raw_target_is_not_copied() {
    for bytes in [
        &b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"[..],
        b"GET /",
        b"\xff \r\n",
    ] {
        let mut copy = Vec::new();
        parse(bytes, 0, DEFAULT_HEAD_MAX, &mut copy);
        assert_eq!(copy.capacity(), 0);
    }
}
