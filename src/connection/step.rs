//! One call of [`Connection::advance`](super::Connection::advance): what it may use up, what it
//! finds out on the way, and how it ends.
//!
//! One rule holds for all budgets of a connection: they are counted over one call of `advance`, a
//! *step*. A connection whose budget is spent goes to the ready queue and takes its next step from
//! there. (The budget of all connections together is counted over a stage of a turn: see
//! [`SendBudget`](super::context::SendBudget).)

use super::context::{Env, LoopContext};
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::event::Event;
use crate::events::id::ConnectionId;
use crate::response::resource::Documents;

/// Bytes of response that one connection may send in one step. It bounds how long a large download
/// keeps the other connections waiting.
pub const SEND_BUDGET: usize = 256 * 1024;

/// Requests that one connection may have answered in one step. It bounds how long a client that
/// pipelines its requests keeps the other connections waiting.
pub const REQUEST_BUDGET: u32 = 32;

/// What the caller of [`Connection::advance`](super::Connection::advance) does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Wait for an event or the deadline.
    Wait,
    /// Call `advance` again from the ready queue: a budget is spent, the work is not done.
    Yield,
    /// Drop the connection.
    Close(CloseReason),
    /// A file could not be opened for want of descriptors: evict an idle connection or wait for a
    /// descriptor, then call `advance` again.
    OutOfDescriptors,
}

/// The result of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What the caller does next.
    pub next: NextStep,
    /// The deadline that now holds, counted from now; `None` leaves the present one.
    pub deadline: Option<Deadline>,
}

impl Progress {
    pub(super) fn close(reason: CloseReason) -> Self {
        Self {
            next: NextStep::Close(reason),
            deadline: None,
        }
    }
}

/// What is known of the time at which the next request came, compared with what this turn already
/// knows of the files. A client may have changed a file just before its request, and must not be
/// answered with what was found before that. `docs/design.md#the-file-cache` draws the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// An event announced unread input. Events are collected before the turn begins, so the
    /// request's first byte is older than everything that the turn has found.
    Announced,
    /// The request may have come just now.
    Unknown,
    /// The request was in our memory before the present validation epoch began.
    Validated,
}

/// The budgets of one step, and what it finds out on the way.
pub(super) struct Step {
    /// The connection that takes the step.
    pub(super) id: ConnectionId,
    pub(super) freshness: Freshness,
    pub(super) send_budget: usize,
    pub(super) request_budget: u32,
    /// The deadline that will hold when the step is over; `None` leaves the present one.
    pub(super) deadline: Option<Deadline>,
}

impl Step {
    pub(super) fn new(id: ConnectionId) -> Self {
        Self {
            id,
            freshness: Freshness::Unknown,
            send_budget: SEND_BUDGET,
            request_budget: REQUEST_BUDGET,
            deadline: None,
        }
    }

    /// Called before the files are asked: begins a new validation epoch unless the request is known
    /// to be older than the present one. Only the first request of a read can have been announced.
    /// All later requests of that read are in memory when the new epoch begins, so one epoch serves
    /// them all.
    pub(super) fn revalidate_if_needed<D: Documents>(&mut self, documents: &mut D) {
        self.freshness = match self.freshness {
            Freshness::Announced => Freshness::Unknown,
            Freshness::Unknown => {
                documents.revalidate();
                Freshness::Validated
            }
            Freshness::Validated => Freshness::Validated,
        };
    }

    /// Subtracts what was sent from the connection's budget and from that of all connections.
    pub(super) fn count_sent<E: Env>(&mut self, count: usize, context: &mut LoopContext<E>) {
        if count > 0 {
            context.emit(self.id, Event::Wrote(count));
        }
        self.send_budget = self.send_budget.saturating_sub(count);
        context.send_budget.spend(count);
    }
}
