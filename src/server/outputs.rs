//! What the server writes besides responses: request lines on standard output, diagnostics on
//! standard error, rows in the log.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use super::log_sink::LogSink;
use crate::connection::context::{Env, LoopContext};
use crate::files::DocumentRoot;
use crate::log::file::LogFile;
use crate::os::bind::Endpoint;
use crate::os::console::Console;
use crate::os::file_identity::FileIdentity;

/// Lines that their reader does not take are tried again after this time.
const CONSOLE_RETRY: Duration = Duration::from_millis(100);

/// A shortage of descriptors is mentioned at most so often.
const WARN_EVERY: Duration = Duration::from_secs(1);

/// The two standard streams and the log.
pub(super) struct Outputs {
    output: Console,
    diagnostics: Console,
    log: LogSink,
    /// Files that others of the server's parts write to.
    private_files: Vec<FileIdentity>,
    /// When a shortage of descriptors was mentioned last.
    warned_at: Option<Duration>,
}

impl Outputs {
    /// The standard streams, and no log yet.
    pub(super) fn open() -> io::Result<Self> {
        Ok(Self {
            output: Console::standard_output()?,
            diagnostics: Console::standard_error()?,
            log: LogSink::Off,
            private_files: Vec::new(),
            warned_at: None,
        })
    }

    /// From now on rows go to this file.
    pub(super) fn set_log_file(&mut self, file: LogFile) {
        self.log = LogSink::File(file);
    }

    /// From now on rows go to standard output, and nothing else does.
    pub(super) fn log_to_standard_output(&mut self, has_header: bool) {
        self.log = LogSink::to_standard_output(&mut self.output, has_header);
    }

    /// From now on these files are among [`Outputs::identities`]. The caller keeps them open.
    pub(super) fn add_private_files(&mut self, files: impl IntoIterator<Item = FileIdentity>) {
        self.private_files.extend(files);
    }

    /// All files that the server writes to. The document root must not serve them.
    pub(super) fn identities(&self) -> Vec<FileIdentity> {
        let streams = [&self.output, &self.diagnostics];
        let streams = streams.into_iter().filter_map(Console::file_identity);
        let mut files: Vec<FileIdentity> = streams.collect();
        files.extend(&self.private_files);
        if let LogSink::File(log) = &self.log {
            files.extend(log.identities());
        }
        files
    }

    /// Writes one line to standard error.
    pub(super) fn diagnose(&mut self, line: &str) {
        self.diagnostics
            .print(format!("millpond: {line}\n").as_bytes());
    }

    /// Tells standard output where the server listens; standard error, if the log goes to standard
    /// output.
    pub(super) fn announce(&mut self, endpoint: Endpoint) {
        let address = endpoint.address;
        let (port, reach) = (address.port(), endpoint.reach());
        let line = format!("Listening on port {port}{reach}: http://{address}/\n");
        let console = match self.log {
            LogSink::StandardOutput(_) => &mut self.diagnostics,
            LogSink::Off | LogSink::File(_) => &mut self.output,
        };
        console.print(line.as_bytes());
    }

    /// Writes the lines and the rows whose time has come, and what its reader did not take before.
    pub(super) fn write_due<E: Env<Documents = DocumentRoot>>(
        &mut self,
        context: &mut LoopContext<E>,
    ) {
        let now = context.clock.now().monotonic;
        let is_due = |at: Option<Duration>| at.is_some_and(|at| at <= now);
        if is_due(context.lines.due()) {
            self.print_lines(context);
        } else if self.output.is_waiting() {
            self.output.flush();
        }
        if self.diagnostics.is_waiting() {
            self.diagnostics.flush();
        }
        if is_due(context.log.due()) || is_due(self.log.retry_at()) {
            self.write_log(context);
        }
    }

    /// When there is something to write, on the monotonic clock.
    pub(super) fn next_timeout<E: Env>(&self, context: &LoopContext<E>) -> Option<Duration> {
        let is_waiting = self.output.is_waiting() || self.diagnostics.is_waiting();
        let retry = is_waiting.then(|| context.clock.elapsed() + CONSOLE_RETRY);
        [
            context.lines.due(),
            context.log.due(),
            self.log.retry_at(),
            retry,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    pub(super) fn print_lines<E: Env>(&mut self, context: &mut LoopContext<E>) {
        self.output.print(context.lines.as_bytes());
        context.lines.clear(context.clock.now().monotonic);
    }

    pub(super) fn write_log<E: Env<Documents = DocumentRoot>>(
        &mut self,
        context: &mut LoopContext<E>,
    ) {
        let rows = context.log.take();
        if rows.is_empty() && self.log.retry_at().is_none() {
            return;
        }
        let now = context.clock.now().monotonic;
        let mut notices = Vec::new();
        self.log.write(&rows, now, &mut self.output, &mut notices);
        context.log.give_back(rows);
        // The file may be another than before, if the old one was deleted.
        context.documents.never_serve(self.identities());
        self.diagnose_all(notices);
    }

    /// Writes the last rows, after the loop has ended. What can't be written within a second is lost.
    pub(super) fn finish_log<E: Env>(&mut self, context: &mut LoopContext<E>) {
        let rows = context.log.take();
        let now = context.clock.now().monotonic;
        let mut notices = Vec::new();
        self.log.finish(&rows, now, &mut self.output, &mut notices);
        self.diagnose_all(notices);
    }

    /// Opens the log again, as after a rotation. Rows that wait belong to the old file, so they are
    /// written first.
    pub(super) fn reopen_log<E: Env<Documents = DocumentRoot>>(
        &mut self,
        context: &mut LoopContext<E>,
    ) {
        self.write_log(context);
        let mut notices = Vec::new();
        self.log.reopen(context.clock.now().wall, &mut notices);
        context.documents.never_serve(self.identities());
        self.diagnose_all(notices);
    }

    fn diagnose_all(&mut self, lines: Vec<String>) {
        for line in lines {
            self.diagnose(&line);
        }
    }

    /// Says that connections cannot be accepted beyond the `open` ones, at most once a second.
    pub(super) fn warn_of_shortage(&mut self, error: &io::Error, open: usize, now: Duration) {
        let is_due = |last| now.saturating_sub(last) >= WARN_EVERY;
        if self.warned_at.is_none_or(is_due) {
            self.warned_at = Some(now);
            self.diagnose(&format!("cannot accept beyond {open} connections: {error}"));
        }
    }

    /// How many rows of the log are lost.
    pub(super) fn rows_lost(&self) -> u64 {
        self.log.rows_lost(&self.output)
    }

    /// The last line: `summary`, and what was lost. What still waits for a reader is lost then.
    pub(super) fn log_summary(&mut self, mut summary: String) {
        let untaken = self.output.untaken();
        let (rows, lines) = match self.log {
            LogSink::StandardOutput(_) => (untaken, 0),
            LogSink::Off | LogSink::File(_) => (self.rows_lost(), untaken),
        };
        // Writing to a String can't fail.
        if rows > 0 {
            let _ = write!(summary, "; {rows} log rows lost");
        }
        if lines > 0 {
            let _ = write!(summary, "; {lines} lines of output lost");
        }
        self.diagnose(&summary);
    }
}
