//! Signals, as readiness in the loop: no handler of ours does anything but take note.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGXFSZ};
use signal_hook::flag;
use signal_hook_mio::v1_0::Signals;

use super::{Server, diagnose};
use crate::config::Config;
use crate::observer::Event;
use crate::observers::view::Viewed;
use crate::stop_signals;

/// How long responses may still be sent after a signal to stop.
pub const STOP_WITHIN: Duration = Duration::from_secs(5);

/// The signals that the server listens to.
pub(super) struct Watch {
    signals: Signals,
    /// Set by the first signal to stop; with it set, the next one ends the process from within
    /// its handler. It does not take the way through the loop, which may be what hangs.
    stopping: Arc<AtomicBool>,
    hangup: Hangup,
}

/// What SIGHUP means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hangup {
    /// The terminal is gone, and the server goes with it.
    Stop,
    /// To a server without a terminal: the log has been rotated.
    ReopenLog,
}

impl Watch {
    pub(super) fn start(config: &Config) -> io::Result<Self> {
        let stopping = stop_signals::second_ends_at_once()?;
        // A log at its limit (setrlimit(2)) is an error of its write, not the end of the server.
        flag::register(SIGXFSZ, Arc::default())?;
        let mut signals = vec![SIGINT, SIGTERM, SIGHUP];
        // Without a recorder nothing would come of it, and it keeps its meaning: the end.
        if config.observing.flight_recorder.is_some() {
            signals.push(SIGUSR1);
        }
        Ok(Self {
            signals: Signals::new(signals)?,
            stopping,
            hangup: if io::stdin().is_terminal() {
                Hangup::Stop
            } else {
                Hangup::ReopenLog
            },
        })
    }

    /// What to register with the poll.
    pub(super) fn source(&mut self) -> &mut Signals {
        &mut self.signals
    }
}

impl<O: Viewed> Server<O> {
    pub(super) fn handle_signals(&mut self) {
        let received: Vec<_> = self.signals.signals.pending().collect();
        for signal in received {
            if signal == SIGHUP && self.signals.hangup == Hangup::ReopenLog {
                self.reopen_log();
            } else if signal == SIGUSR1 {
                self.pond.shared_mut().observer.event(None, Event::Asked);
            } else if self.stop_by.is_none() {
                self.begin_stop();
            }
        }
    }

    fn begin_stop(&mut self) {
        self.signals.stopping.store(true, Ordering::Relaxed);
        self.listeners.close();
        if let Some(admin) = &mut self.admin {
            admin.close_listener();
        }
        self.stop_by = Some(self.pond.shared().clock.now().monotonic + STOP_WITHIN);
        self.pond.stop();
        // What comes now may be cut off by a second signal; what has come so far may not.
        self.write_log();
    }

    /// Rows that wait belong to the old file; then the new one takes over.
    fn reopen_log(&mut self) {
        self.write_log();
        let Some(file) = &mut self.log_file else {
            return;
        };
        let shared = self.pond.shared_mut();
        let mut notices = Vec::new();
        match file.reopen(shared.clock.now().wall, &mut notices) {
            Ok(()) => notices.push("the log was opened anew".to_owned()),
            Err(error) => notices.push(format!(
                "cannot open the log anew: {error}; the old file stays in use"
            )),
        }
        shared.documents.never_serve(file.identities());
        for notice in notices {
            diagnose(&mut self.diagnostics, &notice);
        }
    }
}
