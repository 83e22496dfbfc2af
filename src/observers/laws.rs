//! An observer that holds what it sees against the laws of the loop. For tests and the simulator.
//!
//! - Whoever is accepted is closed once, for one cause, and nothing is told of it before or after.
//! - Its states form a path of [`TRANSITIONS`].
//! - It has one deadline at all times, and only that one passes, not before its time.
//! - Each answer that it begins has one row, of the same status.
//! - What it does lies within its work, and work does not nest.

use std::collections::HashMap;
use std::time::Duration;

use crate::cause::{Cause, CauseCounts};
use crate::key::Key;
use crate::observer::{Census, Event, Observer};
use crate::states::{StateName, TRANSITIONS, Transition};
use crate::status::Status;
use crate::timeouts::Deadline;

/// What has been seen so far, and the first breach of a law.
#[derive(Debug, Default)]
pub struct Laws {
    open: HashMap<Key, Seen>,
    slots: HashMap<u32, Key>,
    at_work: Option<Key>,
    now: Duration,
    /// How many connections went each way of [`TRANSITIONS`].
    pub taken: [u64; TRANSITIONS.len()],
    /// How many were accepted.
    pub accepted: u64,
    /// How many were closed, and why.
    pub closed: CauseCounts,
    /// How many bytes were read.
    pub read: u64,
    /// How many bytes were written.
    pub wrote: u64,
    /// How many rows were logged.
    pub rows: u64,
    /// The first breach of a law.
    pub breach: Option<String>,
}

/// What has been seen of one connection.
#[derive(Debug)]
struct Seen {
    state: StateName,
    deadline: Option<(Deadline, Duration)>,
    /// The status of an answer that has begun and has no row yet.
    answering: Option<Status>,
    wrote: u64,
    /// Bytes of body that rows tell of.
    logged: u64,
}

impl Laws {
    /// How many are open.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// The state that its changes have led it to, if it is open.
    pub fn state(&self, key: Key) -> Option<StateName> {
        self.open.get(&key).map(|seen| seen.state)
    }

    fn check(&mut self, holds: bool, key: Key, what: &str) {
        if !holds && self.breach.is_none() {
            let seen = self.open.get(&key);
            self.breach = Some(format!("{key:?}: {what}; seen: {seen:?}"));
        }
    }

    /// The connection, if it is open, as it must be.
    fn find(&mut self, key: Key, what: &str) -> Option<&mut Seen> {
        self.check(self.open.contains_key(&key), key, what);
        self.open.get_mut(&key)
    }

    /// The connection, if it is open and at work, as it must be.
    fn working(&mut self, key: Key, what: &str) -> Option<&mut Seen> {
        self.check(self.at_work == Some(key), key, what);
        self.find(key, what)
    }

    fn take(&mut self, from: Option<StateName>, to: Option<StateName>, key: Key) {
        let row = Transition::find(from, to);
        self.check(row.is_some(), key, &format!("no way {from:?} to {to:?}"));
        let index = TRANSITIONS.iter().position(|way| Some(way) == row);
        if let Some(index) = index {
            self.taken[index] += 1;
        }
    }
}

impl Observer for Laws {
    fn event(&mut self, key: Option<Key>, event: Event) {
        match (key, event) {
            (None, Event::TurnBegins(now, _)) => self.now = now.monotonic,
            (None, Event::TurnEnds(census)) => self.turn_ends(&census),
            (Some(key), event) => self.of_connection(key, event),
            _ => {}
        }
    }

    fn responds(&mut self, key: Key, _method: &str, _target: &str, status: Status) {
        if let Some(seen) = self.working(key, "answers outside of its work") {
            let before = seen.answering.replace(status);
            let state = seen.state;
            self.check(before.is_none(), key, "answers before the last has its row");
            self.check(state == StateName::Responding, key, "answers, and does not");
        }
    }
}

impl Laws {
    fn turn_ends(&mut self, census: &Census) {
        let key = Key { slot: 0, serial: 0 };
        let waiting: usize = census.waiting.iter().sum();
        self.check(census.open == self.open.len(), key, "the census is wrong");
        self.check(waiting == census.open, key, "not one deadline for each");
        self.check(self.at_work.is_none(), key, "work goes on beyond its turn");
    }

    fn of_connection(&mut self, key: Key, event: Event) {
        match event {
            Event::Accepted(_) => self.accepted(key),
            Event::Ready(_) => drop(self.find(key, "ready, and not open")),
            Event::WorkBegins(_) => {
                self.check(self.at_work.is_none(), key, "work within work");
                self.find(key, "works, and is not open");
                self.at_work = Some(key);
            }
            Event::WorkEnds => self.work_ends(key),
            Event::Read(count) => {
                self.working(key, "reads outside of its work");
                self.read += count as u64;
            }
            Event::Wrote(count) => self.wrote(key, count),
            Event::WouldBlock(_) => drop(self.working(key, "blocks outside of its work")),
            Event::Changed(from, to) => {
                if let Some(seen) = self.working(key, "changes outside of its work") {
                    let state = std::mem::replace(&mut seen.state, to);
                    self.check(state == from, key, &format!("left {from:?}"));
                }
                self.take(Some(from), Some(to), key);
            }
            Event::DeadlineSet(deadline, due) => {
                self.check(due >= self.now, key, "a deadline in the past");
                if let Some(seen) = self.find(key, "has a deadline, and is not open") {
                    seen.deadline = Some((deadline, due));
                }
            }
            Event::DeadlinePassed(deadline) => self.deadline_passed(key, deadline),
            Event::Queued(_) => drop(self.find(key, "queued, and not open")),
            Event::Logged(status, bytes, _) => self.logged(key, status, bytes),
            Event::Closed(cause) => self.closed(key, cause),
            _ => {}
        }
    }

    fn accepted(&mut self, key: Key) {
        self.check(!self.slots.contains_key(&key.slot), key, "slot is taken");
        let seen = Seen {
            state: StateName::Reading,
            deadline: None,
            answering: None,
            wrote: 0,
            logged: 0,
        };
        self.open.insert(key, seen);
        self.slots.insert(key.slot, key);
        self.accepted += 1;
        self.take(None, Some(StateName::Reading), key);
    }

    fn work_ends(&mut self, key: Key) {
        self.check(self.at_work == Some(key), key, "ends what it did not begin");
        self.at_work = None;
        let seen = self.open.get(&key);
        let has_deadline = seen.is_none_or(|seen| seen.deadline.is_some());
        self.check(has_deadline, key, "waits without a deadline");
    }

    fn wrote(&mut self, key: Key, count: usize) {
        self.check(count > 0, key, "wrote nothing");
        self.wrote += count as u64;
        if let Some(seen) = self.working(key, "writes outside of its work") {
            seen.wrote += count as u64;
            let is_answering = seen.answering.is_some();
            self.check(is_answering, key, "writes without an answer");
        }
    }

    fn deadline_passed(&mut self, key: Key, deadline: Deadline) {
        let now = self.now;
        if let Some(seen) = self.find(key, "a deadline passed, and it is not open") {
            let is_due = seen
                .deadline
                .is_some_and(|(set, due)| set == deadline && due <= now);
            self.check(is_due, key, &format!("{deadline:?} passed at {now:?}"));
        }
    }

    fn logged(&mut self, key: Key, status: Status, bytes: u64) {
        self.rows += 1;
        if let Some(seen) = self.find(key, "a row, and it is not open") {
            seen.logged += bytes;
            let is_sent = seen.logged <= seen.wrote;
            let answering = seen.answering.take();
            self.check(answering == Some(status), key, "a row of no answer");
            self.check(is_sent, key, "a row of more than was written");
        }
    }

    fn closed(&mut self, key: Key, cause: Cause) {
        self.closed.add(cause);
        let what = "closed, and was not open";
        if let Some(seen) = self.find(key, what) {
            let (state, answering) = (seen.state, seen.answering);
            self.check(answering.is_none(), key, "closed without its row");
            self.take(Some(state), None, key);
        }
        self.open.remove(&key);
        self.slots.remove(&key.slot);
    }
}

#[cfg(test)]
mod tests;
