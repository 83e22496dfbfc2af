//! A place in the table: a connection, and what the table remembers of it.

use crate::connection::Connection;
use crate::connection::context::Env;
use crate::events::id::ConnectionId;

/// A connection and its place. 64 bytes in the server: every idle connection costs this, and a
/// [`Link`](super::timeouts) of 16.
pub(super) struct Slot<E: Env> {
    pub(super) connection: Connection<E>,
    /// Tells this connection from earlier ones in the same slot.
    pub(super) generation: u32,
    /// The queue that it stands in: here, so that it is known without searching the queues.
    pub(super) queued: Queued,
    /// Whether an idle connection was evicted for the file that this one waits for. That is done
    /// once per request.
    pub(super) has_evicted: bool,
}

/// Which of the table's queues a connection stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Queued {
    /// In none: it waits for its socket or its deadline.
    No,
    /// In the ready queue.
    Ready,
    /// Among those that wait for a descriptor.
    WaitingForFd,
}

impl<E: Env> Slot<E> {
    pub(super) fn new(connection: Connection<E>, generation: u32) -> Self {
        Self {
            connection,
            generation,
            queued: Queued::No,
            has_evicted: false,
        }
    }
}

/// The id of the connection in the slot of this index.
pub(super) fn id_of<E: Env>(index: usize, slot: &Slot<E>) -> ConnectionId {
    ConnectionId {
        slot: number(index),
        generation: slot.generation,
    }
}

/// An index of the slab as it stands in a [`ConnectionId`]. The bound on connections keeps it far
/// below 2³².
pub(super) fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
