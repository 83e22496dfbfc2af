//! The shell around the pond: mio's `Poll`, the listeners, signals, the log's file. Here the
//! kernel's events become calls on the pond; nothing below this level knows where they came from.

mod accept;
mod live_view;
mod output;
mod signals;
mod start;
mod token;

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Poll};

use self::signals::SignalSource;
use self::token::{TokenKind, readiness};
use crate::admin::Admin;
#[cfg(not(debug_assertions))]
use crate::connection::Connection;
use crate::connection::context::Env;
use crate::connection_table::ConnectionTable;
use crate::error::Error;
use crate::events::event::Event;
use crate::files::DocumentRoot;
use crate::log::file::LogFile;
use crate::observe::live::HasLiveView;
use crate::os::console::Console;
use crate::os::listeners::Listeners;

/// How many events one call to the kernel may bring.
const EVENTS: usize = 1024;

/// Lines that wait for their reader are tried again after this time.
const CONSOLE_RETRY: Duration = Duration::from_millis(100);

/// What the server's pond is made of.
#[derive(Debug)]
pub struct ServerEnv<O>(std::marker::PhantomData<O>);

impl<O: HasLiveView> Env for ServerEnv<O> {
    type File = std::fs::File;
    type Transport = TcpStream;
    type Documents = DocumentRoot;
    type Observer = O;
}

/// A server, listening.
pub struct Server<O: HasLiveView> {
    poll: Poll,
    listeners: Listeners,
    signals: SignalSource,
    admin: Option<Admin>,
    /// When the stop is over, whoever is still there.
    stop_by: Option<Duration>,
    table: ConnectionTable<ServerEnv<O>>,
    log_file: Option<LogFile>,
    output: Console,
    diagnostics: Console,
    warned_at: Option<Duration>,
}

impl<O: HasLiveView> Server<O> {
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
            self.table
                .context_mut()
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
        self.table.close_all();
        self.print_lines();
        self.write_log();
        self.log_summary();
        Ok(())
    }

    /// One turn of the loop. The order is deliberate: those inside come before newcomers, because
    /// each that leaves frees a descriptor; deadlines come after events, because a request that
    /// came in time must not lose to its deadline; the log comes last, with all rows of the turn.
    fn turn(&mut self, events: &Events) {
        self.table.begin_turn();
        let context = self.table.context_mut();
        let now = context.clock.now();
        let count = match context.observer.view() {
            Some(_) => live_view::events_of_clients(events),
            None => events.iter().count(),
        };
        context.observer.event(None, Event::TurnBegins(now, count));
        for event in events {
            match TokenKind::of(event.token()) {
                TokenKind::Connection(id) => self.table.event(id, readiness(event)),
                TokenKind::Listener(index) => self.listeners.mark_acceptable(index),
                TokenKind::Signals => self.handle_signals(),
                TokenKind::Admin | TokenKind::Viewer(_) => self.mark_viewer_ready(event.token()),
            }
        }
        self.table.run_ready();
        self.accept();
        self.table.handle_timeouts();
        self.write_out();
        self.show();
        self.table.end_turn();
        let counts = self.table.counts();
        self.table
            .context_mut()
            .observer
            .event(None, Event::TurnEnds(counts));
    }

    /// How long the kernel may let us sleep.
    fn timeout(&mut self) -> Option<Duration> {
        let viewers = self.viewers_next_timeout();
        let context = self.table.context();
        let now = context.clock.elapsed();
        let log = self.log_file.as_ref().and_then(|_| context.log.due());
        let console = self.output.is_waiting() || self.diagnostics.is_waiting();
        let accept = self
            .listeners
            .is_open(now, self.table.closed().total())
            .then_some(now);
        [
            self.table.next_timeout(),
            log,
            context.lines.due(),
            self.stop_by,
            accept,
            self.listeners.next_timeout(),
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
            self.table.is_empty() || self.table.context().clock.now().monotonic >= stop_by
        })
    }
}

impl<O: HasLiveView> Drop for Server<O> {
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
const _: () = assert!(size_of::<Connection<ServerEnv<crate::events::event::NoopObserver>>>() <= 64);

#[cfg(test)]
mod tests;
