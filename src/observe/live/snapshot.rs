//! The latest known facts about each connection, by slot.

use crate::events::deadline::Deadline;
use crate::events::id::{ConnectionId, Peer};
use crate::events::state::StateName;

/// One connection as it is now. Times are milliseconds since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConnectionSnapshot {
    pub(crate) id: ConnectionId,
    pub(crate) peer: Peer,
    pub(crate) state: StateName,
    pub(crate) deadline: Deadline,
    pub(crate) responses: u32,
    /// When it was accepted.
    pub(crate) accepted: u64,
    /// When it entered its state.
    pub(crate) since: u64,
    /// When its deadline passes.
    pub(crate) due: u64,
}

// There is one per slot of the connection table.
const _: () = assert!(size_of::<Option<ConnectionSnapshot>>() <= 64);

/// The snapshots of all open connections.
#[derive(Debug, Default)]
pub(super) struct Snapshots {
    by_slot: Vec<Option<ConnectionSnapshot>>,
}

impl Snapshots {
    pub(super) fn insert(&mut self, snapshot: ConnectionSnapshot) {
        let slot = snapshot.id.slot as usize;
        if slot >= self.by_slot.len() {
            self.by_slot.resize(slot + 1, None);
        }
        self.by_slot[slot] = Some(snapshot);
    }

    /// `None` for a connection that is closed, also if its slot has another connection.
    pub(super) fn get_mut(&mut self, id: ConnectionId) -> Option<&mut ConnectionSnapshot> {
        let snapshot = self.by_slot.get_mut(id.slot as usize)?.as_mut();
        snapshot.filter(|snapshot| snapshot.id == id)
    }

    pub(super) fn remove(&mut self, id: ConnectionId) -> Option<ConnectionSnapshot> {
        let snapshot = self.by_slot.get_mut(id.slot as usize)?;
        snapshot.take_if(|snapshot| snapshot.id == id)
    }

    /// The first open connection in the slots from `from` to before `to`.
    pub(super) fn first_between(&self, from: usize, to: usize) -> Option<ConnectionId> {
        let slots = &self.by_slot[from.min(self.by_slot.len())..to.min(self.by_slot.len())];
        slots.iter().flatten().next().map(|snapshot| snapshot.id)
    }
}
