//! All connections: who they are, who is ready, whose time is up.
//!
//! A pond knows no mio and no socket. Someone else tells it what happened, and when, and it tells
//! each connection to go on. That is what lets a test, or a simulator with invented clients, drive
//! it through a day in a second.

mod audit;
mod evict;
mod lifecycle;
pub mod timeouts;

use std::collections::VecDeque;
use std::time::Duration;

use slab::Slab;

use self::timeouts::Timeouts;
use crate::connection::context::{Env, LoopContext};
use crate::connection::{Connection, MadeRoom, NextStep, Progress, Queued, Readiness};
use crate::events::close_reason::{CloseCounts, CloseReason};
use crate::events::deadline::Deadline;
use crate::events::event::{Event, Observer, QueueKind, WakeReason};
pub use crate::events::id::ConnectionId;
use crate::files::Documents;
use crate::http::request::HEAD_MAX;

/// The connections, and what they share.
pub struct ConnectionTable<E: Env> {
    connections: Slab<Connection<E>>,
    timeouts: Timeouts,
    /// Connections whose socket is ready but whose work is not done: an edge that they have seen
    /// does not come again, so they must be remembered.
    ready: VecDeque<ConnectionId>,
    /// Whether requests were left in the ready queue because there was too much to write down. Who
    /// comes then queues up behind them.
    is_crowded: bool,
    /// Connections that wait for a descriptor to open their file with.
    waiting_for_fd: VecDeque<ConnectionId>,
    /// When one of them is tried again, even if no descriptor is known to be free.
    retry_at: Duration,
    context: LoopContext<E>,
    /// The shared read buffer.
    input: Box<[u8]>,
    next_generation: u32,
    accepted: u64,
    closed: CloseCounts,
}

impl<E: Env> ConnectionTable<E> {
    /// A pond without connections. Nothing is allocated in proportion to its bounds.
    pub fn new(context: LoopContext<E>) -> Self {
        let limits = context.limits.clone();
        Self {
            connections: Slab::new(),
            timeouts: Timeouts::new(|deadline| limits.duration_of(deadline)),
            ready: VecDeque::new(),
            is_crowded: false,
            waiting_for_fd: VecDeque::new(),
            retry_at: Duration::ZERO,
            context,
            input: vec![0; HEAD_MAX].into_boxed_slice(),
            next_generation: 0,
            accepted: 0,
            closed: CloseCounts::default(),
        }
    }

    /// What the connections share.
    pub fn context(&self) -> &LoopContext<E> {
        &self.context
    }

    /// What the connections share, to change.
    pub fn context_mut(&mut self) -> &mut LoopContext<E> {
        &mut self.context
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
    pub fn closed(&self) -> &CloseCounts {
        &self.closed
    }

    /// How many connections have this deadline before them.
    pub fn waiting_for(&self, deadline: Deadline) -> usize {
        self.timeouts.count(deadline)
    }

    /// A turn begins: one reading of time for all that happens in it.
    pub fn begin_turn(&mut self) {
        self.context.clock.tick();
        let now = self.context.clock.now();
        self.context.documents.begin_turn(now.monotonic, now.wall);
        self.context.sent_in_stage = 0;
    }

    /// A turn is over: what only it was to remember is let go.
    pub fn end_turn(&mut self) {
        self.context.documents.end_turn();
    }

    /// Something happened on a socket.
    pub fn event(&mut self, id: ConnectionId, readiness: Readiness) {
        let Some(connection) = self.find(id) else {
            return;
        };
        connection.note(readiness);
        let queued = connection.queued;
        let is_responding = connection.is_responding();
        self.context
            .observer
            .event(Some(id), Event::Ready(readiness));
        // One that stands in a queue has its turn from there.
        if queued != Queued::No {
            return;
        }
        // Requests come first: whoever is in the middle of an answer goes on from the queue, in
        // turn with all others who are, so that a small request need not wait behind downloads.
        if is_responding || self.must_defer() {
            self.queue(id);
        } else {
            self.advance(id, WakeReason::Event);
        }
    }

    /// Whether whoever comes now has to wait for a turn with less to write down.
    fn must_defer(&self) -> bool {
        self.is_crowded || self.context.output_is_full()
    }

    /// Goes on with those whose answer is on its way or whom a budget stopped, each once, until
    /// this turn has done its share.
    pub fn run_ready(&mut self) {
        self.retry_waiters();
        self.context.sent_in_stage = 0;
        self.is_crowded = false;
        for _ in 0..self.ready.len() {
            if self.context.output_is_full() {
                self.is_crowded = true;
                return;
            }
            if self.context.send_budget_spent() {
                return;
            }
            let Some(id) = self.ready.pop_front() else {
                return;
            };
            if let Some(connection) = self.find(id) {
                connection.queued = Queued::No;
                self.advance(id, WakeReason::QueueKind);
            }
        }
    }

    fn find(&mut self, id: ConnectionId) -> Option<&mut Connection<E>> {
        self.connections
            .get_mut(id.slot as usize)
            .filter(|connection| connection.id() == id)
    }

    fn advance(&mut self, id: ConnectionId, occasion: WakeReason) {
        if let Some(connection) = self.connections.get_mut(id.slot as usize) {
            self.context
                .observer
                .event(Some(id), Event::WorkBegins(occasion));
            let advance = connection.advance(&mut self.context, &mut self.input);
            self.apply(id, advance);
            self.context.observer.event(Some(id), Event::WorkEnds);
        }
    }

    /// Does what a connection's progress asks for.
    fn apply(&mut self, id: ConnectionId, advance: Progress) {
        if let Some(deadline) = advance.deadline {
            self.set_deadline(id, deadline);
        }
        if advance.then != NextStep::OutOfDescriptors
            && let Some(connection) = self.find(id)
        {
            connection.room_made = MadeRoom::No;
            // Its deadline, or a stop, had it tried before its turn came, and it got its file: it
            // is parked no longer, or its next events would wait for those parked before it.
            if connection.queued == Queued::WaitingForFd {
                connection.queued = Queued::No;
                self.waiting_for_fd
                    .retain(|waiting_for_fd| *waiting_for_fd != id);
            }
        }
        match advance.then {
            NextStep::Wait => {}
            NextStep::Yield => self.queue(id),
            NextStep::Close(cause) => self.close(id.slot, cause),
            NextStep::OutOfDescriptors => self.wait_for_fd(id),
        }
    }

    fn set_deadline(&mut self, id: ConnectionId, deadline: Deadline) {
        let now = self.context.clock.now().monotonic;
        self.timeouts.set(id.slot, deadline, now);
        let due = self.timeouts.due(id.slot).unwrap_or(now);
        self.context
            .observer
            .event(Some(id), Event::DeadlineSet(deadline, due));
    }

    fn queue(&mut self, id: ConnectionId) {
        if let Some(connection) = self.find(id)
            && connection.queued == Queued::No
        {
            connection.queued = Queued::Ready;
            self.ready.push_back(id);
            self.context
                .observer
                .event(Some(id), Event::Queued(QueueKind::Ready));
        }
    }

    fn close(&mut self, slot: u32, cause: CloseReason) {
        self.timeouts.remove(slot);
        if let Some(connection) = self.connections.try_remove(slot as usize) {
            connection.log_aborted(cause, &mut self.context);
            self.context.descriptors.connections -= 1;
            self.closed.add(cause);
            self.context
                .observer
                .event(Some(connection.id()), Event::Closed(cause));
        }
    }
}

/// A slot's index as it stands in a [`ConnectionId`]. The bound on connections keeps it far below 2³².
fn slot_number(slot: usize) -> u32 {
    u32::try_from(slot).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
