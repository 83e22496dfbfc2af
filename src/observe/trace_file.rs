//! `--trace-file`: all events of a run, for a trace viewer.

use std::fs::File;
use std::io::{self, BufWriter};
use std::sync::Arc;
use std::time::Duration;

use super::chrome_trace::ChromeTrace;
use crate::events::event::Event;
use crate::events::id::ConnectionId;
use crate::os::console::print_notice;

/// The most bytes that are buffered before they go to the system. The end of a turn sends them
/// too.
const BUFFER: usize = 64 * 1024;

/// A file that grows with every event.
#[derive(Debug)]
pub(super) struct TraceFile {
    /// `None` once a write has failed.
    chrome: Option<ChromeTrace<BufWriter<Arc<File>>>>,
}

impl TraceFile {
    /// Begins a trace, in place of the file's content.
    pub(super) fn start(file: Arc<File>) -> Self {
        let begin = || {
            // A device or a pipe has no length to set.
            if file.metadata()?.is_file() {
                file.set_len(0)?;
            }
            let out = BufWriter::with_capacity(BUFFER, file);
            ChromeTrace::begin(out, Duration::ZERO)
        };
        Self {
            chrome: begin().inspect_err(report).ok(),
        }
    }

    /// Writes one event. Before the loop sleeps, all buffered bytes go to the system.
    pub(super) fn on_event(
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
        self.end_on_error(written);
    }

    /// A full disk ends the trace, not the server.
    fn end_on_error(&mut self, written: io::Result<()>) {
        if let Err(error) = written {
            report(&error);
            self.chrome = None;
        }
    }
}

impl Drop for TraceFile {
    /// Closes the array, also when a panic unwinds.
    fn drop(&mut self) {
        if let Some(chrome) = &mut self.chrome {
            let written = chrome.finish();
            self.end_on_error(written);
        }
    }
}

fn report(error: &io::Error) {
    print_notice(&format!("the trace file ends here: {error}"));
}
