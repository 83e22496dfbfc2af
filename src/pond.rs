//! All connections: who they are, who is ready, whose time is up.
//!
//! A pond knows no mio and no socket. Someone else tells it what happened, and when, and it tells
//! each connection to go on. That is what lets a test, or a simulator with invented clients, drive
//! it through a day in a second.

use std::collections::VecDeque;
use std::time::Duration;

use slab::Slab;

use crate::cause::{Cause, CauseCounts};
use crate::config::EVICTION_AGE;
use crate::connection::{Advance, Connection, Queued, Readiness, Then};
use crate::peer::Peer;
use crate::request::HEAD_MAX;
use crate::resource::Documents;
use crate::shared::{Phase, Shared};
use crate::timeouts::{Deadline, Timeouts};
use crate::transport::Transport;

/// How many deadlines are dealt with in one turn. A million that pass in one tick do not keep
/// the others waiting.
const EXPIRIES: usize = 1024;

/// A connection's name: its slot, and a serial number that tells it from earlier ones in the same
/// slot. An event that was on its way while its connection was closed finds nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Its place in the slab.
    pub slot: u32,
    /// Counts accepted connections, and wraps.
    pub serial: u32,
}

/// The connections, and what they share.
pub struct Pond<T: Transport, D> {
    connections: Slab<Connection<T>>,
    timeouts: Timeouts,
    /// Connections that a budget stopped: an edge they have seen does not come again, so they
    /// must be remembered.
    ready: VecDeque<Key>,
    shared: Shared<D>,
    /// The shared read buffer.
    input: Box<[u8]>,
    next_serial: u32,
    accepted: u64,
    closed: CauseCounts,
}

impl<T: Transport, D: Documents<File = T::File>> Pond<T, D> {
    /// A pond without connections. Nothing is allocated in proportion to its bounds.
    pub fn new(shared: Shared<D>) -> Self {
        let limits = shared.limits.clone();
        Self {
            connections: Slab::new(),
            timeouts: Timeouts::new(|deadline| limits.duration_of(deadline)),
            ready: VecDeque::new(),
            shared,
            input: vec![0; HEAD_MAX].into_boxed_slice(),
            next_serial: 0,
            accepted: 0,
            closed: CauseCounts::default(),
        }
    }

    /// What the connections share.
    pub fn shared(&self) -> &Shared<D> {
        &self.shared
    }

    /// What the connections share, to change.
    pub fn shared_mut(&mut self) -> &mut Shared<D> {
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

    /// Whether another connection is within the bound.
    pub fn has_room(&self) -> bool {
        self.connections.len() < self.shared.limits.max_connections
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

    /// The name that the next connection will have: what its socket is registered with before it
    /// is let in.
    pub fn next_key(&self) -> Key {
        Key {
            // The bound on connections is far below 2³² (see `Limits::max_connections`).
            slot: u32::try_from(self.connections.vacant_key()).unwrap_or(u32::MAX),
            serial: self.next_serial,
        }
    }

    /// Lets a new connection in. It counts from now, whether it ever sends something or not.
    pub fn admit(&mut self, transport: T, peer: Peer) -> Key {
        let key = self.next_key();
        let now = self.shared.clock.now();
        let connection = Connection::new(transport, peer, key.serial, now.wall);
        self.connections.insert(connection);
        self.timeouts.set(key.slot, Deadline::Head, now.monotonic);
        self.next_serial = self.next_serial.wrapping_add(1);
        self.accepted += 1;
        key
    }

    /// Something happened on a socket.
    pub fn event(&mut self, key: Key, readiness: Readiness) {
        let Some(connection) = self.find(key) else {
            return;
        };
        connection.note(readiness);
        // One that stands in the ready queue has its turn from there.
        if connection.queued == Queued::No {
            self.advance(key);
        }
    }

    /// Goes on with those that a budget stopped in the last turn, each once.
    pub fn run_ready(&mut self) {
        for _ in 0..self.ready.len() {
            let Some(key) = self.ready.pop_front() else {
                return;
            };
            if let Some(connection) = self.find(key) {
                connection.queued = Queued::No;
                self.advance(key);
            }
        }
    }

    /// Deals with the deadlines that have passed, up to a budget.
    pub fn expire(&mut self) {
        let now = self.shared.clock.now().monotonic;
        for _ in 0..EXPIRIES {
            let Some((slot, deadline)) = self.timeouts.passed(now) else {
                return;
            };
            let Some(connection) = self.connections.get_mut(slot as usize) else {
                self.timeouts.remove(slot);
                continue;
            };
            let key = Key {
                slot,
                serial: connection.serial(),
            };
            let advance = connection.deadline_passed(&mut self.shared, &mut self.input);
            // Whoever lives on has a deadline ahead of it, or this loop would find it again.
            let ahead = advance.deadline.or(Some(deadline));
            self.settle(
                key,
                Advance {
                    deadline: ahead,
                    ..advance
                },
            );
        }
    }

    /// When [`Pond::expire`] or [`Pond::run_ready`] has something to do, on the monotonic clock.
    pub fn wake_at(&self) -> Option<Duration> {
        if self.ready.is_empty() {
            self.timeouts.next()
        } else {
            Some(self.shared.clock.now().monotonic)
        }
    }

    /// Closes the connection that has been idle longest, unless it has only just become idle.
    /// Nobody who is being served is ever closed to make room.
    pub fn make_room(&mut self) -> MadeRoom {
        let now = self.shared.clock.now().monotonic;
        match self.timeouts.oldest(Deadline::Idle) {
            Some((slot, since)) if now.saturating_sub(since) >= EVICTION_AGE => {
                self.close(slot, Cause::Evicted);
                MadeRoom::Yes
            }
            _ => MadeRoom::No,
        }
    }

    /// Ends what is idle, and lets what is being sent go on.
    pub fn stop(&mut self) {
        self.shared.phase = Phase::Stopping;
        let slots: Vec<usize> = self.connections.iter().map(|(slot, _)| slot).collect();
        for slot in slots {
            let connection = &mut self.connections[slot];
            let key = Key {
                slot: u32::try_from(slot).unwrap_or(u32::MAX),
                serial: connection.serial(),
            };
            let advance = connection.stop(&mut self.shared, &mut self.input);
            self.settle(key, advance);
        }
    }

    /// Ends everything.
    pub fn close_all(&mut self) {
        let slots: Vec<usize> = self.connections.iter().map(|(slot, _)| slot).collect();
        for slot in slots {
            self.close(u32::try_from(slot).unwrap_or(u32::MAX), Cause::Stopped);
        }
    }

    fn find(&mut self, key: Key) -> Option<&mut Connection<T>> {
        self.connections
            .get_mut(key.slot as usize)
            .filter(|connection| connection.serial() == key.serial)
    }

    fn advance(&mut self, key: Key) {
        if let Some(connection) = self.connections.get_mut(key.slot as usize) {
            let advance = connection.advance(&mut self.shared, &mut self.input);
            self.settle(key, advance);
        }
    }

    /// Does what a connection's progress asks for.
    fn settle(&mut self, key: Key, advance: Advance) {
        if let Some(deadline) = advance.deadline {
            let now = self.shared.clock.now().monotonic;
            self.timeouts.set(key.slot, deadline, now);
        }
        match advance.then {
            Then::Wait => {}
            Then::Yield => self.queue(key),
            Then::Close(cause) => self.close(key.slot, cause),
            // An idle connection gives its descriptor, and the request is tried again. It is not
            // idle itself, so it is not the one to go.
            Then::Exhausted => match self.make_room() {
                MadeRoom::Yes => self.queue(key),
                MadeRoom::No => self.close(key.slot, Cause::Exhausted),
            },
        }
    }

    fn queue(&mut self, key: Key) {
        if let Some(connection) = self.connections.get_mut(key.slot as usize)
            && connection.queued == Queued::No
        {
            connection.queued = Queued::Yes;
            self.ready.push_back(key);
        }
    }

    fn close(&mut self, slot: u32, cause: Cause) {
        self.timeouts.remove(slot);
        if let Some(connection) = self.connections.try_remove(slot as usize) {
            connection.abandon(cause, &mut self.shared);
            self.closed.add(cause);
        }
    }
}

/// Whether [`Pond::make_room`] found someone to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeRoom {
    /// There is a slot and a descriptor more.
    Yes,
    /// There is not: nobody is idle, or not for long enough.
    No,
}

#[cfg(test)]
mod tests;
