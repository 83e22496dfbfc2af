//! The shell around the pond: mio's `Poll`, the listeners, signals, the log's file. Here the
//! kernel's events become calls on the pond; nothing below this level knows where they came from.

mod admission;
mod reporting;
mod signals;
mod source;
mod starting;
mod viewing;

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Poll};

pub use self::signals::STOP_WITHIN;
use self::signals::Watch;
use self::source::{Source, readiness};
use crate::admin::Admin;
#[cfg(not(debug_assertions))]
use crate::connection::Connection;
use crate::console::Console;
use crate::error::Error;
use crate::listeners::Listeners;
use crate::log_file::LogFile;
use crate::observer::Event;
use crate::observers::view::Viewed;
use crate::pond::Pond;
use crate::resource::DocumentRoot;
use crate::shared::Env;

/// How many events one call to the kernel may bring.
const EVENTS: usize = 1024;

/// Lines that wait for their reader are tried again after this time.
const CONSOLE_RETRY: Duration = Duration::from_millis(100);

/// What the server's pond is made of.
#[derive(Debug)]
pub struct Live<O>(std::marker::PhantomData<O>);

impl<O: Viewed> Env for Live<O> {
    type File = std::fs::File;
    type Transport = TcpStream;
    type Documents = DocumentRoot;
    type Observer = O;
}

/// A server, listening.
pub struct Server<O: Viewed> {
    poll: Poll,
    listeners: Listeners,
    signals: Watch,
    admin: Option<Admin>,
    /// When the stop is over, whoever is still there.
    stop_by: Option<Duration>,
    pond: Pond<Live<O>>,
    log_file: Option<LogFile>,
    output: Console,
    diagnostics: Console,
    warned_at: Option<Duration>,
}

impl<O: Viewed> Server<O> {
    /// The addresses that are listened on, with their real ports.
    pub fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.listeners.addresses()
    }

    /// One line on standard error.
    pub fn diagnose(&mut self, line: &str) {
        diagnose(&mut self.diagnostics, line);
    }

    /// Serves until a signal ends it.
    pub fn run(&mut self) -> Result<(), Error> {
        let mut events = Events::with_capacity(EVENTS);
        while !self.is_over() {
            let timeout = self.timeout();
            self.pond
                .shared_mut()
                .observer
                .event(None, Event::PollBegins(timeout));
            match self.poll.poll(&mut events, timeout) {
                Ok(()) => {}
                // A signal that we don't handle, or a pause of the whole process. Deadlines wait
                // for the next round: what came during the pause is to be seen first.
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(Error::Poll(error)),
            }
            self.turn(&events);
        }
        self.pond.close_all();
        self.print_lines();
        self.write_log();
        self.say_goodbye();
        Ok(())
    }

    /// One turn of the loop. The order is deliberate: those inside come before newcomers, because
    /// each that leaves frees a descriptor; deadlines come after events, because a request that
    /// came in time must not lose to its deadline; the log comes last, with all rows of the turn.
    fn turn(&mut self, events: &Events) {
        self.pond.begin_turn();
        let shared = self.pond.shared_mut();
        let now = shared.clock.now();
        let count = match shared.observer.view() {
            Some(_) => viewing::events_of_clients(events),
            None => events.iter().count(),
        };
        shared.observer.event(None, Event::TurnBegins(now, count));
        for event in events {
            match Source::of(event.token()) {
                Source::Connection(key) => self.pond.event(key, readiness(event)),
                Source::Listener(index) => self.listeners.note(index),
                Source::Signals => self.handle_signals(),
                Source::Admin | Source::Viewer(_) => self.note_viewer(event.token()),
            }
        }
        self.pond.run_ready();
        self.accept();
        self.pond.expire();
        self.write_out();
        self.show();
        self.pond.end_turn();
        let census = self.pond.census();
        self.pond
            .shared_mut()
            .observer
            .event(None, Event::TurnEnds(census));
    }

    /// How long the kernel may let us sleep.
    fn timeout(&mut self) -> Option<Duration> {
        let viewers = self.viewers_wake_at();
        let shared = self.pond.shared();
        let now = shared.clock.elapsed();
        let log = self.log_file.as_ref().and_then(|_| shared.log.due());
        let console = self.output.is_waiting() || self.diagnostics.is_waiting();
        let accept = self
            .listeners
            .is_open(now, self.pond.closed().total())
            .then_some(now);
        [
            self.pond.wake_at(),
            log,
            shared.lines.due(),
            self.stop_by,
            accept,
            self.listeners.wake_at(),
            console.then_some(now + CONSOLE_RETRY),
            viewers,
        ]
        .into_iter()
        .flatten()
        .min()
        .map(|at| at.saturating_sub(now))
    }

    fn is_over(&self) -> bool {
        self.stop_by.is_some_and(|stop_by| {
            self.pond.is_empty() || self.pond.shared().clock.now().monotonic >= stop_by
        })
    }
}

impl<O: Viewed> Drop for Server<O> {
    /// Also when a panic unwinds: the rows so far are written out.
    fn drop(&mut self) {
        self.write_log();
    }
}

fn diagnose(diagnostics: &mut Console, line: &str) {
    diagnostics.print(format!("millpond: {line}\n").as_bytes());
}

// Everyone who is idle pays this, a million times: the slot, and the deadline's links.
// (mio's sockets carry one more field in debug builds.)
#[cfg(not(debug_assertions))]
const _: () = assert!(size_of::<Connection<Live<crate::observer::Unobserved>>>() <= 64);

#[cfg(test)]
mod tests;
