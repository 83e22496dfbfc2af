//! One connection, watched: its last events.

use std::collections::VecDeque;
use std::time::Duration;

use crate::key::Key;
use crate::observer::Event;
use crate::observers::event::Kept;
use crate::observers::words;

/// How many events are kept of a connection that is watched.
const LINES: usize = 64;

/// What is remembered of a connection while it is watched, and of no other.
#[derive(Debug)]
pub struct Watch {
    slot: usize,
    key: Option<Key>,
    lines: VecDeque<Kept>,
}

impl Watch {
    /// Whoever is in this slot, or close behind; see [`super::View::watch`].
    pub(super) fn of(slot: usize) -> Self {
        Self {
            slot,
            key: None,
            lines: VecDeque::new(),
        }
    }

    /// Somebody is there.
    pub(super) fn begin(&mut self, key: Key) {
        self.key = Some(key);
    }

    pub(super) fn see(&mut self, at: Duration, key: Key, event: Event, request: &str) {
        if self.key != Some(key) || event == Event::WorkEnds {
            return;
        }
        if self.lines.len() == LINES {
            self.lines.pop_front();
        }
        self.lines
            .push_back(Kept::new(at, Some(key), event, request));
    }

    /// The slot that was asked for.
    pub fn slot(&self) -> usize {
        self.slot
    }

    /// Who was found.
    pub fn key(&self) -> Option<Key> {
        self.key
    }

    /// What has happened to it since, in sentences without their subject, the oldest first.
    pub fn lines(&self) -> impl Iterator<Item = (Duration, String)> {
        let line = |kept: &Kept| Some((kept.at, words::sentence(kept.event, kept.request())?));
        self.lines.iter().filter_map(line)
    }
}
