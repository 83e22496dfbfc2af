//! The event loop: one `Poll`, whose events become calls on the connection table.
//!
//! Invariant: nothing in the loop waits but `poll`, and an iteration is bounded: every part of it has
//! a budget.
//!
//! Must not know: HTTP, files, and what state a connection is in.
//!
//! Read in this order: this file (the loop), `accept`, `token` (which event is whose), then `start`
//! (all that can fail), `stop` and `finish`, `signals`, `outputs`, `log_sink`, `header_file`, `live_view`. The order of
//! a turn is in [`crate::connection_table::turn`].

mod accept;
mod finish;
mod header_file;
mod live_view;
mod log_sink;
mod outputs;
mod signals;
mod start;
pub mod stop;
mod token;

use std::io::{self, ErrorKind};
use std::marker::PhantomData;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Poll};

use self::header_file::HeaderFile;
use self::outputs::Outputs;
use self::signals::{Request, SignalSource};
use self::stop::Stop;
use self::token::{TokenKind, readiness};
use crate::admin::Admin;
use crate::config::Config;
use crate::connection::context::Env;
use crate::connection_table::ConnectionTable;
use crate::connection_table::turn::EventLoop;
use crate::error::Error;
use crate::events::event::Event;
#[cfg(not(debug_assertions))]
use crate::events::event::NoopObserver;
use crate::files::DocumentRoot;
use crate::observe::live::HasLiveView;
use crate::os::bind::Endpoint;
use crate::os::file_identity::FileIdentity;
use crate::os::listeners::Listeners;

/// How many events one call of poll may return.
const EVENTS: usize = 1024;

/// What the server's connections are made of.
#[derive(Debug)]
pub struct ServerEnv<O>(PhantomData<O>);

impl<O: HasLiveView> Env for ServerEnv<O> {
    type File = std::fs::File;
    type Transport = TcpStream;
    type Documents = DocumentRoot;
    type Observer = O;
}

/// A server that listens.
pub struct Server<O: HasLiveView> {
    poll: Poll,
    listeners: Listeners,
    signals: SignalSource,
    admin: Option<Admin>,
    /// Once the server stops.
    stop: Option<Stop>,
    table: ConnectionTable<ServerEnv<O>>,
    outputs: Outputs,
    /// The file of header rules, if there is one.
    header_file: Option<HeaderFile>,
}

impl<O: HasLiveView> Server<O> {
    /// Where it listens, with the real ports.
    pub fn endpoints(&self) -> io::Result<Vec<Endpoint>> {
        self.listeners.endpoints()
    }

    /// The settings, with the bounds that the descriptors of this process allow.
    pub fn config(&self) -> &Config {
        &self.table.context().config
    }

    /// Tells standard output where the server listens.
    pub fn announce(&mut self) -> io::Result<()> {
        for endpoint in self.endpoints()? {
            self.outputs.announce(endpoint);
        }
        Ok(())
    }

    /// From now on, treats these files as absent, wherever they lie and however they are linked. The
    /// caller keeps them open, so that no other file gets their identity.
    pub fn never_serve(&mut self, files: impl IntoIterator<Item = FileIdentity>) {
        self.outputs.add_private_files(files);
        let context = self.table.context_mut();
        context.documents.never_serve(self.outputs.identities());
    }

    /// Writes one line to standard error.
    pub fn diagnose(&mut self, line: &str) {
        self.outputs.diagnose(line);
    }

    /// Serves until a signal ends it.
    pub fn run(&mut self) -> Result<(), Error> {
        let mut events = Events::with_capacity(EVENTS);
        while !self.is_over() {
            let timeout = self.poll_timeout();
            let context = self.table.context_mut();
            context.emit_for_loop(Event::PollBegins(timeout));
            match self.poll.poll(&mut events, timeout) {
                Ok(()) => {}
                // A signal that we don't handle, or a pause of the whole process. Deadlines wait for
                // the next turn: what came during the pause must be seen first.
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(Error::Poll(error)),
            }
            self.run_turn(&events);
        }
        self.finish();
        Ok(())
    }

    /// How long poll may sleep; `None` is until an event comes.
    fn poll_timeout(&mut self) -> Option<Duration> {
        let live_view = self.live_view_timeout();
        let context = self.table.context();
        let now = context.clock.elapsed();
        let accept = self
            .listeners
            .is_open(now, self.table.closed().total())
            .then_some(now);
        [
            self.table.next_timeout(),
            self.outputs.next_timeout(context),
            self.stop_timeout(),
            accept,
            self.listeners.next_timeout(),
            live_view,
        ]
        .into_iter()
        .flatten()
        .min()
        .map(|at| at.saturating_sub(now))
    }

    fn handle_signals(&mut self) {
        for request in self.signals.pending() {
            let context = self.table.context_mut();
            match request {
                Request::Reload => {
                    self.outputs.reopen_log(context);
                    let reload = |file: &mut HeaderFile| file.reload(context);
                    if let Some(line) = self.header_file.as_mut().map(reload) {
                        self.outputs.diagnose(&line);
                    }
                }
                Request::DumpEvents => context.emit_for_loop(Event::DumpRequested),
                Request::Nothing(signal) => self.outputs.diagnose(&signals::unused_line(signal)),
                Request::Stop if self.stop.is_none() => self.begin_stop(),
                Request::Stop => {}
            }
        }
    }

    fn write_log(&mut self) {
        self.outputs.write_log(self.table.context_mut());
    }
}

// An idle connection costs this and 16 bytes of deadline links, and there may be a million of them.
// (mio's sockets have one more field in debug builds.)
#[cfg(not(debug_assertions))]
const _: () = assert!(ConnectionTable::<ServerEnv<NoopObserver>>::SLOT_BYTES <= 64);

impl<O: HasLiveView> EventLoop for Server<O> {
    type Env = ServerEnv<O>;
    type Events = Events;

    fn table(&mut self) -> &mut ConnectionTable<ServerEnv<O>> {
        &mut self.table
    }

    fn count(&mut self, events: &Events) -> usize {
        self.count_client_events(events)
    }

    fn handle_events(&mut self, events: &Events) {
        for event in events {
            match TokenKind::new(event.token()) {
                TokenKind::Connection(id) => self.table.event(id, readiness(event)),
                TokenKind::Listener(index) => self.listeners.mark_acceptable(index),
                TokenKind::Signals => self.handle_signals(),
                TokenKind::Admin | TokenKind::Viewer(_) => self.mark_viewer_ready(event.token()),
            }
        }
    }

    fn accept(&mut self) {
        self.accept_connections();
        self.go_on_stopping();
    }

    fn write_output(&mut self) {
        self.outputs.write_due(self.table.context_mut());
        self.run_live_view();
    }
}

impl<O: HasLiveView> Drop for Server<O> {
    /// Also when a panic unwinds: the rows so far are written out.
    fn drop(&mut self) {
        self.outputs.finish_log(self.table.context_mut());
    }
}

#[cfg(test)]
mod tests;
