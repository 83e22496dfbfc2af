//! `--flight-recorder`: the last events, written down when someone asks or when all is lost.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufWriter, Seek as _};
use std::sync::Arc;
use std::time::Duration;

use super::chrome::Chrome;
use super::event::Event;
use crate::key::Key;

/// How many events are kept: about ten thousand requests, in about 16 MiB.
const KEPT: usize = 128 * 1024;

// With a request's text, one of which comes with a dozen events, it stays below 20 MiB.
const _: () = assert!(KEPT * size_of::<Record>() <= 17 * 1024 * 1024);

#[derive(Debug)]
struct Record {
    at: Duration,
    key: Option<Key>,
    event: Event<'static>,
    text: Option<Box<str>>,
}

/// A ring of events.
#[derive(Debug)]
pub struct Recorder {
    file: Arc<File>,
    ring: VecDeque<Record>,
}

impl Recorder {
    /// Nothing is written yet: the file may hold what an earlier run left.
    pub fn new(file: File) -> Self {
        Self {
            file: Arc::new(file),
            ring: VecDeque::new(),
        }
    }

    /// Keeps one event, and forgets the oldest if there are too many.
    pub fn see(&mut self, at: Duration, key: Option<Key>, event: Event) {
        if self.ring.len() == KEPT {
            self.ring.pop_front();
        }
        let (event, text) = event.without_text();
        self.ring.push_back(Record {
            at,
            key,
            event,
            text,
        });
        if event == Event::Asked {
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
        let mut chrome = Chrome::begin(BufWriter::new(self.file.clone()), first)?;
        for record in &self.ring {
            let event = record.event.with_text(record.text.as_deref());
            chrome.see(record.at, record.key, event)?;
        }
        chrome.finish()
    }
}

impl Drop for Recorder {
    /// A panic is on its way to the end of the process: this is what came before it.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.write_out();
        }
    }
}

#[cfg(test)]
mod tests;
