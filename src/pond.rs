//! All connections: who they are, who is ready, whose time is up.
//!
//! A pond knows no mio and no socket. Someone else tells it what happened, and when, and it tells
//! each connection to go on. That is what lets a test, or a simulator with invented clients, drive
//! it through a day in a second.

mod audit;
mod expiry;
mod newcomers;
mod room;
mod stopping;

use std::collections::VecDeque;
use std::time::Duration;

use slab::Slab;

pub use self::room::EVICTION_AGE;
use crate::cause::{Cause, CauseCounts};
use crate::connection::{Advance, Connection, MadeRoom, Queued, Readiness, Then};
pub use crate::key::Key;
use crate::observer::{Event, Observer, Occasion, Queue};
use crate::request::HEAD_MAX;
use crate::resource::Documents;
use crate::shared::{Env, Shared};
use crate::timeouts::{Deadline, Timeouts};

/// The connections, and what they share.
pub struct Pond<E: Env> {
    connections: Slab<Connection<E>>,
    timeouts: Timeouts,
    /// Connections whose socket is ready but whose work is not done: an edge that they have seen
    /// does not come again, so they must be remembered.
    ready: VecDeque<Key>,
    /// Whether requests were left in the ready queue because there was too much to write down. Who
    /// comes then queues up behind them.
    is_crowded: bool,
    /// Connections that wait for a descriptor to open their file with.
    parked: VecDeque<Key>,
    /// When one of them is tried again, even if no descriptor is known to be free.
    retry_at: Duration,
    shared: Shared<E>,
    /// The shared read buffer.
    input: Box<[u8]>,
    next_serial: u32,
    accepted: u64,
    closed: CauseCounts,
}

impl<E: Env> Pond<E> {
    /// A pond without connections. Nothing is allocated in proportion to its bounds.
    pub fn new(shared: Shared<E>) -> Self {
        let limits = shared.limits.clone();
        Self {
            connections: Slab::new(),
            timeouts: Timeouts::new(|deadline| limits.duration_of(deadline)),
            ready: VecDeque::new(),
            is_crowded: false,
            parked: VecDeque::new(),
            retry_at: Duration::ZERO,
            shared,
            input: vec![0; HEAD_MAX].into_boxed_slice(),
            next_serial: 0,
            accepted: 0,
            closed: CauseCounts::default(),
        }
    }

    /// What the connections share.
    pub fn shared(&self) -> &Shared<E> {
        &self.shared
    }

    /// What the connections share, to change.
    pub fn shared_mut(&mut self) -> &mut Shared<E> {
        &mut self.shared
    }

    /// How many connections there are.
    pub fn len(&self) -> usize {
        self.connections.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }

    /// How many connections there have been.
    pub fn accepted(&self) -> u64 {
        self.accepted
    }

    /// How many have ended, and why.
    pub fn closed(&self) -> &CauseCounts {
        &self.closed
    }

    /// How many connections have this deadline before them.
    pub fn waiting_for(&self, deadline: Deadline) -> usize {
        self.timeouts.count(deadline)
    }

    /// A turn begins: one reading of time for all that happens in it.
    pub fn begin_turn(&mut self) {
        self.shared.clock.tick();
        let now = self.shared.clock.now();
        self.shared.documents.begin_turn(now.monotonic, now.wall);
        self.shared.sent_in_phase = 0;
    }

    /// A turn is over: what only it was to remember is let go.
    pub fn end_turn(&mut self) {
        self.shared.documents.end_turn();
    }

    /// Something happened on a socket.
    pub fn event(&mut self, key: Key, readiness: Readiness) {
        let Some(connection) = self.find(key) else {
            return;
        };
        connection.note(readiness);
        let queued = connection.queued;
        let is_responding = connection.is_responding();
        self.shared
            .observer
            .event(Some(key), Event::Ready(readiness));
        // One that stands in a queue has its turn from there.
        if queued != Queued::No {
            return;
        }
        // Requests come first: whoever is in the middle of an answer goes on from the queue, in
        // turn with all others who are, so that a small request need not wait behind downloads.
        if is_responding || self.has_enough_to_do() {
            self.queue(key);
        } else {
            self.advance(key, Occasion::Event);
        }
    }

    /// Whether whoever comes now has to wait for a turn with less to write down.
    fn has_enough_to_do(&self) -> bool {
        self.is_crowded || self.shared.has_told_enough()
    }

    /// Goes on with those whose answer is on its way or whom a budget stopped, each once, until
    /// this turn has done its share.
    pub fn run_ready(&mut self) {
        self.unpark();
        self.shared.sent_in_phase = 0;
        self.is_crowded = false;
        for _ in 0..self.ready.len() {
            if self.shared.has_told_enough() {
                self.is_crowded = true;
                return;
            }
            if self.shared.has_sent_enough() {
                return;
            }
            let Some(key) = self.ready.pop_front() else {
                return;
            };
            if let Some(connection) = self.find(key) {
                connection.queued = Queued::No;
                self.advance(key, Occasion::Queue);
            }
        }
    }

    fn find(&mut self, key: Key) -> Option<&mut Connection<E>> {
        self.connections
            .get_mut(key.slot as usize)
            .filter(|connection| connection.key() == key)
    }

    fn advance(&mut self, key: Key, occasion: Occasion) {
        if let Some(connection) = self.connections.get_mut(key.slot as usize) {
            self.shared
                .observer
                .event(Some(key), Event::WorkBegins(occasion));
            let advance = connection.advance(&mut self.shared, &mut self.input);
            self.settle(key, advance);
            self.shared.observer.event(Some(key), Event::WorkEnds);
        }
    }

    /// Does what a connection's progress asks for.
    fn settle(&mut self, key: Key, advance: Advance) {
        if let Some(deadline) = advance.deadline {
            self.set_deadline(key, deadline);
        }
        if advance.then != Then::Exhausted
            && let Some(connection) = self.find(key)
        {
            connection.room_made = MadeRoom::No;
            // Its deadline, or a stop, had it tried before its turn came, and it got its file: it
            // is parked no longer, or its next events would wait for those parked before it.
            if connection.queued == Queued::Parked {
                connection.queued = Queued::No;
                self.parked.retain(|parked| *parked != key);
            }
        }
        match advance.then {
            Then::Wait => {}
            Then::Yield => self.queue(key),
            Then::Close(cause) => self.close(key.slot, cause),
            Then::Exhausted => self.find_descriptor(key),
        }
    }

    fn set_deadline(&mut self, key: Key, deadline: Deadline) {
        let now = self.shared.clock.now().monotonic;
        self.timeouts.set(key.slot, deadline, now);
        let due = self.timeouts.due(key.slot).unwrap_or(now);
        self.shared
            .observer
            .event(Some(key), Event::DeadlineSet(deadline, due));
    }

    fn queue(&mut self, key: Key) {
        if let Some(connection) = self.find(key)
            && connection.queued == Queued::No
        {
            connection.queued = Queued::Ready;
            self.ready.push_back(key);
            self.shared
                .observer
                .event(Some(key), Event::Queued(Queue::Ready));
        }
    }

    fn close(&mut self, slot: u32, cause: Cause) {
        self.timeouts.remove(slot);
        if let Some(connection) = self.connections.try_remove(slot as usize) {
            connection.abandon(cause, &mut self.shared);
            self.shared.descriptors.connections -= 1;
            self.closed.add(cause);
            self.shared
                .observer
                .event(Some(connection.key()), Event::Closed(cause));
        }
    }
}

/// A slot's index as it stands in a [`Key`]. The bound on connections keeps it far below 2³².
fn slot_number(slot: usize) -> u32 {
    u32::try_from(slot).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
