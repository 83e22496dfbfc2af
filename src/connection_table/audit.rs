//! What a pond says of itself: how many are where, and whether what must hold does.

use super::{ConnectionId, ConnectionTable, slot_number};
use crate::connection::Queued;
use crate::connection::context::Env;
use crate::events::deadline::Deadline;
use crate::events::event::ConnectionCounts;
use crate::events::state::StateName;

impl<E: Env> ConnectionTable<E> {
    /// How many connections there are, and what for. Constant time, however many.
    pub fn counts(&self) -> ConnectionCounts {
        ConnectionCounts {
            open: self.connections.len(),
            waiting: Deadline::ALL.map(|deadline| self.timeouts.count(deadline)),
            ready: self.ready.len(),
            waiting_for_fd: self.waiting_for_fd.len(),
        }
    }

    /// Who there is, and in which state, in the order of the slots.
    pub fn states(&self) -> impl Iterator<Item = (ConnectionId, StateName)> {
        self.connections
            .iter()
            .map(|(_, connection)| (connection.id(), connection.state_name()))
    }

    /// Checks the invariants of `docs/design.md` that can't be seen from outside: each connection
    /// has the deadline of its state, stands once in the queue that it thinks it stands in and in
    /// no other, and sleeps only if there is nothing that it could do. For tests and the simulator.
    pub fn audit(&self) -> Result<(), String> {
        for (slot, connection) in &self.connections {
            let (slot, id) = (slot_number(slot), connection.id());
            let wanted = connection.audit();
            let deadline = self.timeouts.of(slot);
            let is_it = |one: &&ConnectionId| **one == id;
            let places =
                [&self.ready, &self.waiting_for_fd].map(|queue| queue.iter().filter(is_it).count());
            let expected = match connection.queued {
                Queued::No => [0, 0],
                Queued::Ready => [1, 0],
                Queued::WaitingForFd => [0, 1],
            };
            if id.slot != slot || wanted.ok() != deadline || places != expected {
                return Err(format!(
                    "slot {slot}: wants {wanted:?}, has {deadline:?}; is {:?}, and stands \
                     {places:?} times in the queues of the ready and the parked",
                    connection.queued
                ));
            }
        }
        Ok(())
    }
}
