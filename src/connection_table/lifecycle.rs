//! How connections begin and end: inserted after the accept, timed out, stopped with the server.

use std::time::Duration;

use super::ConnectionTable;
use super::slot::{self, Slot};
use crate::connection::Connection;
use crate::connection::context::{Env, Lifecycle};
use crate::connection::step::Progress;
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::event::{Event, WakeReason};
use crate::events::id::{ConnectionId, Peer};
use crate::response::resource::Documents;

/// How many deadlines are handled in one turn. A million deadlines that pass in one tick do not keep
/// the other connections waiting.
const TIMEOUTS_PER_TURN: usize = 1024;

impl<E: Env> ConnectionTable<E> {
    /// The id that the next connection will have.
    pub fn next_id(&self) -> ConnectionId {
        ConnectionId {
            slot: slot::number(self.slots.vacant_key()),
            generation: self.next_generation,
        }
    }

    /// Inserts a connection that was accepted. It is counted from now on, whether it ever sends
    /// something or not.
    pub fn insert(&mut self, transport: E::Transport, peer: Peer) -> ConnectionId {
        let id = self.next_id();
        let now = self.context.clock.now();
        let connection = Connection::new(transport, peer, now.wall);
        self.slots.insert(Slot::new(connection, id.generation));
        self.context.emit(id, Event::Accepted(peer));
        self.set_deadline(id, Deadline::FirstByte);
        self.context.descriptors.open_connection();
        self.next_generation = self.next_generation.wrapping_add(1);
        self.accepted += 1;
        id
    }

    /// Lets a connection that was just inserted run before the kernel is asked to watch its socket:
    /// a request that has come already costs no event, and a connection that ends after it is never
    /// watched. Returns the transport, to be watched from now on, unless the connection has closed.
    pub fn try_immediately(&mut self, id: ConnectionId) -> Option<&mut E::Transport> {
        self.find(id)?.connection.assume_readable();
        if self.must_defer() {
            self.queue(id);
        } else {
            self.advance(id, WakeReason::Accept);
        }
        self.find(id).map(|slot| slot.connection.transport_mut())
    }

    /// Closes a connection that the kernel has no memory left to watch.
    pub fn give_up(&mut self, id: ConnectionId) {
        if self.find(id).is_some() {
            self.close(id.slot, CloseReason::OutOfDescriptors);
        }
    }

    /// Handles the deadlines that have passed, up to a budget.
    pub fn handle_timeouts(&mut self) {
        let now = self.context.clock.now().monotonic;
        for _ in 0..TIMEOUTS_PER_TURN {
            let Some((index, deadline)) = self.timeouts.first_expired(now) else {
                return;
            };
            let Some(slot) = self.slots.get(index as usize) else {
                self.timeouts.remove(index);
                continue;
            };
            let id = slot::id_of(index as usize, slot);
            self.context.emit(id, Event::DeadlinePassed(deadline));
            // One last write is tried, whatever the other connections have sent.
            self.context.send_budget.begin_stage();
            self.work(id, WakeReason::Deadline, |connection, context, input| {
                let progress = connection.deadline_passed(id, context, input);
                // A connection that lives on must have a deadline ahead of it, or this loop would
                // find it again.
                let deadline = progress.deadline.or(Some(deadline));
                Progress {
                    deadline,
                    ..progress
                }
            });
        }
    }

    /// When there is something to do without an event, on the monotonic clock.
    pub fn next_timeout(&self) -> Option<Duration> {
        if !self.ready.is_empty() {
            return Some(self.context.clock.now().monotonic);
        }
        let waiters = self.fd_waiters.next_timeout();
        let documents = self.context.documents.next_timeout();
        [self.timeouts.next_timeout(), waiters, documents]
            .into_iter()
            .flatten()
            .min()
    }

    /// Ends the connections that are idle, and lets those go on that send a response.
    pub fn stop(&mut self) {
        self.context.lifecycle = Lifecycle::Stopping;
        for id in self.ids() {
            // A connection that stops may have evicted another: that one does not run.
            self.work(id, WakeReason::Stop, |connection, context, input| {
                connection.stop(id, context, input)
            });
        }
    }

    /// Ends every connection.
    pub fn close_all(&mut self) {
        for id in self.ids() {
            self.close(id.slot, CloseReason::Stopped);
        }
    }

    fn ids(&self) -> Vec<ConnectionId> {
        self.slots
            .iter()
            .map(|(index, slot)| slot::id_of(index, slot))
            .collect()
    }
}
