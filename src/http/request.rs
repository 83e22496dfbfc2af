//! Bytes → request. The same bytes give the same result, however they were cut into reads.
//!
//! `httparse` reads the head; this file makes the framing strict (RFC 9112): a line ends in CRLF
//! and nothing else, a request has no body, HTTP/1.1 has exactly one Host. The order of the checks
//! matters. Framing comes before the method: when the end of a request is in doubt, no byte after
//! it can be trusted, whatever the method was.

use std::mem::MaybeUninit;

use super::authority;
pub use super::head_end::is_blank;
use super::head_end::{self, HeadEnd};
pub use super::header_fields::RequestBody;
use super::header_fields::{Fields, Values};
use super::method::Method;
pub use super::refusal::{Refusal, TARGET_MAX};
use super::request_line;
pub use super::request_line::RequestLine;
use super::target::{self, Form};

/// The longest head that is accepted unless a setting says otherwise, in bytes, with the empty lines
/// before it. The cookies that all ports of localhost share can reach 8 KiB together.
pub const DEFAULT_HEAD_MAX: usize = 16 * 1024;

/// How many header fields a head may have. The array for them is on the stack, and uninitialised: a
/// longer one costs no instruction.
const FIELDS_MAX: usize = 100;

/// Whether the client will send more requests on this connection (RFC 9112, 9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persistence {
    /// It may: HTTP/1.1 without `close`, or HTTP/1.0 with `keep-alive`.
    Keep,
    /// It will not: it sent `Connection: close`, or HTTP/1.0 without `keep-alive`.
    Close,
}

/// A whole head with well-formed framing.
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
    /// Whether a body follows the head.
    pub body: RequestBody,
    /// The fields that the answer may depend on.
    pub fields: Values<'a>,
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
    /// Read no byte after it. Holds the request line if that was well-formed, and what is wrong.
    Rejected(Option<RequestLine<'a>>, Refusal),
}

/// Reads the request at the front of `bytes`. Its head, with the empty lines before it, may have
/// `head_max` bytes.
///
/// `scanned` is 0, or comes from the [`Parsed::Partial`] of an earlier call on a prefix of the same
/// bytes. With it, each byte of a head that arrives in many pieces is searched once, not once per
/// piece.
///
/// `copy` is for a head whose request line must be [mended](request_line): the result is that of the mended
/// head, which is put there. Every other head leaves it alone.
pub fn parse<'a>(
    bytes: &'a [u8],
    scanned: usize,
    head_max: usize,
    copy: &'a mut Vec<u8>,
) -> Parsed<'a> {
    match parse_raw(bytes, scanned, head_max) {
        Ok(parsed) => parsed,
        Err(rejected) => parse_mended(&rejected, head_max, copy),
    }
}

/// What is made of the head once it is mended, if there is something to mend.
#[cold]
fn parse_mended<'a>(
    Rejected(part, refusal): &Rejected<'a>,
    head_max: usize,
    copy: &'a mut Vec<u8>,
) -> Parsed<'a> {
    let (part, refusal) = (*part, *refusal);
    let Some(mended) = request_line::mend(part) else {
        return Parsed::Rejected(first_line(part), first_line_refusal(part, refusal));
    };
    *copy = mended;
    // The bound holds for the copy too: a target that is kept for the log is never longer.
    match parse_raw(copy, 0, head_max) {
        Ok(Parsed::Complete(request, _)) => Parsed::Complete(request, part.len()),
        Ok(Parsed::Rejected(_, refusal)) | Err(Rejected(_, refusal)) => {
            let line = first_line(&copy[..copy.len().min(head_max)]);
            Parsed::Rejected(line, first_line_refusal(part, refusal))
        }
        Ok(Parsed::Partial { .. }) => Parsed::Rejected(first_line(copy), refusal),
    }
}

/// What is wrong with the first line of `part`, if something is, else this refusal: a line that is not
/// well-formed was rejected as soon as it came, if it came alone.
fn first_line_refusal(part: &[u8], refusal: Refusal) -> Refusal {
    let head = head_end::skip_empty_lines(part).map_or(part, |start| &part[start..]);
    if head.contains(&b'\n') && !request_line::is_well_formed(head) {
        return request_line::refusal(head);
    }
    refusal
}

/// The request line at the front of `bytes`, if it is complete and well-formed, whatever follows it.
/// `copy` is as for [`parse`].
pub fn line_of<'a>(bytes: &'a [u8], copy: &'a mut Vec<u8>) -> Option<RequestLine<'a>> {
    let Some(mended) = request_line::mend(bytes) else {
        return first_line(bytes);
    };
    *copy = mended;
    first_line(copy)
}

/// The shortest prefix of the input with which it was clear that it can't be read as it is, and why.
struct Rejected<'a>(&'a [u8], Refusal);

/// [`parse`] without a copy.
#[inline]
fn parse_raw(bytes: &[u8], scanned: usize, head_max: usize) -> Result<Parsed<'_>, Rejected<'_>> {
    let Some(start) = head_end::skip_empty_lines(bytes) else {
        return Ok(Parsed::Rejected(None, Refusal::Malformed));
    };
    let head = &bytes[start..];
    let scanned = scanned.saturating_sub(start);
    match head_end::find_end(head, scanned) {
        HeadEnd::At(end) if start + end <= head_max => {
            let request = read(&head[..end]);
            let rejected = |refusal| Rejected(&bytes[..start + end], refusal);
            Ok(Parsed::Complete(request.map_err(rejected)?, start + end))
        }
        HeadEnd::NotYet if bytes.len() < head_max => {
            // `GET /` without a version gets its answer at once, not at the head's deadline.
            if head_end::first_line_just_ended(head, scanned) && !request_line::is_well_formed(head)
            {
                return Ok(Parsed::Rejected(None, request_line::refusal(head)));
            }
            Ok(Parsed::Partial {
                scanned: bytes.len(),
            })
        }
        HeadEnd::BareLineFeed(end) => Err(Rejected(&bytes[..start + end], Refusal::Malformed)),
        HeadEnd::At(_) | HeadEnd::NotYet => {
            let has_long_target = request_line::target_length(head) > TARGET_MAX;
            let refusal = if has_long_target {
                Refusal::LongTarget
            } else {
                Refusal::LongHead
            };
            Err(Rejected(&bytes[..head_max], refusal))
        }
    }
}

fn first_line(bytes: &[u8]) -> Option<RequestLine<'_>> {
    RequestLine::read(&bytes[head_end::skip_empty_lines(bytes)?..])
}

/// Reads a whole head.
fn read(head: &[u8]) -> Result<Request<'_>, Refusal> {
    let mut fields = [const { MaybeUninit::uninit() }; FIELDS_MAX];
    let mut parsed = httparse::Request::new(&mut []);
    let result = parsed.parse_with_uninit_headers(head, &mut fields);
    if let Err(error) = result {
        return Err(match error {
            httparse::Error::TooManyHeaders => Refusal::LongHead,
            httparse::Error::Version => request_line::refusal(head),
            _ => Refusal::Malformed,
        });
    }
    let (Some(method), Some(target), Some(version)) = (parsed.method, parsed.path, parsed.version)
    else {
        return Err(Refusal::Malformed);
    };
    let line = RequestLine { method, target };
    let fields = Fields::read(parsed.headers, head).ok_or(Refusal::Malformed)?;
    check(line, version, &fields).ok_or(Refusal::Malformed)
}

/// Makes a request of what was read; `None` if its framing is malformed. `version` is the second digit.
fn check<'a>(line: RequestLine<'a>, version: u8, fields: &Fields<'a>) -> Option<Request<'a>> {
    // HTTP/1.1 requires a Host; HTTP/1.0 does not (RFC 9112, 3.2).
    if !line.has_valid_target() || (version == 1 && fields.hosts == 0) {
        return None;
    }
    let path = match target::form(line.target) {
        Form::Origin(path) => Some(path),
        Form::Absolute(authority, path) => {
            authority::names_a_host(authority.as_bytes()).then_some(path)?;
            Some(path)
        }
        Form::Other => None,
    };
    let (close, keep) = (fields.connection_close, fields.connection_keep_alive);
    Some(Request {
        line,
        method: Method::of(line.method),
        path,
        persistence: match (close, keep, version) {
            (true, _, _) | (false, false, 0) => Persistence::Close,
            _ => Persistence::Keep,
        },
        body: fields.body(version)?,
        fields: fields.values,
    })
}

#[cfg(test)]
mod tests;
