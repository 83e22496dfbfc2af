//! One connection, watched: its last events.

use std::collections::VecDeque;
use std::time::Duration;

use crate::events::event::Event;
use crate::events::id::ConnectionId;
use crate::observe::sentence;
use crate::observe::stored_event::StoredEvent;

/// How many events are kept of a connection that is watched.
const LINES: usize = 64;

/// What is remembered of a connection while it is watched, and of no other.
#[derive(Debug)]
pub struct Timeline {
    slot: usize,
    id: Option<ConnectionId>,
    lines: VecDeque<StoredEvent>,
}

impl Timeline {
    /// Whoever is in this slot, or close behind; see [`super::LiveView::watch`].
    pub(super) fn of(slot: usize) -> Self {
        Self {
            slot,
            id: None,
            lines: VecDeque::new(),
        }
    }

    /// Somebody is there.
    pub(super) fn begin(&mut self, id: ConnectionId) {
        self.id = Some(id);
    }

    pub(super) fn on_event(&mut self, at: Duration, id: ConnectionId, event: Event, request: &str) {
        if self.id != Some(id) || event == Event::WorkEnds {
            return;
        }
        if self.lines.len() == LINES {
            self.lines.pop_front();
        }
        self.lines
            .push_back(StoredEvent::new(at, Some(id), event, request));
    }

    /// The slot that was asked for.
    pub fn slot(&self) -> usize {
        self.slot
    }

    /// Who was found.
    pub fn id(&self) -> Option<ConnectionId> {
        self.id
    }

    /// What has happened to it since, in sentences without their subject, the oldest first.
    pub fn lines(&self) -> impl Iterator<Item = (Duration, String)> {
        let line = |stored: &StoredEvent| {
            Some((
                stored.at,
                sentence::sentence(stored.event, stored.request())?,
            ))
        };
        self.lines.iter().filter_map(line)
    }
}
