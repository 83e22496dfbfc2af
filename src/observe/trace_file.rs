//! `--trace-file`: the whole run, for a trace viewer.

use std::fs::File;
use std::io::{self, BufWriter};
use std::sync::Arc;
use std::time::Duration;

use super::chrome_trace::ChromeTrace;
use crate::events::event::Event;
use crate::events::id::ConnectionId;

/// So much is gathered before it goes to the system, if the turn does not end before.
const BUFFER: usize = 64 * 1024;

/// A file that grows with every event.
#[derive(Debug)]
pub struct TraceFile {
    /// `None` once a write has failed.
    chrome: Option<ChromeTrace<BufWriter<Arc<File>>>>,
}

impl TraceFile {
    /// Begins anew, whatever was in the file.
    pub fn start(file: Arc<File>) -> Self {
        let mut trace = Self { chrome: None };
        let begin = || {
            // A device or a pipe has no length to set.
            if file.metadata()?.is_file() {
                file.set_len(0)?;
            }
            ChromeTrace::begin(BufWriter::with_capacity(BUFFER, file), Duration::ZERO)
        };
        match begin() {
            Ok(chrome) => trace.chrome = Some(chrome),
            Err(error) => print_error(&error),
        }
        trace
    }

    /// Writes down one event; before the loop sleeps, all there is goes to the system.
    pub fn on_event(
        &mut self,
        at: Duration,
        id: Option<ConnectionId>,
        event: Event,
        request: &str,
    ) {
        let Some(chrome) = &mut self.chrome else {
            return;
        };
        let mut written = chrome.on_event(at, id, event, request);
        if let Event::PollBegins(_) = event {
            written = written.and_then(|()| chrome.flush());
        }
        self.apply(written);
    }

    /// A full disk ends the trace, not the server.
    fn apply(&mut self, written: io::Result<()>) {
        if let Err(error) = written {
            print_error(&error);
            self.chrome = None;
        }
    }
}

impl Drop for TraceFile {
    /// The array is whole at the end, also when a panic unwinds.
    fn drop(&mut self) {
        if let Some(chrome) = &mut self.chrome {
            let written = chrome.finish();
            self.apply(written);
        }
    }
}

fn print_error(error: &io::Error) {
    super::say(&format!("the trace file ends here: {error}"));
}
