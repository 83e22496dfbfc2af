//! `--flight-recorder`: the last events, written down when someone asks or when all is lost.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufWriter, Seek as _};
use std::sync::Arc;
use std::time::Duration;

use super::chrome_trace::ChromeTrace;
use super::stored_event::StoredEvent;
use crate::events::event::Event;
use crate::events::id::ConnectionId;

/// How many events are kept: about ten thousand requests, in about 16 MiB.
const RING: usize = 128 * 1024;

// With a request's text, one of which comes with a dozen events, it stays below 20 MiB.
const _: () = assert!(RING * size_of::<StoredEvent>() <= 17 * 1024 * 1024);

/// A ring of events.
#[derive(Debug)]
pub struct FlightRecorder {
    file: Arc<File>,
    ring: VecDeque<StoredEvent>,
}

impl FlightRecorder {
    /// Nothing is written yet: the file may hold what an earlier run left.
    pub fn new(file: impl Into<Arc<File>>) -> Self {
        Self {
            file: file.into(),
            ring: VecDeque::new(),
        }
    }

    /// Keeps one event, and forgets the oldest if there are too many.
    pub fn on_event(
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
            self.write_out();
        }
    }

    fn write_out(&mut self) {
        match self.write() {
            Ok(()) => super::say(&format!("wrote the last {} events", self.ring.len())),
            Err(error) => super::say(&format!("cannot write the recorded events: {error}")),
        }
    }

    fn write(&mut self) -> io::Result<()> {
        if self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
            self.file.rewind()?;
        }
        let first = self.ring.front().map_or(Duration::ZERO, |record| record.at);
        let mut chrome = ChromeTrace::begin(BufWriter::new(self.file.clone()), first)?;
        for record in &self.ring {
            chrome.on_event(record.at, record.id, record.event, record.request())?;
        }
        chrome.finish()
    }
}

impl Drop for FlightRecorder {
    /// A panic is on its way to the end of the process: this is what came before it.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.write_out();
        }
    }
}

#[cfg(test)]
mod tests;
