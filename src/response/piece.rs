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

/// The same range of bytes in memory.
pub(super) fn within(range: ByteRange, bytes: &[u8]) -> Range<usize> {
    let at = |offset| {
        usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(bytes.len())
    };
    at(range.first)..at(range.end)
}
