//! All connections: which there are, which are ready, and whose deadline has passed.
//!
//! Invariant: a connection that is not in a queue sleeps only if there is nothing that it could do,
//! and has exactly one deadline. [`ConnectionTable::audit`] checks it.
//!
//! Must not know: mio, and any socket. Its caller says what happened and when; the table lets the
//! connection concerned take a step. That is what lets a test, or a simulator with invented clients,
//! drive it through a day in a second.
//!
//! Read in this order: `turn` (the order of an iteration), this file (events and the ready queue),
//! `lifecycle` (how connections begin and end), `timeouts` (deadlines in constant time),
//! `ready_queue`, `fd_waiters`, `slot`, `evict`.

mod audit;
pub mod evict;
mod fd_waiters;
mod lifecycle;
mod ready_queue;
mod slot;
pub mod timeouts;
pub mod turn;

use slab::Slab;

use self::fd_waiters::FdWaiters;
use self::ready_queue::ReadyQueue;
use self::slot::{Queued, Slot};
use self::timeouts::Timeouts;
use crate::connection::Connection;
use crate::connection::context::{Env, LoopContext};
use crate::connection::step::{NextStep, Progress};
use crate::events::close_reason::{CloseCounts, CloseReason};
use crate::events::deadline::Deadline;
use crate::events::event::{Event, QueueKind, Readiness, WakeReason};
use crate::events::id::ConnectionId;
use crate::response::resource::Documents;

/// The connections, and what they use together.
pub struct ConnectionTable<E: Env> {
    slots: Slab<Slot<E>>,
    timeouts: Timeouts,
    ready: ReadyQueue,
    fd_waiters: FdWaiters,
    context: LoopContext<E>,
    /// The read buffer that all connections share.
    input: Box<[u8]>,
    /// How many bytes the connections hold that they share with no other.
    buffered: usize,
    next_generation: u32,
    accepted: u64,
    closed: CloseCounts,
}

impl<E: Env> ConnectionTable<E> {
    /// What a connection takes in the slab, in bytes, whatever its state.
    pub const SLOT_BYTES: usize = size_of::<Slot<E>>();

    /// A table without connections. Nothing is allocated in proportion to its bounds.
    pub fn new(context: LoopContext<E>) -> Self {
        let limits = context.config.limits.clone();
        Self {
            slots: Slab::new(),
            timeouts: Timeouts::new(|deadline| limits.duration_of(deadline)),
            ready: ReadyQueue::default(),
            fd_waiters: FdWaiters::default(),
            context,
            input: vec![0; limits.max_head].into_boxed_slice(),
            buffered: 0,
            next_generation: 0,
            accepted: 0,
            closed: CloseCounts::default(),
        }
    }

    /// What the connections use together.
    pub fn context(&self) -> &LoopContext<E> {
        &self.context
    }

    /// What the connections use together, to change.
    pub fn context_mut(&mut self) -> &mut LoopContext<E> {
        &mut self.context
    }

    /// A turn begins with so many events: one reading of time for all that happens in it.
    fn begin_turn(&mut self, events: usize) {
        self.context.clock.tick();
        let now = self.context.clock.now();
        self.context.documents.begin_turn(now.monotonic, now.wall);
        self.context.send_budget.begin_stage();
        self.context.emit_for_loop(Event::TurnBegins(now, events));
    }

    /// A turn is over: what was remembered for this turn only is dropped.
    fn end_turn(&mut self) {
        self.context.documents.end_turn();
        let counts = self.counts();
        self.context.emit_for_loop(Event::TurnEnds(counts));
    }

    /// Something happened on the socket of a connection.
    pub fn event(&mut self, id: ConnectionId, readiness: Readiness) {
        let Some(slot) = self.find(id) else {
            return;
        };
        slot.connection.mark_ready(readiness);
        let queued = slot.queued;
        let is_responding = slot.connection.is_responding();
        self.context.emit(id, Event::Ready(readiness));
        // A connection that stands in a queue goes on from there.
        if queued != Queued::No {
            return;
        }
        // Requests come first: a connection in the middle of a response goes on from the queue, by
        // turns with all others that are, so that a small request need not wait behind downloads.
        if is_responding || self.must_defer() {
            self.queue(id);
        } else {
            self.advance(id, WakeReason::Event);
        }
    }

    /// Whether a request that comes now has to queue, because too much output waits to be written.
    fn must_defer(&self) -> bool {
        self.ready.is_stopped_for_output() || self.context.output_is_full()
    }

    /// Goes on with the connections in the ready queue, one step each, until the turn has sent or
    /// has to write out as much as it may.
    pub fn run_ready(&mut self) {
        self.retry_waiters();
        self.context.send_budget.begin_stage();
        self.ready.begin_run();
        for _ in 0..self.ready.len() {
            if self.context.output_is_full() {
                return self.ready.stop_for_output();
            }
            if self.context.send_budget.is_spent() {
                return;
            }
            let Some(id) = self.ready.pop() else {
                return;
            };
            if let Some(slot) = self.find(id) {
                slot.queued = Queued::No;
                self.advance(id, WakeReason::Queue);
            }
        }
    }

    /// The slot of this connection, unless it has closed: then the slot is empty, or has another
    /// generation.
    fn find(&mut self, id: ConnectionId) -> Option<&mut Slot<E>> {
        self.slots
            .get_mut(id.slot as usize)
            .filter(|slot| slot.generation == id.generation)
    }

    fn advance(&mut self, id: ConnectionId, reason: WakeReason) {
        self.work(id, reason, |connection, context, input| {
            connection.advance(id, context, input)
        });
    }

    /// Lets a connection run, and does what the result asks for.
    fn work(
        &mut self,
        id: ConnectionId,
        reason: WakeReason,
        run: impl FnOnce(&mut Connection<E>, &mut LoopContext<E>, &mut [u8]) -> Progress,
    ) {
        let Some(slot) = self.slots.get_mut(id.slot as usize) else {
            return;
        };
        self.context.emit(id, Event::WorkBegins(reason));
        let before = slot.connection.own_bytes();
        let progress = run(&mut slot.connection, &mut self.context, &mut self.input);
        let after = slot.connection.own_bytes();
        self.buffered = self.buffered + after - before;
        self.apply(id, progress);
        self.context.emit(id, Event::WorkEnds);
        if after > before {
            self.bound_buffers();
        }
    }

    /// Does what the result of a step asks for.
    fn apply(&mut self, id: ConnectionId, progress: Progress) {
        if let Some(deadline) = progress.deadline {
            self.set_deadline(id, deadline);
        }
        if progress.next != NextStep::OutOfDescriptors {
            self.forget_descriptor_wait(id);
        }
        match progress.next {
            NextStep::Wait => {}
            NextStep::Yield => self.queue(id),
            NextStep::Close(reason) => self.close(id.slot, reason),
            NextStep::OutOfDescriptors => self.wait_for_fd(id),
        }
    }

    fn set_deadline(&mut self, id: ConnectionId, deadline: Deadline) {
        let now = self.context.clock.now().monotonic;
        self.timeouts.set(id.slot, deadline, now);
        let at = self.timeouts.expires_at(id.slot).unwrap_or(now);
        self.context.emit(id, Event::DeadlineSet(deadline, at));
    }

    fn queue(&mut self, id: ConnectionId) {
        if let Some(slot) = self.find(id)
            && slot.queued == Queued::No
        {
            slot.queued = Queued::Ready;
            self.ready.push(id);
            self.context.emit(id, Event::Queued(QueueKind::Ready));
        }
    }

    fn close(&mut self, index: u32, reason: CloseReason) {
        self.timeouts.remove(index);
        if let Some(slot) = self.slots.try_remove(index as usize) {
            let id = slot::id_of(index as usize, &slot);
            self.buffered -= slot.connection.own_bytes();
            slot.connection.log_aborted(id, reason, &mut self.context);
            self.context.descriptors.close_connection();
            self.closed.add(reason);
            self.context.emit(id, Event::Closed(reason));
        }
    }
}

#[cfg(test)]
mod tests;
