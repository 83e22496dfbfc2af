//! Bytes that wait to be answered, and what is kept of them between reads.

use super::State;
use crate::events::deadline::Deadline;
use crate::http::request;

/// The beginning of a head.
#[derive(Debug)]
pub(super) struct PartialHead {
    pub(super) bytes: Vec<u8>,
    /// How many of them have been searched for the head's end.
    pub(super) scanned: usize,
}

/// Input to be answered: fresh from the shared buffer, or together with what was kept.
pub(super) enum Input<'a> {
    Fresh(&'a [u8]),
    PartialHead(Box<PartialHead>),
}

impl Input<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Fresh(bytes) => bytes,
            Self::PartialHead(partial) => &partial.bytes,
        }
    }

    pub(super) fn scanned(&self) -> usize {
        match self {
            Self::Fresh(_) => 0,
            Self::PartialHead(partial) => partial.scanned,
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
            Self::PartialHead(partial) => {
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

    /// Keeps what stands from `at` on. The box is used again: a head that drips in does not cost
    /// an allocation a byte.
    pub(super) fn keep_from<F>(self, at: usize, scanned: usize) -> State<F> {
        let partial = match self {
            Self::Fresh(bytes) => Box::new(PartialHead {
                bytes: bytes[at..].to_vec(),
                scanned,
            }),
            Self::PartialHead(mut partial) => {
                partial.bytes.drain(..at);
                partial.scanned = scanned;
                partial
            }
        };
        State::Reading(Some(partial))
    }
}
