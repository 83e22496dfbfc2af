//! `--flight-recorder`: the last events, written to a file at a signal or at a panic.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufWriter, Seek as _};
use std::sync::Arc;
use std::time::Duration;

use super::chrome_trace::ChromeTrace;
use super::stored_event::StoredEvent;
use crate::events::event::Event;
use crate::events::id::ConnectionId;
use crate::os::console::print_notice;

/// How many events are kept: those of about ten thousand requests, in about 16 MiB.
const RING: usize = 128 * 1024;

// One event in about a dozen carries the text of a request: with these texts the ring stays below
// 20 MiB.
const _: () = assert!(RING * size_of::<StoredEvent>() <= 17 * 1024 * 1024);

/// A ring of events.
#[derive(Debug)]
pub(super) struct FlightRecorder {
    file: Arc<File>,
    ring: VecDeque<StoredEvent>,
}

impl FlightRecorder {
    /// Writes nothing to `file` yet: it may hold the events of an earlier run.
    pub(super) fn new(file: impl Into<Arc<File>>) -> Self {
        Self {
            file: file.into(),
            ring: VecDeque::new(),
        }
    }

    /// Keeps one event, and forgets the oldest if the ring is full.
    pub(super) fn on_event(
        &mut self,
        at: Duration,
        id: Option<ConnectionId>,
        event: Event,
        request: &str,
    ) {
        if self.ring.len() == RING {
            self.ring.pop_front();
        }
        self.ring
            .push_back(StoredEvent::new(at, id, event, request));
        if event == Event::DumpRequested {
            self.dump();
        }
    }

    fn dump(&mut self) {
        match self.write() {
            Ok(()) => print_notice(&format!("wrote the last {} events", self.ring.len())),
            Err(error) => print_notice(&format!("cannot write the recorded events: {error}")),
        }
    }

    fn write(&mut self) -> io::Result<()> {
        if self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
            self.file.rewind()?;
        }
        let first = self.ring.front().map_or(Duration::ZERO, |stored| stored.at);
        let mut chrome = ChromeTrace::begin(BufWriter::new(self.file.clone()), first)?;
        for stored in &self.ring {
            chrome.on_event(stored.at, stored.id, stored.event, stored.request())?;
        }
        chrome.finish()
    }
}

impl Drop for FlightRecorder {
    /// Writes the events that came before a panic.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.dump();
        }
    }
}

#[cfg(test)]
mod tests;
