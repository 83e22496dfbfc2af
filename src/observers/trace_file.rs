//! `--trace-file`: the whole run, for a trace viewer.

use std::fs::File;
use std::io::{self, BufWriter};
use std::sync::Arc;
use std::time::Duration;

use super::chrome::Chrome;
use crate::key::Key;
use crate::observer::Event;

/// So much is gathered before it goes to the system, if the turn does not end before.
const BUFFER: usize = 64 * 1024;

/// A file that grows with every event.
#[derive(Debug)]
pub struct TraceFile {
    /// `None` once a write has failed.
    chrome: Option<Chrome<BufWriter<Arc<File>>>>,
}

impl TraceFile {
    /// Begins anew, whatever was in the file.
    pub fn start(file: File) -> Self {
        let mut trace = Self { chrome: None };
        let begin = || {
            // A device or a pipe has no length to set.
            if file.metadata()?.is_file() {
                file.set_len(0)?;
            }
            Chrome::begin(
                BufWriter::with_capacity(BUFFER, Arc::new(file)),
                Duration::ZERO,
            )
        };
        match begin() {
            Ok(chrome) => trace.chrome = Some(chrome),
            Err(error) => complain(&error),
        }
        trace
    }

    /// Writes down one event; before the loop sleeps, all there is goes to the system.
    pub fn see(&mut self, at: Duration, key: Option<Key>, event: Event, request: &str) {
        let Some(chrome) = &mut self.chrome else {
            return;
        };
        let mut written = chrome.see(at, key, event, request);
        if let Event::PollBegins(_) = event {
            written = written.and_then(|()| chrome.flush());
        }
        self.settle(written);
    }

    /// A full disk ends the trace, not the server.
    fn settle(&mut self, written: io::Result<()>) {
        if let Err(error) = written {
            complain(&error);
            self.chrome = None;
        }
    }
}

impl Drop for TraceFile {
    /// The array is whole at the end, also when a panic unwinds.
    fn drop(&mut self) {
        if let Some(chrome) = &mut self.chrome {
            let written = chrome.finish();
            self.settle(written);
        }
    }
}

fn complain(error: &io::Error) {
    super::say(&format!("the trace file ends here: {error}"));
}
