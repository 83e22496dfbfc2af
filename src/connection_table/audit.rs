//! What a table says of itself: how many connections are where, and whether what must hold does.

use super::ConnectionTable;
use super::slot::{self, Queued};
use crate::connection::context::Env;
use crate::events::close_reason::CloseCounts;
use crate::events::deadline::Deadline;
use crate::events::event::ConnectionCounts;
use crate::events::id::ConnectionId;
use crate::events::state::StateName;

impl<E: Env> ConnectionTable<E> {
    /// How many connections there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// How many connections there have been.
    pub fn accepted(&self) -> u64 {
        self.accepted
    }

    /// How many have closed, by reason.
    pub fn closed(&self) -> &CloseCounts {
        &self.closed
    }

    /// How many bytes the connections hold that they share with no other.
    pub fn buffered(&self) -> usize {
        self.buffered
    }

    /// How many connections wait at most until this deadline.
    pub fn waiting_for(&self, deadline: Deadline) -> usize {
        self.timeouts.count(deadline)
    }

    /// How many connections there are, and what they wait for. Constant time, however many.
    pub fn counts(&self) -> ConnectionCounts {
        ConnectionCounts {
            open: self.slots.len(),
            waiting: Deadline::ALL.map(|deadline| self.timeouts.count(deadline)),
            ready: self.ready.len(),
            waiting_for_fd: self.fd_waiters.len(),
        }
    }

    /// Every connection with its state, in the order of the slots.
    pub fn states(&self) -> impl Iterator<Item = (ConnectionId, StateName)> {
        self.slots
            .iter()
            .map(|(index, slot)| (slot::id_of(index, slot), slot.connection.state_name()))
    }

    /// Checks the invariants of `docs/design.md` that can't be seen from outside: each connection
    /// has the deadline of its state, stands once in the queue that its slot names and in no other,
    /// and sleeps only if there is nothing that it could do. For tests and the simulator.
    pub fn audit(&self) -> Result<(), String> {
        let held: usize = self
            .slots
            .iter()
            .map(|(_, slot)| slot.connection.own_bytes())
            .sum();
        if held != self.buffered {
            return Err(format!("{held} bytes are held, {} counted", self.buffered));
        }
        let head_max = self.context.config.limits.max_head;
        for (index, slot) in &self.slots {
            let id = slot::id_of(index, slot);
            let wanted = slot.connection.audit(slot.queued != Queued::No, head_max);
            let deadline = self.timeouts.deadline_of(id.slot);
            let places = [self.ready.count(id), self.fd_waiters.count(id)];
            let expected = match slot.queued {
                Queued::No => [0, 0],
                Queued::Ready => [1, 0],
                Queued::WaitingForFd => [0, 1],
            };
            if wanted.ok() != deadline || places != expected {
                return Err(format!(
                    "slot {index}: wants {wanted:?}, has {deadline:?}; is {:?}, and stands \
                     {places:?} times in the ready queue and among those that wait for a descriptor",
                    slot.queued
                ));
            }
        }
        Ok(())
    }
}
