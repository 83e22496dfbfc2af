//! Bytes that wait to be answered, and what is kept of them between reads.

use super::State;
use crate::request;
use crate::timeouts::Deadline;

/// The beginning of a head.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) bytes: Vec<u8>,
    /// How many of them have been searched for the head's end.
    pub(super) scanned: usize,
}

/// Input to be answered: fresh from the shared buffer, or together with what was kept.
pub(super) enum Input<'a> {
    Fresh(&'a [u8]),
    Kept(Box<Kept>),
}

impl Input<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Fresh(bytes) => bytes,
            Self::Kept(kept) => &kept.bytes,
        }
    }

    pub(super) fn scanned(&self) -> usize {
        match self {
            Self::Fresh(_) => 0,
            Self::Kept(kept) => kept.scanned,
        }
    }

    /// The deadline for what stands from `at` on. A head's runs from its first byte, so there is a
    /// new one only if no head had begun before. Empty lines begin none: after an answer they leave
    /// the client its idle time, and before the first request they are like silence.
    pub(super) fn deadline_from(&self, at: usize) -> Option<Deadline> {
        let bytes = self.bytes();
        let had_begun = match self {
            Self::Fresh(_) => false,
            // Kept and not searched yet: the rest of what was answered, whose deadline runs.
            Self::Kept(kept) => kept.scanned == 0 || !request::is_blank(&bytes[..kept.scanned]),
        };
        let is_new = at > 0 || !had_begun;
        match (is_new, request::is_blank(&bytes[at..])) {
            (true, false) => Some(Deadline::Head),
            (true, true) if at > 0 => Some(Deadline::Idle),
            _ => None,
        }
    }

    /// Keeps what stands from `at` on. The box is used again: a head that drips in does not cost
    /// an allocation a byte.
    pub(super) fn keep_from<F>(self, at: usize, scanned: usize) -> State<F> {
        let kept = match self {
            Self::Fresh(bytes) => Box::new(Kept {
                bytes: bytes[at..].to_vec(),
                scanned,
            }),
            Self::Kept(mut kept) => {
                kept.bytes.drain(..at);
                kept.scanned = scanned;
                kept
            }
        };
        State::Reading(Some(kept))
    }
}
