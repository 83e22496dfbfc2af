//! The piece of a response that is to be sent next.

use std::ops::Range;

use crate::http::range::ByteRange;

/// What is to be sent next.
#[derive(Debug)]
pub enum Piece<'a, F> {
    /// Bytes in memory, and whether more of the response follows them at once.
    Memory(&'a [u8], bool),
    /// Bytes of a file: offset and count.
    File(&'a F, u64, u64),
    /// Nothing: all of the response is sent.
    Nothing,
}

impl<'a, F> Piece<'a, F> {
    /// What is left of bytes in memory that nothing follows, when `sent` of them are sent.
    pub(super) fn last(bytes: &'a [u8], sent: u64) -> Self {
        rest(bytes, sent).map_or(Self::Nothing, |rest| Self::Memory(rest, false))
    }
}

/// What is left of bytes in memory when `sent` of them are sent, if something is.
pub(super) fn rest(bytes: &[u8], sent: u64) -> Option<&[u8]> {
    let sent = usize::try_from(sent).ok()?;
    bytes.get(sent..).filter(|rest| !rest.is_empty())
}

/// The same range of bytes in memory.
pub(super) fn within(range: ByteRange, bytes: &[u8]) -> Range<usize> {
    let at = |offset| {
        usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(bytes.len())
    };
    at(range.first)..at(range.end)
}
