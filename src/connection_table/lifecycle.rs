//! How connections begin and end: inserted after the accept, timed out, stopped with the server.

use std::time::Duration;

use super::{ConnectionId, ConnectionTable, slot_number};
use crate::connection::context::{Env, Lifecycle};
use crate::connection::{Connection, Progress};
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::event::{Event, Observer, WakeReason};
use crate::events::id::Peer;
use crate::files::Documents;

/// How many deadlines are dealt with in one turn. A million that pass in one tick do not keep
/// the others waiting.
const TIMEOUTS_PER_TURN: usize = 1024;

impl<E: Env> ConnectionTable<E> {
    /// The name that the next connection will have.
    pub fn next_id(&self) -> ConnectionId {
        ConnectionId {
            slot: slot_number(self.connections.vacant_key()),
            generation: self.next_generation,
        }
    }

    /// Lets a new connection in. It counts from now, whether it ever sends something or not.
    pub fn admit(&mut self, transport: E::Transport, peer: Peer) -> ConnectionId {
        let id = self.next_id();
        let now = self.context.clock.now();
        let connection = Connection::new(transport, peer, id, now.wall);
        self.connections.insert(connection);
        self.context.observer.event(Some(id), Event::Accepted(peer));
        self.set_deadline(id, Deadline::FirstByte);
        self.context.descriptors.connections += 1;
        self.next_generation = self.next_generation.wrapping_add(1);
        self.accepted += 1;
        id
    }

    /// Goes on with a newcomer before the kernel is asked to watch its socket: a request that is
    /// here already costs no event, and who asked for the end after it is never watched. Gives the
    /// transport, to be watched from now on, unless that was all.
    pub fn try_immediately(&mut self, id: ConnectionId) -> Option<&mut E::Transport> {
        self.find(id)?.assume_readable();
        if self.must_defer() {
            self.queue(id);
        } else {
            self.advance(id, WakeReason::Accept);
        }
        self.find(id).map(Connection::transport_mut)
    }

    /// Closes one that the kernel has no memory left to watch.
    pub fn give_up(&mut self, id: ConnectionId) {
        if self.find(id).is_some() {
            self.close(id.slot, CloseReason::OutOfDescriptors);
        }
    }

    /// Deals with the deadlines that have passed, up to a budget.
    pub fn handle_timeouts(&mut self) {
        let now = self.context.clock.now().monotonic;
        for _ in 0..TIMEOUTS_PER_TURN {
            let Some((slot, deadline)) = self.timeouts.passed(now) else {
                return;
            };
            let Some(connection) = self.connections.get_mut(slot as usize) else {
                self.timeouts.remove(slot);
                continue;
            };
            let id = connection.id();
            self.context
                .observer
                .event(Some(id), Event::DeadlinePassed(deadline));
            self.context
                .observer
                .event(Some(id), Event::WorkBegins(WakeReason::Deadline));
            // One last write is tried whatever the others have sent.
            self.context.sent_in_stage = 0;
            let advance = connection.deadline_passed(&mut self.context, &mut self.input);
            // Whoever lives on has a deadline ahead of it, or this loop would find it again.
            let ahead = advance.deadline.or(Some(deadline));
            self.apply(
                id,
                Progress {
                    deadline: ahead,
                    ..advance
                },
            );
            self.context.observer.event(Some(id), Event::WorkEnds);
        }
    }

    /// When there is something to do without an event, on the monotonic clock.
    pub fn next_timeout(&self) -> Option<Duration> {
        if !self.ready.is_empty() {
            return Some(self.context.clock.now().monotonic);
        }
        let retry = (!self.waiting_for_fd.is_empty()).then_some(self.retry_at);
        let documents = self.context.documents.next_timeout();
        [self.timeouts.next(), retry, documents]
            .into_iter()
            .flatten()
            .min()
    }

    /// Ends what is idle, and lets what is being sent go on.
    pub fn stop(&mut self) {
        self.context.lifecycle = Lifecycle::Stopping;
        for id in self.keys() {
            // One that stops may have made room for another, which is gone then.
            let Some(connection) = self.connections.get_mut(id.slot as usize) else {
                continue;
            };
            self.context
                .observer
                .event(Some(id), Event::WorkBegins(WakeReason::Stop));
            let advance = connection.stop(&mut self.context, &mut self.input);
            self.apply(id, advance);
            self.context.observer.event(Some(id), Event::WorkEnds);
        }
    }

    /// Ends everything.
    pub fn close_all(&mut self) {
        for id in self.keys() {
            self.close(id.slot, CloseReason::Stopped);
        }
    }

    fn keys(&self) -> Vec<ConnectionId> {
        let id = |(_, connection): (usize, &Connection<E>)| connection.id();
        self.connections.iter().map(id).collect()
    }
}
