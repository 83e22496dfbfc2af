//! Signals, as readiness in the loop: a signal handler of ours does nothing but leave a note.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGXFSZ};
use signal_hook::flag;
use signal_hook_mio::v1_0::Signals;

use crate::config::Config;
use crate::os::stop_signals;

/// The signals that the server listens to.
pub(super) struct SignalSource {
    signals: Signals,
    /// Set by the first signal to stop. While it is set, the next one ends the process from within
    /// its handler: not by way of the loop, which may be what hangs.
    stopping: Arc<AtomicBool>,
    /// What SIGHUP asks for.
    hangup: Request,
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// Finish what is being sent, and end. SIGHUP asks for it when the server runs in a terminal:
    /// the terminal is gone.
    Stop,
    /// The log was rotated. SIGHUP asks for it when there is no terminal.
    ReopenLog,
    /// Write out what the observers have recorded.
    DumpEvents,
}

impl SignalSource {
    pub(super) fn start(config: &Config) -> io::Result<Self> {
        let stopping = stop_signals::second_ends_at_once()?;
        // A log at its limit (setrlimit(2)) is an error of its write, not the end of the server.
        flag::register(SIGXFSZ, Arc::default())?;
        let mut signals = vec![SIGINT, SIGTERM, SIGHUP];
        // Without a recorder there is nothing to write, and the signal keeps its meaning: the end.
        if config.observing.flight_recorder.is_some() {
            signals.push(SIGUSR1);
        }
        Ok(Self {
            signals: Signals::new(signals)?,
            stopping,
            hangup: if io::stdin().is_terminal() {
                Request::Stop
            } else {
                Request::ReopenLog
            },
        })
    }

    /// What to register with the poll.
    pub(super) fn source(&mut self) -> &mut Signals {
        &mut self.signals
    }

    /// What the signals that have come ask for, in their order.
    pub(super) fn pending(&mut self) -> Vec<Request> {
        let hangup = self.hangup;
        let request = |signal| match signal {
            SIGHUP => hangup,
            SIGUSR1 => Request::DumpEvents,
            _ => Request::Stop,
        };
        self.signals.pending().map(request).collect()
    }

    /// The server stops: the next signal to stop ends the process at once.
    pub(super) fn end_at_next(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}
