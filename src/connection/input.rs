//! Bytes that wait to be processed, and what is stored of them between two reads.

use crate::events::deadline::Deadline;
use crate::http::request;

/// The beginning of a head whose end has not come yet.
#[derive(Debug)]
pub(super) struct PartialHead {
    pub(super) bytes: Vec<u8>,
    /// How many of the bytes were searched for the head's end already.
    pub(super) scanned: usize,
}

/// Input to be processed: fresh from the shared read buffer, or joined to a partial head.
pub(super) enum Input<'a> {
    Fresh(&'a [u8]),
    Stored(Box<PartialHead>),
}

impl Input<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Fresh(bytes) => bytes,
            Self::Stored(partial) => &partial.bytes,
        }
    }

    pub(super) fn scanned(&self) -> usize {
        match self {
            Self::Fresh(_) => 0,
            Self::Stored(partial) => partial.scanned,
        }
    }

    /// The deadline for the input from `at` on; `None` leaves the present one. A head's deadline
    /// runs from its first byte, so it is set only if no head had begun before. Empty lines begin no
    /// head: after an answer they leave the client its idle time, and before the first request they
    /// count as silence.
    pub(super) fn deadline_from(&self, at: usize) -> Option<Deadline> {
        let bytes = self.bytes();
        let had_begun = match self {
            Self::Fresh(_) => false,
            // Stored and not searched yet: the input behind an answered request, whose deadline
            // runs already.
            Self::Stored(partial) => {
                partial.scanned == 0 || !request::is_blank(&bytes[..partial.scanned])
            }
        };
        let is_new = at > 0 || !had_begun;
        match (is_new, request::is_blank(&bytes[at..])) {
            (true, false) => Some(Deadline::Head),
            (true, true) if at > 0 => Some(Deadline::Idle),
            _ => None,
        }
    }

    /// Stores the input from `at` on, of which `scanned` bytes were searched. The box is used again:
    /// a head that arrives byte by byte does not cost an allocation per byte.
    #[expect(
        clippy::unnecessary_box_returns,
        reason = "the box may be the one it came in"
    )]
    pub(super) fn store_from(self, at: usize, scanned: usize) -> Box<PartialHead> {
        match self {
            Self::Fresh(bytes) => Box::new(PartialHead {
                bytes: bytes[at..].to_vec(),
                scanned,
            }),
            Self::Stored(mut partial) => {
                partial.bytes.drain(..at);
                partial.scanned = scanned;
                partial
            }
        }
    }
}
