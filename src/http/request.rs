//! Bytes → request. Pure: the same bytes give the same answer, however they were cut.
//!
//! `httparse` reads the head; this file adds what makes the framing strict (RFC 9112): line ends
//! are CRLF and nothing else, requests have no body, HTTP/1.1 has exactly one Host. The order of
//! the checks matters. Framing comes before the method, because after a request whose end is in
//! doubt nothing on that connection can be believed, whatever its method was.

use std::mem::MaybeUninit;

use memchr::{memchr, memchr_iter};

use super::header_fields::Fields;
use crate::http::authority;
use crate::http::target::{self, Form};

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
    /// Path and query, which begin with a slash. `None` for `*` and `authority:port`: they name no
    /// file.
    pub path: Option<&'a str>,
    /// What the client said about the connection.
    pub persistence: Persistence,
    /// The condition, when it is one that counts: a single text, which may be a date, and no
    /// If-None-Match.
    pub if_modified_since: Option<&'a str>,
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
fn check<'a>(line: RequestLine<'a>, version: u8, fields: &Fields<'a>) -> Option<Request<'a>> {
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
            if !authority::names_a_host(authority.as_bytes()) {
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
mod tests;
