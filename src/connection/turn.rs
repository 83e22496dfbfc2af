//! One call of [`Connection::advance`](super::Connection::advance): its budgets, and what it may take for
//! fresh.

use crate::key::Key;
use crate::observer::{Event, Observer};
use crate::resource::Documents;
use crate::shared::{Env, Shared};
use crate::timeouts::Deadline;

/// Bytes of response that one connection may send in one turn of the loop: they bound how long a large
/// download keeps the other connections waiting.
pub const SEND_BUDGET: usize = 256 * 1024;

/// Requests that one connection may have answered in one turn of the loop: they bound how long a client
/// that pipelines small requests keeps the other connections waiting.
pub(super) const REQUEST_BUDGET: u32 = 32;

/// When the next request came, seen from what this turn has found of files. A client may have changed
/// a file just before it asked, and must not be answered with what was found before that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// Its first byte before all of it: an event told of unread input, and events are collected before
    /// a turn begins.
    Announced,
    /// Nobody knows. It may have come just now.
    Unknown,
    /// Before the latest look: it was in our memory by then.
    BeforeLook,
}

/// What one call may use up, and what it finds out on the way.
pub(super) struct Turn {
    pub(super) arrival: Arrival,
    pub(super) send_budget: usize,
    pub(super) request_budget: u32,
    pub(super) deadline: Option<Deadline>,
}

impl Turn {
    pub(super) fn new() -> Self {
        Self {
            arrival: Arrival::Unknown,
            send_budget: SEND_BUDGET,
            request_budget: REQUEST_BUDGET,
            deadline: None,
        }
    }

    /// Before the files are asked: what they have found in this turn may be older than the request.
    /// Of what was read at once only the first request is known to have been announced; from the
    /// second on one look serves all.
    pub(super) fn look_anew_if_needed<D: Documents>(&mut self, documents: &mut D) {
        self.arrival = match self.arrival {
            Arrival::Announced => Arrival::Unknown,
            Arrival::Unknown => {
                documents.look_anew();
                Arrival::BeforeLook
            }
            Arrival::BeforeLook => Arrival::BeforeLook,
        };
    }

    /// Takes what was sent off the budgets, the connection's and that of all.
    pub(super) fn count_sent<E: Env>(&mut self, key: Key, count: usize, shared: &mut Shared<E>) {
        if count > 0 {
            shared.observer.event(Some(key), Event::Wrote(count));
        }
        self.send_budget = self.send_budget.saturating_sub(count);
        shared.sent_in_phase += count;
    }
}
