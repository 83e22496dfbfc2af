//! The states of a connection, each with the data that only it has.

use super::input::PartialHead;
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::state::StateName;
use crate::http::request;
use crate::response::in_flight::PendingResponse;

/// A state. To change state is to replace the value, so nothing is left over from the state before.
#[derive(Debug)]
pub(super) enum State<F> {
    /// A request is expected, and may have begun. Bytes are stored only while they are no whole
    /// head.
    Reading(Option<Box<PartialHead>>),
    /// A response that the socket has not taken whole.
    Responding(Box<PendingResponse<F>>),
    /// Between requests. Owns nothing on the heap, whatever came before.
    Idle,
    /// Lingering close: our side has ended, and what the peer still sends is thrown away, so that it
    /// can read our last answer. Closing with unread input would send a reset, which can overtake
    /// that answer.
    Closing {
        /// When the lingering began, in tenths of a second of the monotonic clock.
        since: u32,
        /// Why the connection ends.
        reason: CloseReason,
    },
}

impl<F> State<F> {
    /// The state without its data.
    pub(super) fn name(&self) -> StateName {
        match self {
            Self::Reading(_) => StateName::Reading,
            Self::Responding(_) => StateName::Responding,
            Self::Idle => StateName::Idle,
            Self::Closing { .. } => StateName::Closing,
        }
    }

    /// The deadline that goes with the state.
    ///
    /// A head's deadline is absolute: it runs from the head's first byte, and further bytes do not
    /// push it back, or a client that sends one byte at a time (slowloris) would hold a connection
    /// for ever. A stall's deadline is pushed back by each byte that the socket takes: an honest
    /// client on a slow line may need hours for a large file, and progress is what tells it from one
    /// that has stopped reading.
    pub(super) fn deadline(&self) -> Deadline {
        match self {
            Self::Reading(Some(partial)) if request::is_blank(&partial.bytes) => Deadline::Idle,
            Self::Reading(_) => Deadline::Head,
            Self::Responding(_) => Deadline::Stall,
            Self::Idle => Deadline::Idle,
            Self::Closing { .. } => Deadline::Closing,
        }
    }
}
