//! Malformed framing: the server answers 400, closes, and does not parse a byte after the request.

use crate::support::{Answer, Server, Site};

/// Follows each bad request: the request that a smuggler wants answered.
const SECOND: &[u8] = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";

/// Sends a bad request and a second one in one write; only the first is answered, with 400.
#[track_caller]
fn is_refused(server: &Server, bytes: &[u8]) {
    let mut client = server.connect();
    client.send([bytes, SECOND].concat());
    let expected = Answer::bad_request().closing();
    let (method, expected) = if bytes.starts_with(b"HEAD ") {
        ("HEAD", expected.without_body())
    } else {
        ("GET", expected)
    };
    assert_eq!(
        client.answer_to(method),
        expected,
        "{}",
        bytes.escape_ascii()
    );
    client.expect_end();
}

#[test]
fn requests_with_bodies_end_the_connection() {
    const FIELDS: [&str; 24] = [
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding:",
        "TRANSFER-ENCODING: gzip, chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 0",
        "Content-Length: 0\r\nTransfer-Encoding: chunked",
        "Content-Length: 1",
        "Content-Length: 27",
        "Content-Length: 00",
        "Content-Length: 0000000000000000000000",
        "Content-Length: +0",
        "Content-Length: -0",
        "Content-Length: -1",
        "Content-Length: 0x0",
        "Content-Length: 0 0",
        "Content-Length: 0, 0",
        "Content-Length: 0,",
        "Content-Length:",
        "Content-Length: none",
        "Content-Length: \u{ff10}",
        "content-length: 18446744073709551616",
        "Content-Length: 0\r\nContent-Length: 0",
        "Content-Length: 0\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 0",
    ];
    let site = Site::new();
    let server = site.start(&[]);
    for fields in FIELDS {
        // The server checks the framing before the method: malformed framing always ends the
        // connection.
        for method in ["GET", "HEAD", "POST", "get", "BREW"] {
            is_refused(
                &server,
                format!("{method} / HTTP/1.1\r\nHost: h\r\n{fields}\r\n\r\n").as_bytes(),
            );
        }
    }
    is_refused(&server, b"GET / HTTP/1.0\r\nContent-Length: 1\r\n\r\n");
    is_refused(
        &server,
        b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    let chunks = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    is_refused(&server, chunks);
}

#[test]
fn malformed_line_ends_and_stray_control_bytes_end_the_connection() {
    const TABLE: [&[u8]; 28] = [
        b"GET / HTTP/1.1\nHost: h\n\n",
        b"GET / HTTP/1.1\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n\n",
        b"GET / HTTP/1.1\r\nHost: h\r\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\nb: c\r\n\r\n",
        b"GET /\r HTTP/1.1\r\nHost: h\r\n\r\n",
        b"\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"\rGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        b" GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"\tGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n\tb\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n \r\n\r\n",
        b"GET / HTTP/1.1\r\n Host: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost\t: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length : 0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX Y: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\x01b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\x0bb\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\x7fb\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX\0: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n: a\r\n\r\n",
        b"\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
    ];
    let site = Site::new();
    let server = site.start(&[]);
    for bytes in TABLE {
        is_refused(&server, bytes);
    }
}

#[test]
fn malformed_request_lines_end_the_connection() {
    const LINES: [&[u8]; 30] = [
        b"GET  / HTTP/1.1",
        b"GET /  HTTP/1.1",
        b"GET\t/ HTTP/1.1",
        b"GET /\tHTTP/1.1",
        b"GET / HTTP/1.1 ",
        b"GET / a HTTP/1.1",
        b"GET /",
        b"GET / ",
        b"GET",
        b"/ HTTP/1.1",
        b"GET HTTP/1.1",
        b"GET / HTTP/0.9",
        b"GET / HTTP/1.10",
        b"GET / HTTP/1.01",
        b"GET / HTTP/1.1x",
        b"GET / HTTP/1",
        b"GET / HTTP/1.",
        b"GET / HTTP/11",
        b"GET / HTTP/2.0",
        b"GET / HTTP/2",
        b"GET / http/1.1",
        b"GET / HTTPS/1.1",
        b"GET / ICY/1.1",
        b"G\xc3\xa9T / HTTP/1.1",
        b"GET /\xff\x7f HTTP/1.1",
        b"GET /\xff# HTTP/1.1",
        b"GET /a#b HTTP/1.1",
        b"GET /\0 HTTP/1.1",
        b"GET /\x1b[2J HTTP/1.1",
        b"PRI * HTTP/2.0",
    ];
    let site = Site::new();
    let server = site.start(&[]);
    for line in LINES {
        is_refused(&server, &[line, b"\r\nHost: h\r\n\r\n"].concat());
    }
    // The first bytes of TLS, and of a shell that takes the port for something else.
    is_refused(&server, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n");
    is_refused(&server, b"quit\r\n");
}

#[test]
fn malformed_hosts_end_the_connection() {
    const LINES: [&[u8]; 22] = [
        b"",
        b"Host: h\r\nHost: h\r\n",
        b"Host: h\r\nX: y\r\nhost: i\r\n",
        b"Host: a b\r\n",
        b"Host: a\tb\r\n",
        b"Host: user@h\r\n",
        b"Host: user:password@h\r\n",
        b"Host: h/path\r\n",
        b"Host: h?query\r\n",
        b"Host: h#fragment\r\n",
        b"Host: h\\i\r\n",
        b"Host: <h>\r\n",
        b"Host: \"h\"\r\n",
        b"Host: h:80x\r\n",
        b"Host: h:-1\r\n",
        b"Host: a:b:c\r\n",
        b"Host: ::1\r\n",
        b"Host: [::1\r\n",
        b"Host: [::1]x\r\n",
        b"Host: [::g]\r\n",
        b"Host: a%zz\r\n",
        b"Host: h\xc3\xb6st\r\n",
    ];
    let site = Site::new();
    let server = site.start(&[]);
    for line in LINES {
        is_refused(&server, &[b"GET / HTTP/1.1\r\n", line, b"\r\n"].concat());
    }
    // The authority of an absolute-form target must match the same grammar.
    for authority in ["", "user@h", "h:x", "[::1", ":80"] {
        let request = format!("GET http://{authority}/ HTTP/1.1\r\nHost: h\r\n\r\n");
        is_refused(&server, request.as_bytes());
    }
}
