//! Signals, as readiness in the loop: a signal handler of ours does nothing but leave a note.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::Signal;
use signal_hook::consts::{
    SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXFSZ,
};
use signal_hook::flag;
use signal_hook_mio::v1_0::Signals;

use crate::config::Config;
use crate::os::stop_signals;

/// Signals that ask for nothing. Without a handler each would end the process and say nothing; the
/// names are those of signal(7). SIGPIPE is not among them, since the standard library ignores it.
/// SIGQUIT and the signals of a fault (SIGSEGV, SIGABRT …) keep their meaning: an end with a core dump.
const UNUSED: &[(i32, &str)] = &[
    (SIGUSR2, "SIGUSR2"),
    (SIGALRM, "SIGALRM"),
    (SIGVTALRM, "SIGVTALRM"),
    (SIGPROF, "SIGPROF"),
    (SIGIO, "SIGIO"),
    #[cfg(target_os = "linux")]
    (Signal::POWER.as_raw(), "SIGPWR"),
    #[cfg(target_os = "linux")]
    (Signal::STKFLT.as_raw(), "SIGSTKFLT"),
];

/// The real-time signals (signal(7)), which end a process too. The C library keeps those below for
/// itself: two of them in glibc, three in musl.
#[cfg(all(target_os = "linux", not(target_env = "musl")))]
const REAL_TIME: std::ops::RangeInclusive<i32> = 34..=64;
#[cfg(all(target_os = "linux", target_env = "musl"))]
const REAL_TIME: std::ops::RangeInclusive<i32> = 35..=64;
#[cfg(not(target_os = "linux"))]
const REAL_TIME: std::ops::Range<i32> = 0..0;

/// The signals that the server listens to.
pub(super) struct SignalSource {
    signals: Signals,
    /// Set by the first signal to stop. While it is set, the next one ends the process from within
    /// its handler: not by way of the loop, which may be what hangs.
    stopping: Arc<AtomicBool>,
    /// What SIGHUP asks for.
    hangup: Request,
    /// Whether SIGUSR1 has something to write out.
    has_recorder: bool,
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// Finish what is being sent, and end. SIGHUP asks for it when the server runs in a terminal:
    /// the terminal is gone.
    Stop,
    /// The log was rotated, or the header rules were changed. SIGHUP asks for it when there is no
    /// terminal.
    Reload,
    /// Write out what the observers have recorded.
    DumpEvents,
    /// Nothing: the operator is told so.
    Nothing(i32),
}

impl SignalSource {
    pub(super) fn start(config: &Config) -> io::Result<Self> {
        let stopping = stop_signals::second_ends_at_once()?;
        // A log at its limit (setrlimit(2)) is an error of its write, not the end of the server.
        flag::register(SIGXFSZ, Arc::default())?;
        let signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGUSR1])?;
        for signal in UNUSED.iter().map(|&(signal, _)| signal).chain(REAL_TIME) {
            // A tool that runs the server may keep some of them for itself, as valgrind does.
            let _ = signals.add_signal(signal);
        }
        Ok(Self {
            signals,
            stopping,
            hangup: if io::stdin().is_terminal() {
                Request::Stop
            } else {
                Request::Reload
            },
            has_recorder: config.observing.flight_recorder.is_some(),
        })
    }

    /// What to register with the poll.
    pub(super) fn source(&mut self) -> &mut Signals {
        &mut self.signals
    }

    /// What the signals that have come ask for, in their order.
    pub(super) fn pending(&mut self) -> Vec<Request> {
        let (hangup, has_recorder) = (self.hangup, self.has_recorder);
        let request = |signal| match signal {
            SIGHUP => hangup,
            SIGINT | SIGTERM => Request::Stop,
            SIGUSR1 if has_recorder => Request::DumpEvents,
            unused => Request::Nothing(unused),
        };
        self.signals.pending().map(request).collect()
    }

    /// The server stops: the next signal to stop ends the process at once.
    pub(super) fn end_at_next(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}

/// What the operator is told of a signal that asks for nothing.
pub(super) fn unused_line(signal: i32) -> String {
    if signal == SIGUSR1 {
        return "SIGUSR1 does nothing without --flight-recorder".to_owned();
    }
    match UNUSED.iter().find(|(number, _)| *number == signal) {
        Some((_, name)) => format!("{name} does nothing here"),
        None => format!("signal {signal} does nothing here"),
    }
}
