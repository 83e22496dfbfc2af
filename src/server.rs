//! The shell around the pond: mio's `Poll`, the listeners, signals, the log's file. Here the
//! kernel's events become calls on the pond; nothing below this level knows where they came from.

mod admission;
mod reporting;
mod signals;
mod source;
mod viewing;

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Interest, Poll};

use self::signals::Watch;
use self::source::{Source, readiness};
use crate::access_log::AccessLog;
use crate::admin::Admin;
use crate::clock::Clock;
use crate::config::Config;
#[cfg(not(debug_assertions))]
use crate::connection::Connection;
use crate::console::Console;
use crate::descriptors::DescriptorUse;
use crate::error::Error;
use crate::listeners::Listeners;
use crate::log_file::LogFile;
use crate::observers::view::Viewed;
use crate::pond::Pond;
use crate::request_lines::RequestLines;
use crate::resource::{DocumentRoot, Room};
use crate::shared::{Phase, Shared};

/// How many events one call to the kernel may bring.
const EVENTS: usize = 1024;

/// Lines that wait for their reader are tried again after this time.
const CONSOLE_RETRY: Duration = Duration::from_millis(100);

/// A server, listening.
pub struct Server<O: Viewed> {
    poll: Poll,
    listeners: Listeners,
    signals: Watch,
    admin: Option<Admin>,
    /// When the stop is over, whoever is still there.
    stop_by: Option<Duration>,
    pond: Pond<TcpStream, DocumentRoot, O>,
    log_file: Option<LogFile>,
    output: Console,
    diagnostics: Console,
    warned_at: Option<Duration>,
}

impl<O: Viewed> Server<O> {
    /// Opens everything that can fail: root, listeners, log. From here on nothing ends the
    /// server but a signal. `observer` is told of all that happens then.
    pub fn start(config: &Config, observer: O) -> Result<Self, Error> {
        let clock = Clock::system();
        let mut diagnostics = Console::standard_error().map_err(Error::Setup)?;
        let room = Room {
            bytes: config.cache_bytes,
            files: config.cache_files,
        };
        let mut documents =
            DocumentRoot::open(&config.root, room).map_err(|source| Error::Root {
                path: config.root.clone(),
                source,
            })?;
        let listeners = Listeners::bind(&config.listen, config.newcomers)?;
        let admin = config.observing.admin.map(Admin::bind).transpose()?;
        // Before the log, which may be at its limit already.
        let signals = Watch::start(config).map_err(Error::Setup)?;
        let log_file = open_log(config, &clock, &mut documents, &mut diagnostics)?;
        let pond = Pond::new(Shared {
            limits: config.limits.clone(),
            dot_files: config.dot_files,
            documents,
            clock,
            log: match log_file {
                Some(_) => AccessLog::on(),
                None => AccessLog::off(),
            },
            lines: RequestLines::new(config.requests_printed),
            phase: Phase::Serving,
            descriptors: DescriptorUse::of(config.limits.max_descriptors),
            sent_in_phase: 0,
            output: Vec::new(),
            observer,
        });
        let mut server = Self {
            poll: Poll::new().map_err(Error::Setup)?,
            listeners,
            signals,
            admin,
            stop_by: None,
            pond,
            log_file,
            output: Console::standard_output().map_err(Error::Setup)?,
            diagnostics,
            warned_at: None,
        };
        server.register().map_err(Error::Setup)?;
        Ok(server)
    }

    fn register(&mut self) -> io::Result<()> {
        let registry = self.poll.registry();
        registry.register(
            self.signals.source(),
            Source::Signals.token(),
            Interest::READABLE,
        )?;
        for index in 0..self.listeners.len() {
            if let Some(socket) = self.listeners.socket(index) {
                let token = Source::Listener(index).token();
                registry.register(socket, token, Interest::READABLE)?;
            }
        }
        if let Some(admin) = &mut self.admin {
            admin.register(registry, Source::Admin.token())?;
        }
        Ok(())
    }

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
            self.pond.shared_mut().observer.poll_begins(timeout);
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
        shared.observer.turn_begins(now, count);
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
        self.pond.shared_mut().observer.turn_ends(census);
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

fn open_log(
    config: &Config,
    clock: &Clock,
    documents: &mut DocumentRoot,
    diagnostics: &mut Console,
) -> Result<Option<LogFile>, Error> {
    let Some(path) = &config.log else {
        return Ok(None);
    };
    let failed = |source| Error::Log {
        path: path.clone(),
        source,
    };
    let mut notices = Vec::new();
    let log = LogFile::open(path, clock.now().wall, &mut notices).map_err(failed)?;
    documents.never_serve(log.identities());
    let is_beneath_root = match (path.canonicalize(), config.root.canonicalize()) {
        (Ok(log), Ok(root)) => log.starts_with(root),
        _ => false,
    };
    if is_beneath_root {
        notices.push(format!(
            "the log '{}' lies in the folder that is served; it will not be served itself",
            path.display()
        ));
    }
    for notice in notices {
        diagnose(diagnostics, &notice);
    }
    Ok(Some(log))
}

// Everyone who is idle pays this, a million times: the slot, and the deadline's links.
// (mio's sockets carry one more field in debug builds.)
#[cfg(not(debug_assertions))]
const _: () = assert!(size_of::<Connection<TcpStream>>() <= 64);

#[cfg(test)]
mod tests;
