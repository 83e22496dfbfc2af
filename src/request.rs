//! Bytes → request. Pure: the same bytes give the same answer, however they were cut.
//!
//! `httparse` reads the head; this file adds what makes the framing strict (RFC 9112): line ends
//! are CRLF and nothing else, requests have no body, HTTP/1.1 has exactly one Host. The order of
//! the checks matters. Framing comes before the method, because after a request whose end is in
//! doubt nothing on that connection can be believed, whatever its method was.

mod fields;

use std::mem::MaybeUninit;
use std::time::SystemTime;

use memchr::{memchr, memchr_iter};

use self::fields::Fields;
use crate::host;
use crate::target::{self, Form};

/// The longest head that is read, empty lines before it included, in bytes.
pub const HEAD_MAX: usize = 8 * 1024;

/// The most header fields in a head.
pub const FIELDS_MAX: usize = 64;

/// How many empty lines may stand before a request (RFC 9112, 2.2 asks for at least one: old
/// clients sent one after a POST).
const EMPTY_LINES_MAX: usize = 4;

/// What the client wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The file.
    Get,
    /// The head that GET would have, without the body.
    Head,
    /// Anything else: answered with 400.
    Other,
}

/// Whether the client will send more requests on this connection (RFC 9112, 9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persistence {
    /// It may.
    Keep,
    /// It asked for the end, or never asked for more.
    Close,
}

/// Method and target as the client wrote them, for the log and the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLine<'a> {
    /// The method, any token.
    pub method: &'a str,
    /// The request target, in any of its forms.
    pub target: &'a str,
}

/// A whole request with a sound frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// As it was written.
    pub line: RequestLine<'a>,
    /// What is to be done.
    pub method: Method,
    /// Path and query, which begin with a slash. `None` for `*` and `host:port`: they name no
    /// file.
    pub path: Option<&'a str>,
    /// What the client said about the connection.
    pub persistence: Persistence,
    /// The condition, when it is one that counts: a single readable date, no If-None-Match.
    pub if_modified_since: Option<SystemTime>,
}

/// What the bytes at hand amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed<'a> {
    /// A head may follow, but is not all here. Its first `scanned` bytes need no second look.
    Partial {
        /// To be handed to the next call.
        scanned: usize,
    },
    /// A request, and how many bytes it took.
    Complete(Request<'a>, usize),
    /// Its frame can't be trusted: 400, and not a byte after it is read. The line is there if it
    /// could be read.
    Rejected(Option<RequestLine<'a>>),
}

/// Reads the request at the front of `bytes`.
///
/// `scanned` is 0, or what an earlier call on a prefix of the same bytes returned, so that a
/// head that drips in byte by byte is searched once, not once a byte.
pub fn parse(bytes: &[u8], scanned: usize) -> Parsed<'_> {
    let Some(start) = skip_empty_lines(bytes) else {
        return Parsed::Rejected(None);
    };
    let head = &bytes[start..];
    let scanned = scanned.saturating_sub(start);
    match find_end(head, scanned) {
        HeadEnd::At(end) if start + end <= HEAD_MAX => read(&head[..end], start + end),
        HeadEnd::NotYet if bytes.len() < HEAD_MAX => {
            // So that `GET /` without a version gets its 400 at once, not at the deadline.
            if first_line_just_ended(head, scanned) && request_line(head).is_none() {
                return Parsed::Rejected(None);
            }
            Parsed::Partial {
                scanned: bytes.len(),
            }
        }
        _ => Parsed::Rejected(request_line(head)),
    }
}

/// The request line at the front of `bytes`, if it is there and sound, whatever follows it.
pub fn line_of(bytes: &[u8]) -> Option<RequestLine<'_>> {
    request_line(&bytes[skip_empty_lines(bytes)?..])
}

/// Whether `bytes` hold nothing but empty lines: no request has begun.
pub fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n'))
}

/// Where the first request line begins; `None` when there are too many empty lines before it.
fn skip_empty_lines(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    for _ in 0..EMPTY_LINES_MAX {
        match rest.strip_prefix(b"\r\n") {
            Some(after) => rest = after,
            None => break,
        }
    }
    (!rest.starts_with(b"\r\n")).then(|| bytes.len() - rest.len())
}

/// Where a head ends.
enum HeadEnd {
    At(usize),
    NotYet,
    /// A line end without its CR: to some readers a line end, to others not, which is how one
    /// request is smuggled inside another (RFC 9112, 11.2).
    BareLineFeed,
}

/// Looks for the empty line, from `scanned` on.
fn find_end(head: &[u8], scanned: usize) -> HeadEnd {
    for found in memchr_iter(b'\n', &head[scanned..]) {
        let line = &head[..scanned + found];
        if !line.ends_with(b"\r") {
            return HeadEnd::BareLineFeed;
        }
        if line.ends_with(b"\r\n\r") {
            return HeadEnd::At(line.len() + 1);
        }
    }
    HeadEnd::NotYet
}

/// Whether the first line of `head` ends within what has not been scanned before.
fn first_line_just_ended(head: &[u8], scanned: usize) -> bool {
    head[scanned..].contains(&b'\n') && !head[..scanned].contains(&b'\n')
}

/// The first line of `head`, if it is there and sound. It is judged by itself: were what follows
/// judged with it, the verdict would hang on where the input was cut.
fn request_line(head: &[u8]) -> Option<RequestLine<'_>> {
    let line = &head[..=memchr(b'\n', head)?];
    let mut parsed = httparse::Request::new(&mut []);
    let result = parsed.parse_with_uninit_headers(line, &mut []);
    // Sound as far as it goes: "partial" is what a first line alone is.
    let is_sound = matches!(result, Ok(httparse::Status::Partial)) && line.ends_with(b"\r\n");
    let line = RequestLine {
        method: parsed.method?,
        target: parsed.path?,
    };
    (is_sound && is_target(line.target)).then_some(line)
}

/// httparse lets bytes above 0x7F pass in a target. No form of a target has them, nor a fragment
/// (RFC 9112, 3.2; RFC 3986).
fn is_target(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

/// Reads a whole head. `length` is what the request takes of the input.
fn read(head: &[u8], length: usize) -> Parsed<'_> {
    let mut fields = [const { MaybeUninit::uninit() }; FIELDS_MAX];
    let mut parsed = httparse::Request::new(&mut []);
    let result = parsed.parse_with_uninit_headers(head, &mut fields);
    let request = match (result, parsed.method, parsed.path, parsed.version) {
        (Ok(httparse::Status::Complete(_)), Some(method), Some(target), Some(version)) => {
            let line = RequestLine { method, target };
            let fields = Fields::read(parsed.headers);
            fields.and_then(|fields| check(line, version, &fields))
        }
        _ => None,
    };
    match request {
        Some(request) => Parsed::Complete(request, length),
        None => Parsed::Rejected(request_line(head)),
    }
}

/// Puts a request together, unless its frame is unsound.
fn check<'a>(line: RequestLine<'a>, version: u8, fields: &Fields) -> Option<Request<'a>> {
    if !is_target(line.target) {
        return None;
    }
    // Only HTTP/1.1 must have a Host; from 1.0 it may be missing (RFC 9112, 3.2).
    if version == 1 && fields.hosts == 0 {
        return None;
    }
    let path = match target::form(line.target) {
        Form::Origin(path) => Some(path),
        Form::Absolute(authority, path) => {
            if !host::names_a_host(authority.as_bytes()) {
                return None;
            }
            Some(path)
        }
        Form::Other => None,
    };
    Some(Request {
        line,
        method: match line.method {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            _ => Method::Other,
        },
        path,
        persistence: match (
            fields.connection_close,
            fields.connection_keep_alive,
            version,
        ) {
            (true, _, _) | (false, false, 0) => Persistence::Close,
            _ => Persistence::Keep,
        },
        if_modified_since: fields.condition(),
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn whole(bytes: &[u8]) -> Parsed<'_> {
        parse(bytes, 0)
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

    /// Heads whose frame is sound, with the method and path they are read as.
    #[test]
    fn accepted() {
        use Method::{Get, Head, Other};
        let table: [(&str, Method, Option<&str>); 20] = [
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
            ("POST / HTTP/1.1\r\nHost: h\r\n\r\n", Other, Some("/")),
            (
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
                Other,
                Some("/"),
            ),
            ("get / HTTP/1.1\r\nHost: h\r\n\r\n", Other, Some("/")),
            ("Get / HTTP/1.1\r\nHost: h\r\n\r\n", Other, Some("/")),
            ("GETS / HTTP/1.1\r\nHost: h\r\n\r\n", Other, Some("/")),
            ("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", Other, None),
            ("GET * HTTP/1.1\r\nHost: h\r\n\r\n", Get, None),
            ("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", Other, None),
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

    /// Heads whose frame is not sound.
    #[test]
    fn rejected() {
        let table: [&[u8]; 63] = [
            // Bodies, of any kind.
            b"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: h\r\ntransfer-encoding: identity\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n\r\n",
            b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 00\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: +0\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -0\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x0\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0, 0\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551616\r\n\r\n",
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
            b"GET / HTTP/1.2\r\nHost: h\r\n\r\n",
            b"GET / HTTP/1.10\r\nHost: h\r\n\r\n",
            b"GET / HTTP/1.1x\r\nHost: h\r\n\r\n",
            b"GET / HTTP/2.0\r\nHost: h\r\n\r\n",
            b"GET / http/1.1\r\nHost: h\r\n\r\n",
            b"GET / HTTP/11\r\nHost: h\r\n\r\n",
            b"G\xc3\xa9T / HTTP/1.1\r\nHost: h\r\n\r\n",
            b"GET /\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n",
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
                matches!(whole(bytes), Parsed::Rejected(_)),
                "{:?} for {}",
                whole(bytes),
                bytes.escape_ascii()
            );
        }
    }

    #[test]
    fn a_rejected_head_keeps_its_line_if_it_has_one() {
        let line = RequestLine {
            method: "GET",
            target: "/a",
        };
        assert_eq!(
            whole(b"GET /a HTTP/1.1\r\n\r\n"),
            Parsed::Rejected(Some(line))
        );
        assert_eq!(
            whole(b"GET /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: x\r\n\r\n"),
            Parsed::Rejected(Some(line))
        );
        assert_eq!(
            whole(b"GET /a HTTP/1.1\r\nHost : h\r\n\r\n"),
            Parsed::Rejected(Some(line))
        );
        assert_eq!(whole(b"GET /a HTTP/9.1\r\n\r\n"), Parsed::Rejected(None));
    }

    #[test]
    fn a_line_that_cannot_become_a_head_is_rejected_at_once() {
        let table: [&[u8]; 5] = [
            b"GET /\r\n",
            b"\x16\x03\x01\r\n",
            b"GET / HTTP/2.0\r\nHost",
            b"\r\nquit\r\n",
            b"GET / HTTP/1.1\n",
        ];
        for bytes in table {
            assert_eq!(whole(bytes), Parsed::Rejected(None), "{bytes:?}");
            // The verdict comes with the byte that ends the line, not before and not after.
            let end = bytes.iter().rposition(|&byte| byte == b'\n').unwrap();
            let mut scanned = 0;
            for length in 1..=end {
                match parse(&bytes[..length], scanned) {
                    Parsed::Partial { scanned: next } => scanned = next,
                    other => panic!("{other:?} after {length} of {bytes:?}"),
                }
            }
            assert_eq!(parse(&bytes[..=end], scanned), Parsed::Rejected(None));
        }
    }

    #[test]
    fn persistence() {
        use Persistence::{Close, Keep};
        let table = [
            ("1.1", "", Keep),
            ("1.1", "Connection: keep-alive\r\n", Keep),
            ("1.1", "Connection: close\r\n", Close),
            ("1.1", "CONNECTION: CLOSE\r\n", Close),
            ("1.1", "Connection: closed\r\n", Keep),
            ("1.1", "Connection: not-close\r\n", Keep),
            ("1.1", "Connection: close;q=1\r\n", Keep),
            ("1.1", "Connection: keep-alive, close\r\n", Close),
            ("1.1", "Connection: Upgrade ,\tClose , x\r\n", Close),
            ("1.1", "Connection: x\r\nConnection: close\r\n", Close),
            (
                "1.1",
                "Connection: close\r\nConnection: keep-alive\r\n",
                Close,
            ),
            ("1.1", "Connection: ,,\r\n", Keep),
            ("1.1", "Keep-Alive: close\r\n", Keep),
            ("1.0", "", Close),
            ("1.0", "Connection: keep-alive\r\n", Keep),
            ("1.0", "Connection: x, Keep-Alive\r\n", Keep),
            ("1.0", "Connection: keep-alive, close\r\n", Close),
            ("1.0", "Connection: keep-aliveX\r\n", Close),
            ("1.0", "Keep-Alive: 300\r\n", Close),
        ];
        for (version, fields, expected) in table {
            let text = format!("GET / HTTP/{version}\r\nHost: h\r\n{fields}\r\n");
            assert_eq!(
                complete(text.as_bytes()).persistence,
                expected,
                "{version} {fields:?}"
            );
        }
    }

    #[test]
    fn conditions() {
        const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
        let time = Some(UNIX_EPOCH + Duration::from_secs(784_111_777));
        let table = [
            (String::new(), None),
            (format!("If-Modified-Since: {DATE}\r\n"), time),
            (format!("IF-MODIFIED-SINCE:\t{DATE} \r\n"), time),
            ("If-Modified-Since: nonsense\r\n".to_owned(), None),
            ("If-Modified-Since: \u{fc}\r\n".to_owned(), None),
            ("If-Modified-Since:\r\n".to_owned(), None),
            (
                format!("If-Modified-Since: {DATE}\r\nIf-Modified-Since: {DATE}\r\n"),
                None,
            ),
            (
                format!("If-Modified-Since: x\r\nIf-Modified-Since: {DATE}\r\n"),
                None,
            ),
            (
                format!("If-Modified-Since: {DATE}\r\nIf-None-Match: \"x\"\r\n"),
                None,
            ),
            (
                format!("If-None-Match: *\r\nIf-Modified-Since: {DATE}\r\n"),
                None,
            ),
        ];
        for (fields, expected) in table {
            assert_eq!(
                complete(&head(&fields)).if_modified_since,
                expected,
                "{fields:?}"
            );
        }
    }

    /// A head of exactly `length` bytes.
    fn head_of(length: usize) -> Vec<u8> {
        let empty = head("X: \r\n").len();
        head(&format!("X: {}\r\n", "x".repeat(length - empty)))
    }

    #[test]
    fn the_longest_head() {
        let bytes = head_of(HEAD_MAX);
        assert_eq!(bytes.len(), HEAD_MAX);
        complete(&bytes);
        let bytes = head_of(HEAD_MAX + 1);
        for bytes in [&bytes[..], &bytes[..HEAD_MAX]] {
            assert!(matches!(whole(bytes), Parsed::Rejected(Some(_))));
        }
        assert!(matches!(
            whole(&bytes[..HEAD_MAX - 1]),
            Parsed::Partial { .. }
        ));
    }

    #[test]
    fn the_most_fields() {
        // One of them is Host.
        complete(&head(&"X: y\r\n".repeat(FIELDS_MAX - 1)));
        let bytes = head(&"X: y\r\n".repeat(FIELDS_MAX));
        assert!(matches!(whole(&bytes), Parsed::Rejected(Some(_))));
    }

    #[test]
    fn what_follows_a_head_is_left_alone() {
        let text = b"\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n\0\n garbage";
        let Parsed::Complete(request, length) = whole(text) else {
            panic!("{:?}", whole(text));
        };
        assert_eq!(request.path, Some("/a"));
        assert_eq!(&text[length..], b"\0\n garbage");
    }

    #[test]
    fn cut_anywhere_it_is_the_same_request() {
        let table = [
            head("Connection: close\r\n"),
            b"\r\n\r\nHEAD / HTTP/1.0\r\n\r\n".to_vec(),
        ];
        for bytes in table {
            let at_once = whole(&bytes);
            let mut scanned = 0;
            for end in 0..bytes.len() {
                match parse(&bytes[..end], scanned) {
                    Parsed::Partial { scanned: next } => {
                        assert_eq!(next, end);
                        // From any earlier cut on the answer is the same.
                        assert_eq!(parse(&bytes, next), at_once);
                        scanned = next;
                    }
                    other => panic!("{other:?} at {end}"),
                }
            }
            assert_eq!(parse(&bytes, scanned), at_once);
        }
    }

    #[test]
    fn blank() {
        for (bytes, expected) in [(&b""[..], true), (b"\r\n\r", true), (b"\r\nG", false)] {
            assert_eq!(is_blank(bytes), expected);
        }
    }
}
