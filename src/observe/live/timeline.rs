//! The last events of one connection that a viewer watches.

use std::collections::VecDeque;
use std::time::Duration;

use crate::events::event::Event;
use crate::events::id::ConnectionId;
use crate::observe::sentence::sentence;
use crate::observe::stored_event::StoredEvent;

/// How many events of a watched connection are kept.
const LINES: usize = 64;

/// The events of a connection since a viewer watches it. Connections that no viewer watches have
/// none.
#[derive(Debug)]
pub(crate) struct Timeline {
    slot: usize,
    id: Option<ConnectionId>,
    events: VecDeque<StoredEvent>,
}

impl Timeline {
    /// Waits for a connection in `slot`, or in a later slot of the same cell.
    pub(super) fn new(slot: usize) -> Self {
        Self {
            slot,
            id: None,
            events: VecDeque::new(),
        }
    }

    /// Records this connection from now on.
    pub(super) fn begin(&mut self, id: ConnectionId) {
        self.id = Some(id);
    }

    pub(super) fn on_event(&mut self, at: Duration, id: ConnectionId, event: Event, request: &str) {
        if self.id != Some(id) || event == Event::WorkEnds {
            return;
        }
        if self.events.len() == LINES {
            self.events.pop_front();
        }
        self.events
            .push_back(StoredEvent::new(at, Some(id), event, request));
    }

    /// The slot that the viewer named.
    pub(crate) fn slot(&self) -> usize {
        self.slot
    }

    /// The connection, once there is one.
    pub(crate) fn id(&self) -> Option<ConnectionId> {
        self.id
    }

    /// The events since then, as sentences without their subject, the oldest first.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (Duration, String)> {
        self.events
            .iter()
            .filter_map(|stored| Some((stored.at, sentence(stored.event, stored.request())?)))
    }
}
