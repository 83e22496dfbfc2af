//! One connection, watched: its last events.

use std::collections::VecDeque;
use std::time::Duration;

use crate::key::Key;
use crate::observers::event::Event;
use crate::observers::words;

/// How many events are kept of a connection that is watched.
const KEPT: usize = 64;

/// One event, in words when it is shown.
#[derive(Debug)]
pub struct Line {
    /// When, counted from the start.
    pub at: Duration,
    event: Event<'static>,
    text: Option<Box<str>>,
}

impl Line {
    /// What happened, in a sentence without its subject.
    pub fn sentence(&self) -> Option<String> {
        words::sentence(self.event.with_text(self.text.as_deref()))
    }
}

/// What is remembered of a connection while it is watched, and of no other.
#[derive(Debug)]
pub struct Watch {
    slot: usize,
    key: Option<Key>,
    lines: VecDeque<Line>,
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

    pub(super) fn see(&mut self, at: Duration, key: Key, event: Event) {
        if self.key != Some(key) || event == Event::WorkEnds {
            return;
        }
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        let (event, text) = event.without_text();
        self.lines.push_back(Line { at, event, text });
    }

    /// The slot that was asked for.
    pub fn slot(&self) -> usize {
        self.slot
    }

    /// Who was found.
    pub fn key(&self) -> Option<Key> {
        self.key
    }

    /// What has happened to it since, the oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter()
    }
}
