//! The first line of a head, and how it is mended.
//!
//! RFC 3986 has no byte from 0x80 on in a target, but clients send names as they are typed. Such a
//! byte in path or query means the same as if it were percent-encoded. And HTTP/1.2 to 1.9 mean the same
//! as 1.1 to a server that knows no later one (RFC 9110, 2.5), while `httparse` reads 1.0 and 1.1 only.
//! Hardly any request has either, so a head is mended, in a copy, only after it was rejected as it is.

use memchr::{memchr, memchr2, memmem};
use percent_encoding::{AsciiSet, percent_encode};

use super::head_end;
use super::refusal::Refusal;

/// Method and target as the client wrote them, but for [raw bytes](self) of the target, which are
/// percent-encoded. The log and the console show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLine<'a> {
    /// The method: any token (RFC 9110, 5.6.2).
    pub method: &'a str,
    /// The request target in any of its forms, see [`super::target::form`].
    pub target: &'a str,
}

impl<'a> RequestLine<'a> {
    /// The first line of `head`, if it is complete and well-formed. Only the line itself decides: with
    /// the bytes after it, the result would depend on where the input was cut.
    pub(super) fn read(head: &'a [u8]) -> Option<Self> {
        let line = first_line(head)?;
        let mut parsed = httparse::Request::new(&mut []);
        let result = parsed.parse_with_uninit_headers(line, &mut []);
        // A request line alone is the beginning of a head, hence "partial".
        let is_well_formed =
            matches!(result, Ok(httparse::Status::Partial)) && line.ends_with(b"\r\n");
        let line = Self {
            method: parsed.method?,
            target: parsed.path?,
        };
        (is_well_formed && line.has_valid_target()).then_some(line)
    }

    /// Whether the target has only bytes that a target may have. httparse lets bytes above 0x7F that
    /// are UTF-8 and `#` pass, but no form of a target has them (RFC 9112, 3.2; RFC 3986).
    pub(super) fn has_valid_target(&self) -> bool {
        self.target
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'#')
    }
}

/// Whether the first line of `head` is well-formed, once it is mended.
pub(super) fn is_well_formed(head: &[u8]) -> bool {
    let mended = || first_line(head).and_then(mend);
    RequestLine::read(head).is_some()
        || mended().is_some_and(|line| RequestLine::read(&line).is_some())
}

/// What is wrong with the first line of `head`, which is not well-formed: the version at most, if there is
/// one.
pub(super) fn refusal(head: &[u8]) -> Refusal {
    match version(head) {
        Some((b'2'..=b'9', _)) => Refusal::Version,
        _ => Refusal::Malformed,
    }
}

/// How many bytes of the first line of `head` belong to its target, as far as it has come.
pub(super) fn target_length(head: &[u8]) -> usize {
    let Some(space) = memchr(b' ', head) else {
        return 0;
    };
    let target = &head[space + 1..];
    memchr2(b' ', b'\r', target).unwrap_or(target.len())
}

/// The two digits of the version in the first line of `head`, and where the second one is.
fn version(head: &[u8]) -> Option<(u8, (u8, usize))> {
    let line = first_line(head)?.strip_suffix(b"\r\n")?;
    match line {
        [.., b' ', b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            Some((*major, (*minor, line.len() - 1)))
        }
        _ => None,
    }
}

/// A copy of `head`, which begins with a request line or with empty lines, that means the same and can be
/// read. `None` if it needs no mending.
pub(super) fn mend(head: &[u8]) -> Option<Vec<u8>> {
    let start = head_end::skip_empty_lines(head)?;
    let Some((b'1', (b'2'..=b'9', at))) = version(&head[start..]) else {
        return encode_target(head);
    };
    let mut copy = head.to_vec();
    copy[start + at] = b'1';
    Some(encode_target(&copy).unwrap_or(copy))
}

/// The first line of `head` with its LF.
fn first_line(head: &[u8]) -> Option<&[u8]> {
    Some(&head[..=memchr(b'\n', head)?])
}

/// A copy of `head`, which begins with a request line or with empty lines, with each byte from 0x80 on in the target's
/// path and query percent-encoded. `None` if there is no such byte.
fn encode_target(head: &[u8]) -> Option<Vec<u8>> {
    let target = memchr(b' ', head)? + 1;
    let length = head[target..].iter().position(|&byte| byte <= b' ');
    let end = length.map_or(head.len(), |length| target + length);
    let path = target + path_offset(&head[target..end])?;
    let raw = &head[path..end];
    if raw.is_ascii() {
        return None;
    }
    let mut copy = head[..path].to_vec();
    for piece in percent_encode(raw, &AsciiSet::EMPTY) {
        copy.extend_from_slice(piece.as_bytes());
    }
    copy.extend_from_slice(&head[end..]);
    Some(copy)
}

/// Where path and query begin in a target of the origin form or the absolute form.
fn path_offset(target: &[u8]) -> Option<usize> {
    if target.starts_with(b"/") {
        return Some(0);
    }
    let authority = memmem::find(target, b"://")? + 3;
    let is_end = |byte: &u8| matches!(byte, b'/' | b'?');
    Some(authority + target[authority..].iter().position(is_end)?)
}
