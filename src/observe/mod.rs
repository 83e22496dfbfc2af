//! Observers: what is made of the events in [`crate::events::event`].
//!
//! Invariant: an observer only watches. It gets events, and the loop gets no answer. But an observer
//! costs time: the loop goes on when the observer returns, and a file is written before it does.
//!
//! Must not know: the connection table, the server, and how the live view is served
//! ([`crate::admin`]).
//!
//! Read in this order: this file ([`Observers`], which hands each event to the observers that the
//! options name), `sentence` (an event in words), `trace` (sentences on standard error),
//! `chrome_trace` with `chrome_args` and `json` (events for a trace viewer), `trace_file`,
//! `stored_event` and `flight_recorder` (where these go), [`live`] (the loop as it is now),
//! [`invariants`] (for tests: what must hold).

mod chrome_args;
mod chrome_trace;
mod flight_recorder;
pub mod invariants;
pub(crate) mod json;
pub mod live;
mod private_file;
mod sentence;
mod stored_event;
mod trace;
mod trace_file;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::flight_recorder::FlightRecorder;
use self::live::{HasLiveView, LiveView};
use self::trace::Trace;
use self::trace_file::TraceFile;
use crate::config::{Config, Observing};
use crate::error::Error;
use crate::events::event::{Event, Observer};
use crate::events::id::ConnectionId;
use crate::http::status::Status;
use crate::log::escape;
use crate::os::file_identity::FileIdentity;

/// The observers that the options name. Reads the clock once per event.
#[derive(Debug)]
pub struct Observers {
    /// The start of all times in traces.
    start: Instant,
    /// The turn's time on the server's clock, on which deadlines come.
    now: Duration,
    trace: Option<Trace>,
    trace_file: Option<TraceFile>,
    recorder: Option<FlightRecorder>,
    view: Option<LiveView>,
    /// The files that the others write to. They stay open for as long as their identities are given.
    files: Vec<Arc<File>>,
}

impl Observers {
    /// Opens the files of the observers. To be called before the process enters a sandbox.
    pub fn open(config: &Config) -> Result<Self, Error> {
        let options = &config.observing;
        let mut files = Vec::new();
        let mut open = |path: &Path| {
            let log = config.log_path();
            let opened = private_file::open(path, &config.root, |identity| {
                let is_log =
                    log.is_some_and(|log| log.metadata().is_ok_and(|it| identity == (&it).into()));
                is_log || identities(&files).any(|other| other == identity)
            });
            let file = Arc::new(opened.map_err(|source| Error::Observing {
                path: path.to_owned(),
                source,
            })?);
            files.push(Arc::clone(&file));
            Ok(file)
        };
        let trace_file = options.trace_file.as_deref().map(&mut open).transpose()?;
        let recorder = options.flight_recorder.as_deref().map(&mut open);
        let recorder = recorder.transpose()?;
        let trace = options.trace.map(Trace::start).transpose();
        Ok(Self {
            start: Instant::now(),
            now: Duration::ZERO,
            trace: trace.map_err(Error::Setup)?,
            trace_file: trace_file.map(TraceFile::start),
            recorder: recorder.map(FlightRecorder::new),
            view: options.admin.as_ref().map(|_| LiveView::default()),
            files,
        })
    }

    /// The identities of the files that are written to. The document root must not serve them.
    pub fn files(&self) -> Vec<FileIdentity> {
        identities(&self.files).collect()
    }

    /// Whether any observer uses the text of requests.
    fn needs_requests(&self) -> bool {
        self.trace.is_some()
            || self.trace_file.is_some()
            || self.recorder.is_some()
            || self.view.as_ref().is_some_and(LiveView::is_watching)
    }

    /// Not inlined: the loop calls it in a hundred places, and the copies would be most of the
    /// program.
    #[inline(never)]
    fn on_event(&mut self, id: Option<ConnectionId>, event: Event, request: &str) {
        let at = self.start.elapsed();
        if let Some(file) = &mut self.trace_file {
            file.on_event(at, id, event, request);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.on_event(at, id, event, request);
        }
        if let Some(view) = &mut self.view {
            view.on_event(at, id, event, request);
        }
        // The trace comes last, because it may sleep.
        if let Some(trace) = &mut self.trace {
            trace.on_event(at, id, event, request);
        }
    }
}

fn identities(files: &[Arc<File>]) -> impl Iterator<Item = FileIdentity> {
    let metadata = files.iter().map(|file| file.metadata());
    metadata.flatten().map(|it| FileIdentity::from(&it))
}

impl Observer for Observers {
    fn event(&mut self, id: Option<ConnectionId>, mut event: Event) {
        match &mut event {
            Event::TurnBegins(now, _) => self.now = now.monotonic,
            // The time that is left, because the server's clock has another start than ours.
            Event::DeadlineSet(_, due) => *due = due.saturating_sub(self.now),
            _ => {}
        }
        self.on_event(id, event, "");
    }

    fn responds(&mut self, id: ConnectionId, method: &str, target: &str, status: Status) {
        let mut request = String::new();
        if self.needs_requests() {
            escape::append_request(&mut request, method, target);
        }
        self.on_event(Some(id), Event::Responds(status), &request);
    }
}

impl HasLiveView for Observers {
    fn view(&mut self) -> Option<&mut LiveView> {
        self.view.as_mut()
    }
}

/// The lines about the observers that the server prints when it starts.
pub fn notices(options: &Observing) -> Vec<String> {
    let mut notices = Vec::new();
    if let Some(pause) = options.trace.filter(|pause| !pause.is_zero()) {
        let pause = pause.as_secs_f64();
        notices.push(format!(
            "slow motion: nobody is served for {pause} s after each line of the trace"
        ));
    }
    if let Some(path) = &options.trace_file {
        let path = path.display();
        notices.push(format!(
            "every event goes to '{path}', which grows without end; open it in ui.perfetto.dev"
        ));
    }
    if let Some(path) = &options.flight_recorder {
        let (path, process) = (path.display(), std::process::id());
        notices.push(format!(
            "kill -USR1 {process} writes the last events to '{path}', and so does a panic"
        ));
    }
    notices
}

#[cfg(test)]
mod tests;
