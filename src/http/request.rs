//! Bytes → request. The same bytes give the same result, however they were cut into reads.
//!
//! `httparse` reads the head; this file makes the framing strict (RFC 9112): a line ends in CRLF
//! and nothing else, a request has no body, HTTP/1.1 has exactly one Host. The order of the checks
//! matters. Framing comes before the method: when the end of a request is in doubt, no byte after
//! it can be trusted, whatever the method was.

use std::mem::MaybeUninit;

use memchr::{memchr, memchr_iter};

use super::authority;
use super::entity_tag::NoneMatch;
use super::header_fields::Fields;
use super::target::{self, Form};

/// The longest head that is accepted unless a setting says otherwise, in bytes, with the empty lines
/// before it. The cookies that all ports of localhost share can reach 8 KiB together.
pub const DEFAULT_HEAD_MAX: usize = 16 * 1024;

/// How many header fields a head may have. The array for them is on the stack, and uninitialised: a
/// longer one costs no instruction.
const FIELDS_MAX: usize = 100;

/// How many empty lines may come before a request. RFC 9112, 2.2, asks for at least one, because
/// old clients send one after a POST.
const EMPTY_LINES_MAX: usize = 4;

/// The method, as far as the answer depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Asks for the file.
    Get,
    /// Asks for the head that GET would get, without the body (RFC 9110, 9.3.2).
    Head,
    /// Any other token, lower-case `get` included. The answer is 400.
    Other,
}

/// Whether the client will send more requests on this connection (RFC 9112, 9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persistence {
    /// It may: HTTP/1.1 without `close`, or HTTP/1.0 with `keep-alive`.
    Keep,
    /// It will not: it sent `Connection: close`, or HTTP/1.0 without `keep-alive`.
    Close,
}

/// Method and target as the client wrote them. The log and the console show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLine<'a> {
    /// The method: any token (RFC 9110, 5.6.2).
    pub method: &'a str,
    /// The request target in any of its forms, see [`target::form`].
    pub target: &'a str,
}

/// A whole request with well-formed framing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The request line as the client wrote it.
    pub line: RequestLine<'a>,
    /// The method, as far as the answer depends on it.
    pub method: Method,
    /// Path and query; begins with a slash. `None` for `*` and `authority:port`, which name no
    /// file.
    pub path: Option<&'a str>,
    /// Whether the connection outlives the answer, as far as the client decides.
    pub persistence: Persistence,
    /// The tags of the copies that the client has.
    pub none_match: NoneMatch<'a>,
    /// The date of the client's copy, if the field is there once and is text, which may be a date.
    /// It counts only without `none_match`.
    pub if_modified_since: Option<&'a str>,
}

/// The result of [`parse`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed<'a> {
    /// The bytes may be the beginning of a request, but its head is not complete.
    Partial {
        /// How many bytes need no second search. Pass it to the next call.
        scanned: usize,
    },
    /// A request, and how many bytes it occupies, empty lines before it included.
    Complete(Request<'a>, usize),
    /// Malformed framing: answer 400 and read no byte after it. Holds the request line if that was
    /// well-formed.
    Rejected(Option<RequestLine<'a>>),
}

/// Reads the request at the front of `bytes`. Its head, with the empty lines before it, may have
/// `head_max` bytes.
///
/// `scanned` is 0, or comes from the [`Parsed::Partial`] of an earlier call on a prefix of the same
/// bytes. With it, each byte of a head that arrives in many pieces is searched once, not once per
/// piece.
pub fn parse(bytes: &[u8], scanned: usize, head_max: usize) -> Parsed<'_> {
    let Some(start) = skip_empty_lines(bytes) else {
        return Parsed::Rejected(None);
    };
    let head = &bytes[start..];
    let scanned = scanned.saturating_sub(start);
    match find_end(head, scanned) {
        HeadEnd::At(end) if start + end <= head_max => read(&head[..end], start + end),
        HeadEnd::NotYet if bytes.len() < head_max => {
            // `GET /` without a version gets its 400 at once, not at the head's deadline.
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

/// The request line at the front of `bytes`, if it is complete and well-formed, whatever follows it.
pub fn line_of(bytes: &[u8]) -> Option<RequestLine<'_>> {
    request_line(&bytes[skip_empty_lines(bytes)?..])
}

/// Whether `bytes` hold nothing but empty lines: no request has begun.
pub fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n'))
}

/// The offset of the first request line; `None` if more than [`EMPTY_LINES_MAX`] empty lines come
/// before it.
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

/// The result of [`find_end`].
enum HeadEnd {
    /// The offset past the empty line.
    At(usize),
    NotYet,
    /// An LF without CR before it. Some readers take it for a line end and others don't, which is
    /// how one request is smuggled inside another (RFC 9112, 11.2).
    BareLineFeed,
}

/// Searches for the empty line that ends a head, from `scanned` on.
fn find_end(head: &[u8], scanned: usize) -> HeadEnd {
    for position in memchr_iter(b'\n', &head[scanned..]) {
        let line = &head[..scanned + position];
        if !line.ends_with(b"\r") {
            return HeadEnd::BareLineFeed;
        }
        if line.ends_with(b"\r\n\r") {
            return HeadEnd::At(line.len() + 1);
        }
    }
    HeadEnd::NotYet
}

/// Whether the first line of `head` ends in the part that no earlier call has scanned.
fn first_line_just_ended(head: &[u8], scanned: usize) -> bool {
    head[scanned..].contains(&b'\n') && !head[..scanned].contains(&b'\n')
}

/// The first line of `head`, if it is complete and well-formed. Only the line itself decides: with
/// the bytes after it, the result would depend on where the input was cut.
fn request_line(head: &[u8]) -> Option<RequestLine<'_>> {
    let line = &head[..=memchr(b'\n', head)?];
    let mut parsed = httparse::Request::new(&mut []);
    let result = parsed.parse_with_uninit_headers(line, &mut []);
    // A request line alone is the beginning of a head, hence "partial".
    let is_well_formed = matches!(result, Ok(httparse::Status::Partial)) && line.ends_with(b"\r\n");
    let line = RequestLine {
        method: parsed.method?,
        target: parsed.path?,
    };
    (is_well_formed && is_target(line.target)).then_some(line)
}

/// Whether `text` has only bytes that a target may have. httparse lets bytes above 0x7F and `#`
/// pass, but no form of a target has them (RFC 9112, 3.2; RFC 3986).
fn is_target(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

/// Reads a whole head. `length` is how many bytes of input the request occupies.
fn read(head: &[u8], length: usize) -> Parsed<'_> {
    let mut fields = [const { MaybeUninit::uninit() }; FIELDS_MAX];
    let mut parsed = httparse::Request::new(&mut []);
    let result = parsed.parse_with_uninit_headers(head, &mut fields);
    let request = match (result, parsed.method, parsed.path, parsed.version) {
        (Ok(httparse::Status::Complete(_)), Some(method), Some(target), Some(version)) => {
            let line = RequestLine { method, target };
            let fields = Fields::read(parsed.headers);
            fields.and_then(|fields| check(line, version, &fields, head))
        }
        _ => None,
    };
    match request {
        Some(request) => Parsed::Complete(request, length),
        None => Parsed::Rejected(request_line(head)),
    }
}

/// Makes a request of a head; `None` if its framing is malformed.
fn check<'a>(
    line: RequestLine<'a>,
    version: u8,
    fields: &Fields<'a>,
    head: &'a [u8],
) -> Option<Request<'a>> {
    if !is_target(line.target) {
        return None;
    }
    // HTTP/1.1 requires a Host; HTTP/1.0 does not (RFC 9112, 3.2).
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
        none_match: fields.none_match(head),
        if_modified_since: fields.if_modified_since(),
    })
}

#[cfg(test)]
mod tests;
