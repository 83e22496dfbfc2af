//! An observer that checks the invariants of the loop. For tests and the simulator.
//!
//! - Each accepted connection is closed once, for one reason, and has no event before or after.
//! - Its states form a path of [`TRANSITIONS`].
//! - It has one deadline at all times; no other deadline passes, and none before its time.
//! - Each response that it begins has one log row, of the same status.
//! - All that it does lies within its work, and work does not nest.

use std::collections::HashMap;
use std::time::Duration;

use crate::events::close_reason::{CloseCounts, CloseReason};
use crate::events::deadline::Deadline;
use crate::events::event::{ConnectionCounts, Event, Observer};
use crate::events::id::ConnectionId;
use crate::events::state::{StateName, TRANSITIONS, Transition};
use crate::http::status::Status;

/// The checker: totals of all events, and the first violation.
#[derive(Debug, Default)]
pub struct Invariants {
    open: HashMap<ConnectionId, Seen>,
    /// Slot → its connection.
    slots: HashMap<u32, ConnectionId>,
    /// The connection between `WorkBegins` and `WorkEnds`.
    at_work: Option<ConnectionId>,
    now: Duration,
    /// How often connections made each transition of [`TRANSITIONS`].
    pub taken: [u64; TRANSITIONS.len()],
    /// How many connections were accepted.
    pub accepted: u64,
    /// How many connections were closed, by reason.
    pub closed: CloseCounts,
    /// How many bytes were read.
    pub read: u64,
    /// How many bytes were written.
    pub wrote: u64,
    /// How many rows were logged.
    pub rows: u64,
    /// The first violation of an invariant, with the connection that caused it.
    pub violation: Option<String>,
}

/// The state of one connection, as its events tell.
#[derive(Debug)]
struct Seen {
    state: StateName,
    deadline: Option<(Deadline, Duration)>,
    /// The status of a response that has begun and has no row yet.
    answering: Option<Status>,
    wrote: u64,
    /// Bytes of body in its rows.
    logged: u64,
}

impl Invariants {
    /// How many connections are open.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// The connection's state after its last event; `None` if it is not open.
    pub fn state(&self, id: ConnectionId) -> Option<StateName> {
        self.open.get(&id).map(|seen| seen.state)
    }

    fn check(&mut self, holds: bool, id: ConnectionId, what: &str) {
        if !holds && self.violation.is_none() {
            let seen = self.open.get(&id);
            self.violation = Some(format!("{id:?}: {what}; seen: {seen:?}"));
        }
    }

    /// The connection. It must be open.
    fn find(&mut self, id: ConnectionId, what: &str) -> Option<&mut Seen> {
        self.check(self.open.contains_key(&id), id, what);
        self.open.get_mut(&id)
    }

    /// The connection. It must be open and at work.
    fn working(&mut self, id: ConnectionId, what: &str) -> Option<&mut Seen> {
        self.check(self.at_work == Some(id), id, what);
        self.find(id, what)
    }

    fn count_transition(
        &mut self,
        from: Option<StateName>,
        to: Option<StateName>,
        id: ConnectionId,
    ) {
        let row = Transition::find(from, to);
        self.check(row.is_some(), id, &format!("no way {from:?} to {to:?}"));
        let index = TRANSITIONS
            .iter()
            .position(|transition| Some(transition) == row);
        if let Some(index) = index {
            self.taken[index] += 1;
        }
    }
}

impl Observer for Invariants {
    fn event(&mut self, id: Option<ConnectionId>, event: Event) {
        match (id, event) {
            (None, Event::TurnBegins(now, _)) => self.now = now.monotonic,
            (None, Event::TurnEnds(counts)) => self.on_turn_ends(&counts),
            (Some(id), event) => self.on_connection_event(id, event),
            _ => {}
        }
    }

    fn responds(&mut self, id: ConnectionId, _method: &str, _target: &str, status: Status) {
        if let Some(seen) = self.working(id, "answers outside of its work") {
            let before = seen.answering.replace(status);
            let state = seen.state;
            self.check(before.is_none(), id, "answers before the last has its row");
            self.check(state == StateName::Responding, id, "answers, and does not");
        }
    }
}

impl Invariants {
    fn on_turn_ends(&mut self, counts: &ConnectionCounts) {
        let id = ConnectionId {
            slot: 0,
            generation: 0,
        };
        let waiting: usize = counts.waiting.iter().sum();
        self.check(counts.open == self.open.len(), id, "the counts are wrong");
        self.check(waiting == counts.open, id, "not one deadline for each");
        self.check(self.at_work.is_none(), id, "work goes on beyond its turn");
    }

    fn on_connection_event(&mut self, id: ConnectionId, event: Event) {
        match event {
            Event::Accepted(_) => self.on_accepted(id),
            Event::Ready(_) => drop(self.find(id, "ready, and not open")),
            Event::WorkBegins(_) => {
                self.check(self.at_work.is_none(), id, "work within work");
                self.find(id, "works, and is not open");
                self.at_work = Some(id);
            }
            Event::WorkEnds => self.on_work_ends(id),
            Event::Read(count) => {
                self.working(id, "reads outside of its work");
                self.read += count as u64;
            }
            Event::Wrote(count) => self.on_wrote(id, count),
            Event::WouldBlock(_) => drop(self.working(id, "blocks outside of its work")),
            Event::Changed(from, to) => {
                if let Some(seen) = self.working(id, "changes outside of its work") {
                    let state = std::mem::replace(&mut seen.state, to);
                    self.check(state == from, id, &format!("left {from:?}"));
                }
                self.count_transition(Some(from), Some(to), id);
            }
            Event::DeadlineSet(deadline, due) => {
                self.check(due >= self.now, id, "a deadline in the past");
                if let Some(seen) = self.find(id, "has a deadline, and is not open") {
                    seen.deadline = Some((deadline, due));
                }
            }
            Event::DeadlinePassed(deadline) => self.on_deadline_passed(id, deadline),
            Event::Queued(_) => drop(self.find(id, "queued, and not open")),
            Event::Logged(status, bytes, _) => self.on_logged(id, status, bytes),
            Event::Closed(reason) => self.on_closed(id, reason),
            _ => {}
        }
    }

    fn on_accepted(&mut self, id: ConnectionId) {
        self.check(!self.slots.contains_key(&id.slot), id, "slot is taken");
        let seen = Seen {
            state: StateName::Reading,
            deadline: None,
            answering: None,
            wrote: 0,
            logged: 0,
        };
        self.open.insert(id, seen);
        self.slots.insert(id.slot, id);
        self.accepted += 1;
        self.count_transition(None, Some(StateName::Reading), id);
    }

    fn on_work_ends(&mut self, id: ConnectionId) {
        self.check(self.at_work == Some(id), id, "ends what it did not begin");
        self.at_work = None;
        let seen = self.open.get(&id);
        let has_deadline = seen.is_none_or(|seen| seen.deadline.is_some());
        self.check(has_deadline, id, "waits without a deadline");
    }

    fn on_wrote(&mut self, id: ConnectionId, count: usize) {
        self.check(count > 0, id, "wrote nothing");
        self.wrote += count as u64;
        if let Some(seen) = self.working(id, "writes outside of its work") {
            seen.wrote += count as u64;
            let is_answering = seen.answering.is_some();
            self.check(is_answering, id, "writes without an answer");
        }
    }

    fn on_deadline_passed(&mut self, id: ConnectionId, deadline: Deadline) {
        let now = self.now;
        if let Some(seen) = self.find(id, "a deadline passed, and it is not open") {
            let is_due = seen
                .deadline
                .is_some_and(|(set, due)| set == deadline && due <= now);
            self.check(is_due, id, &format!("{deadline:?} passed at {now:?}"));
        }
    }

    fn on_logged(&mut self, id: ConnectionId, status: Status, bytes: u64) {
        self.rows += 1;
        if let Some(seen) = self.find(id, "a row, and it is not open") {
            seen.logged += bytes;
            let is_sent = seen.logged <= seen.wrote;
            let answering = seen.answering.take();
            self.check(answering == Some(status), id, "a row of no answer");
            self.check(is_sent, id, "a row of more than was written");
        }
    }

    fn on_closed(&mut self, id: ConnectionId, reason: CloseReason) {
        self.closed.add(reason);
        let what = "closed, and was not open";
        if let Some(seen) = self.find(id, what) {
            let (state, answering) = (seen.state, seen.answering);
            self.check(answering.is_none(), id, "closed without its row");
            self.count_transition(Some(state), None, id);
        }
        self.open.remove(&id);
        self.slots.remove(&id.slot);
    }
}

#[cfg(test)]
mod tests;
