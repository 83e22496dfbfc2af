//! One call of [`Connection::advance`](super::Connection::advance): its budgets, and what it may take for
//! fresh.

use crate::config::{REQUEST_BUDGET, SEND_BUDGET};
use crate::connection::context::{Env, LoopContext};
use crate::events::deadline::Deadline;
use crate::events::event::{Event, Observer};
use crate::events::id::ConnectionId;
use crate::files::Documents;

/// When the next request came, seen from what this turn has found of files. A client may have changed
/// a file just before it asked, and must not be answered with what was found before that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    /// Its first byte before all of it: an event told of unread input, and events are collected before
    /// a turn begins.
    Announced,
    /// Nobody knows. It may have come just now.
    Unknown,
    /// Before the latest look: it was in our memory by then.
    Validated,
}

/// What one call may use up, and what it finds out on the way.
pub(super) struct Step {
    pub(super) freshness: Freshness,
    pub(super) send_budget: usize,
    pub(super) request_budget: u32,
    pub(super) deadline: Option<Deadline>,
}

impl Step {
    pub(super) fn new() -> Self {
        Self {
            freshness: Freshness::Unknown,
            send_budget: SEND_BUDGET,
            request_budget: REQUEST_BUDGET,
            deadline: None,
        }
    }

    /// Before the files are asked: what they have found in this turn may be older than the request.
    /// Of what was read at once only the first request is known to have been announced; from the
    /// second on one look serves all.
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

    /// Takes what was sent off the budgets, the connection's and that of all.
    pub(super) fn count_sent<E: Env>(
        &mut self,
        id: ConnectionId,
        count: usize,
        context: &mut LoopContext<E>,
    ) {
        if count > 0 {
            context.observer.event(Some(id), Event::Wrote(count));
        }
        self.send_budget = self.send_budget.saturating_sub(count);
        context.sent_in_stage += count;
    }
}
