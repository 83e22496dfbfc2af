//! Where a head begins and ends in the input, before anything in it is read.

use memchr::memchr_iter;

/// How many empty lines may come before a request. RFC 9112, 2.2, asks for at least one, because
/// old clients send one after a POST.
const EMPTY_LINES_MAX: usize = 4;

/// Whether `bytes` hold nothing but empty lines: no request has begun.
pub fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n'))
}

/// The offset of the first request line; `None` if more than [`EMPTY_LINES_MAX`] empty lines come
/// before it.
pub(super) fn skip_empty_lines(bytes: &[u8]) -> Option<usize> {
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
pub(super) enum HeadEnd {
    /// The offset past the empty line.
    At(usize),
    NotYet,
    /// The offset past an LF without CR before it. Some readers take it for a line end and others don't, which is
    /// how one request is smuggled inside another (RFC 9112, 11.2).
    BareLineFeed(usize),
}

/// Searches for the empty line that ends a head, from `scanned` on.
pub(super) fn find_end(head: &[u8], scanned: usize) -> HeadEnd {
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
pub(super) fn first_line_just_ended(head: &[u8], scanned: usize) -> bool {
    head[scanned..].contains(&b'\n') && !head[..scanned].contains(&b'\n')
}
