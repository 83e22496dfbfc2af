//! Bytes → request. The same bytes give the same result, however they were cut into reads.
//!
//! `httparse` reads the head; this file makes the framing strict (RFC 9112): a line ends in CRLF
//! and nothing else, a request has no body, HTTP/1.1 has exactly one Host. The order of the checks
//! matters. Framing comes before the method: when the end of a request is in doubt, no byte after
//! it can be trusted, whatever the method was.

use std::mem::MaybeUninit;

use memchr::memchr_iter;

use super::authority;
use super::entity_tag::NoneMatch;
use super::header_fields::Fields;
use super::request_line;
pub use super::request_line::RequestLine;
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
///
/// `copy` is for a head whose target has bytes from 0x80 on: the result is that of the head with these
/// bytes percent-encoded, which is put there. Every other head leaves it alone.
pub fn parse<'a>(
    bytes: &'a [u8],
    scanned: usize,
    head_max: usize,
    copy: &'a mut Vec<u8>,
) -> Parsed<'a> {
    let part = match parse_raw(bytes, scanned, head_max) {
        Ok(parsed) => return parsed,
        Err(Rejected(part)) => part,
    };
    let Some(encoded) = request_line::encode_target(part) else {
        return Parsed::Rejected(first_line(part));
    };
    *copy = encoded;
    // The bound holds for the copy too: a target that is kept for the log is never longer.
    match parse_raw(copy, 0, head_max) {
        Ok(Parsed::Complete(request, _)) => Parsed::Complete(request, part.len()),
        _ => Parsed::Rejected(first_line(&copy[..copy.len().min(head_max)])),
    }
}

/// The request line at the front of `bytes`, if it is complete and well-formed, whatever follows it.
/// `copy` is as for [`parse`].
pub fn line_of<'a>(bytes: &'a [u8], copy: &'a mut Vec<u8>) -> Option<RequestLine<'a>> {
    let Some(encoded) = request_line::encode_target(bytes) else {
        return first_line(bytes);
    };
    *copy = encoded;
    first_line(copy)
}

/// The shortest prefix of the input with which it was clear that its framing is malformed, or that
/// its target has bytes from 0x80 on.
struct Rejected<'a>(&'a [u8]);

/// [`parse`] without a copy.
fn parse_raw(bytes: &[u8], scanned: usize, head_max: usize) -> Result<Parsed<'_>, Rejected<'_>> {
    let Some(start) = skip_empty_lines(bytes) else {
        return Ok(Parsed::Rejected(None));
    };
    let head = &bytes[start..];
    let scanned = scanned.saturating_sub(start);
    match find_end(head, scanned) {
        HeadEnd::At(end) if start + end <= head_max => {
            let request = read(&head[..end]).ok_or(Rejected(&bytes[..start + end]))?;
            Ok(Parsed::Complete(request, start + end))
        }
        HeadEnd::NotYet if bytes.len() < head_max => {
            // `GET /` without a version gets its 400 at once, not at the head's deadline.
            if first_line_just_ended(head, scanned) && !request_line::is_well_formed(head) {
                return Ok(Parsed::Rejected(None));
            }
            Ok(Parsed::Partial {
                scanned: bytes.len(),
            })
        }
        HeadEnd::BareLineFeed(end) => Err(Rejected(&bytes[..start + end])),
        HeadEnd::At(_) | HeadEnd::NotYet => Err(Rejected(&bytes[..head_max])),
    }
}

fn first_line(bytes: &[u8]) -> Option<RequestLine<'_>> {
    RequestLine::read(&bytes[skip_empty_lines(bytes)?..])
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
    /// The offset past an LF without CR before it. Some readers take it for a line end and others don't, which is
    /// how one request is smuggled inside another (RFC 9112, 11.2).
    BareLineFeed(usize),
}

/// Searches for the empty line that ends a head, from `scanned` on.
fn find_end(head: &[u8], scanned: usize) -> HeadEnd {
    for position in memchr_iter(b'\n', &head[scanned..]) {
        let line = &head[..scanned + position];
        if !line.ends_with(b"\r") {
            return HeadEnd::BareLineFeed(line.len() + 1);
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

/// Reads a whole head; `None` if its framing is malformed.
fn read(head: &[u8]) -> Option<Request<'_>> {
    let mut fields = [const { MaybeUninit::uninit() }; FIELDS_MAX];
    let mut parsed = httparse::Request::new(&mut []);
    let result = parsed.parse_with_uninit_headers(head, &mut fields);
    let (Ok(httparse::Status::Complete(_)), Some(method), Some(target), Some(version)) =
        (result, parsed.method, parsed.path, parsed.version)
    else {
        return None;
    };
    let line = RequestLine { method, target };
    let fields = Fields::read(parsed.headers)?;
    check(line, version, &fields, head)
}

/// Makes a request of a head; `None` if its framing is malformed.
fn check<'a>(
    line: RequestLine<'a>,
    version: u8,
    fields: &Fields<'a>,
    head: &'a [u8],
) -> Option<Request<'a>> {
    if !line.has_valid_target() {
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
