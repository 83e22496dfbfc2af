//! Observers: what can be made of the events that [`crate::events::event`] tells of.
//!
//! [`Observers`] is the one that the server is built with when any of its options is on. It reads
//! the clock once for each event, and hands the event on to those of its parts that were asked for.

mod chrome_args;
pub mod chrome_trace;
pub mod flight_recorder;
pub mod invariants;
pub mod live;
mod private_file;
mod sentence;
mod stored_event;
pub mod trace;
pub mod trace_file;

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
use crate::os::console::Console;
use crate::os::file_identity::FileIdentity;

/// Everything that watches.
#[derive(Debug)]
pub struct Observers {
    /// What times count from.
    start: Instant,
    /// The turn's time on the server's clock, which deadlines are told on.
    now: Duration,
    trace: Option<Trace>,
    trace_file: Option<TraceFile>,
    recorder: Option<FlightRecorder>,
    view: Option<LiveView>,
    /// The files that the others write to. They stay open for as long as their identities are given.
    files: Vec<Arc<File>>,
}

impl Observers {
    /// Opens what was asked for. To be called before a sandbox is entered.
    pub fn open(config: &Config) -> Result<Self, Error> {
        let asked = &config.observing;
        let mut files = Vec::new();
        let mut open = |path: &Path| match private_file::open(path, &config.root) {
            Ok(file) => {
                let file = Arc::new(file);
                files.push(Arc::clone(&file));
                Ok(file)
            }
            Err(source) => Err(Error::Observing {
                path: path.to_owned(),
                source,
            }),
        };
        let trace_file = asked.trace_file.as_deref().map(&mut open).transpose()?;
        let recorder = asked.flight_recorder.as_deref().map(&mut open);
        let recorder = recorder.transpose()?;
        let trace = asked.trace.map(Trace::start).transpose();
        Ok(Self {
            start: Instant::now(),
            now: Duration::ZERO,
            trace: trace.map_err(Error::Setup)?,
            trace_file: trace_file.map(TraceFile::start),
            recorder: recorder.map(FlightRecorder::new),
            view: asked.admin.map(|_| LiveView::default()),
            files,
        })
    }

    /// The identities of the files that are written to. The document root must not serve them.
    pub fn files(&self) -> Vec<FileIdentity> {
        let metadata = self.files.iter().map(|file| file.metadata());
        metadata
            .flatten()
            .map(|it| FileIdentity::from(&it))
            .collect()
    }

    /// Whether anybody wants to know what is asked for, in words.
    fn wants_requests(&self) -> bool {
        self.trace.is_some()
            || self.trace_file.is_some()
            || self.recorder.is_some()
            || self.view.as_ref().is_some_and(LiveView::is_watching)
    }

    /// Called from a hundred places in the loop: copies of it would be most of the program.
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
        // Last, since it may take its time.
        if let Some(trace) = &mut self.trace {
            trace.on_event(at, id, event, request);
        }
    }
}

impl Observer for Observers {
    fn event(&mut self, id: Option<ConnectionId>, mut event: Event) {
        match &mut event {
            Event::TurnBegins(now, _) => self.now = now.monotonic,
            // Told from now on, since the server's clock is not ours.
            Event::DeadlineSet(_, due) => *due = due.saturating_sub(self.now),
            _ => {}
        }
        self.on_event(id, event, "");
    }

    fn responds(&mut self, id: ConnectionId, method: &str, target: &str, status: Status) {
        let mut request = String::new();
        if self.wants_requests() {
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

/// What the server says of it at the start, a line each.
pub fn notices(asked: &Observing) -> Vec<String> {
    let mut notices = Vec::new();
    if let Some(pause) = asked.trace.filter(|pause| !pause.is_zero()) {
        let pause = pause.as_secs_f64();
        notices.push(format!(
            "slow motion: nobody is served for {pause} s after each line of the trace"
        ));
    }
    if let Some(path) = &asked.trace_file {
        let path = path.display();
        notices.push(format!(
            "every event goes to '{path}', which grows without end; open it in ui.perfetto.dev"
        ));
    }
    if let Some(path) = &asked.flight_recorder {
        let (path, process) = (path.display(), std::process::id());
        notices.push(format!(
            "kill -USR1 {process} writes the last events to '{path}', and so does a panic"
        ));
    }
    notices
}

/// One line on standard error, if somebody reads it.
fn say(line: &str) {
    if let Ok(mut console) = Console::standard_error() {
        console.print(format!("millpond: {line}\n").as_bytes());
    }
}

#[cfg(test)]
mod tests;
