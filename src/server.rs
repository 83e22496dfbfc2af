//! The shell around the pond: mio's `Poll`, the listeners, signals, the log's file. Here the
//! kernel's events become calls on the pond; nothing below this level knows where they came from.

use std::fmt::Write as _;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mio::event::Event;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook_mio::v1_0::Signals;

use crate::access_log::AccessLog;
use crate::clock::Clock;
use crate::config::{Config, STOP_WITHIN};
use crate::connection::Readiness;
use crate::console::Console;
use crate::error::Error;
use crate::listeners::{Accepted, Listeners};
use crate::log_file::LogFile;
use crate::pond::{Key, MadeRoom, Pond};
use crate::resource::DocumentRoot;
use crate::shared::{Phase, RequestLines, Shared};

/// How many events one call to the kernel may bring.
const EVENTS: usize = 1024;

/// How many clients are accepted in one turn: a storm of newcomers does not starve those inside.
const ACCEPTS: usize = 128;

/// Lines that wait for their reader are tried again after this time.
const CONSOLE_RETRY: Duration = Duration::from_millis(100);

/// A shortage of descriptors is mentioned at most so often.
const WARN_EVERY: Duration = Duration::from_secs(1);

/// A server, listening.
pub struct Server {
    poll: Poll,
    listeners: Listeners,
    signals: Signals,
    /// Once set, the next signal ends the process at once, even if the loop hangs.
    stopping: Arc<AtomicBool>,
    /// When the stop is over, whoever is still there.
    stop_by: Option<Duration>,
    pond: Pond<TcpStream, DocumentRoot>,
    log_file: Option<LogFile>,
    output: Console,
    diagnostics: Console,
    warned_at: Option<Duration>,
}

impl Server {
    /// Opens everything that can fail: root, listeners, log. From here on nothing ends the
    /// server but a signal.
    pub fn start(config: &Config) -> Result<Self, Error> {
        let clock = Clock::system();
        let mut diagnostics = Console::standard_error().map_err(Error::Setup)?;
        let mut documents = DocumentRoot::open(&config.root).map_err(|source| Error::Root {
            path: config.root.clone(),
            source,
        })?;
        let listeners = Listeners::bind(&config.listen)?;
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
            output: Vec::new(),
        });
        let (signals, stopping) = watch_signals().map_err(Error::Setup)?;
        let mut server = Self {
            poll: Poll::new().map_err(Error::Setup)?,
            listeners,
            signals,
            stopping,
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
            &mut self.signals,
            Source::Signals.token(),
            Interest::READABLE,
        )?;
        for index in 0..self.listeners.len() {
            if let Some(socket) = self.listeners.socket(index) {
                let token = Source::Listener(index).token();
                registry.register(socket, token, Interest::READABLE)?;
            }
        }
        Ok(())
    }

    /// The addresses that are listened on, with their real ports.
    pub fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.listeners.addresses()
    }

    /// Tells standard output that the server listens, and where.
    pub fn announce(&mut self) -> io::Result<()> {
        for address in self.addresses()? {
            let line = format!(
                "Listening on port {}: http://{}/\n",
                address.port(),
                reachable(address)
            );
            self.output.print(line.as_bytes());
        }
        Ok(())
    }

    /// One line on standard error.
    pub fn diagnose(&mut self, line: &str) {
        diagnose(&mut self.diagnostics, line);
    }

    /// Serves until a signal ends it.
    pub fn run(&mut self) -> Result<(), Error> {
        let mut events = Events::with_capacity(EVENTS);
        while !self.is_over() {
            match self.poll.poll(&mut events, self.timeout()) {
                Ok(()) => {}
                // A signal that we don't handle, or a debugger: timers still run.
                Err(error) if error.kind() == ErrorKind::Interrupted => events.clear(),
                Err(error) => return Err(Error::Poll(error)),
            }
            self.turn(&events);
        }
        self.pond.close_all();
        self.write_log();
        self.say_goodbye();
        Ok(())
    }

    /// One turn of the loop. The order is deliberate: those inside come before newcomers, because
    /// each that leaves frees a descriptor; deadlines come after events, because a request that
    /// came in time must not lose to its deadline; the log comes last, with all rows of the turn.
    fn turn(&mut self, events: &Events) {
        self.pond.shared_mut().clock.tick();
        self.pond.shared_mut().documents.begin_turn();
        for event in events {
            match Source::of(event.token()) {
                Source::Connection(key) => self.pond.event(key, readiness(event)),
                Source::Listener(index) => self.listeners.note(index),
                Source::Signals => self.handle_signals(),
            }
        }
        self.pond.run_ready();
        self.accept();
        self.pond.expire();
        self.write_out();
    }

    /// How long the kernel may let us sleep.
    fn timeout(&self) -> Option<Duration> {
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
            self.stop_by,
            accept,
            self.listeners.wake_at(),
            console.then_some(now + CONSOLE_RETRY),
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

    fn handle_signals(&mut self) {
        if self.signals.pending().next().is_none() || self.stop_by.is_some() {
            return;
        }
        self.stopping.store(true, Ordering::Relaxed);
        self.listeners.close();
        self.stop_by = Some(self.pond.shared().clock.now().monotonic + STOP_WITHIN);
        self.pond.stop();
        // What comes now may be cut off by a second signal; what has come so far may not.
        self.write_log();
    }

    /// Lets newcomers in, up to a budget.
    fn accept(&mut self) {
        for _ in 0..ACCEPTS {
            let now = self.pond.shared().clock.now().monotonic;
            if !self.listeners.is_open(now, self.pond.closed().total()) {
                return;
            }
            if !self.pond.has_room() {
                if !self.make_room_for_newcomer(now) {
                    return;
                }
                continue;
            }
            match self.listeners.accept() {
                Accepted::Client(stream, peer) => self.admit(stream, peer),
                Accepted::Nobody => return,
                Accepted::Failed => {}
                Accepted::NoRoom(error) => {
                    self.warn_of_shortage(&error, now);
                    if !self.make_room_for_newcomer(now) {
                        return;
                    }
                }
            }
        }
    }

    /// Whether there is room now. If nobody could be closed, newcomers wait in the kernel's queue.
    fn make_room_for_newcomer(&mut self, now: Duration) -> bool {
        if !self.listeners.is_someone_waiting() {
            return false;
        }
        match self.pond.make_room() {
            MadeRoom::Yes => true,
            MadeRoom::No => {
                self.listeners.pause(now, self.pond.closed().total());
                false
            }
        }
    }

    fn admit(&mut self, mut stream: TcpStream, peer: SocketAddr) {
        let token = Source::Connection(self.pond.next_key()).token();
        // Registered once, for both directions: what it is ready for is remembered from then on.
        let interest = Interest::READABLE | Interest::WRITABLE;
        match self.poll.registry().register(&mut stream, token, interest) {
            Ok(()) => {
                self.pond.admit(stream, peer.into());
            }
            Err(error) => {
                let now = self.pond.shared().clock.now().monotonic;
                self.warn_of_shortage(&error, now);
            }
        }
    }

    fn warn_of_shortage(&mut self, error: &io::Error, now: Duration) {
        let is_due = |last| now.saturating_sub(last) >= WARN_EVERY;
        if self.warned_at.is_none_or(is_due) {
            self.warned_at = Some(now);
            let open = self.pond.len();
            self.diagnose(&format!("cannot accept beyond {open} connections: {error}"));
        }
    }

    /// The lines of this turn, and the rows of this second.
    fn write_out(&mut self) {
        let lines = &mut self.pond.shared_mut().lines;
        if !lines.as_bytes().is_empty() {
            self.output.print(lines.as_bytes());
            lines.clear();
        } else if self.output.is_waiting() {
            self.output.flush();
        }
        if self.diagnostics.is_waiting() {
            self.diagnostics.flush();
        }
        let shared = self.pond.shared();
        let now = shared.clock.now().monotonic;
        if shared.log.due().is_some_and(|due| due <= now) {
            self.write_log();
        }
    }

    fn write_log(&mut self) {
        let Some(file) = &mut self.log_file else {
            return;
        };
        let shared = self.pond.shared_mut();
        let rows = shared.log.take();
        if rows.is_empty() {
            return;
        }
        let warning = file.write(&rows, shared.clock.now().monotonic);
        // It may be another file than before, if the old one was deleted.
        if let Ok(identity) = file.identity() {
            shared.documents.never_serve(identity);
        }
        if let Some(warning) = warning {
            self.diagnose(&warning);
        }
    }

    fn say_goodbye(&mut self) {
        let lost = self.log_file.as_ref().map_or(0, LogFile::lost_since_start);
        let mut line = format!(
            "stopped after {} connections ({}) and {} responses",
            self.pond.accepted(),
            self.pond.closed(),
            self.pond.shared().log.recorded()
        );
        // Writing to a String can't fail.
        if lost > 0 {
            let _ = write!(line, "; {lost} log rows lost");
        }
        if self.output.dropped() > 0 {
            let _ = write!(line, "; {} lines of output lost", self.output.dropped());
        }
        self.diagnose(&line);
    }
}

impl Drop for Server {
    /// Also when a panic unwinds: the rows so far are written out.
    fn drop(&mut self) {
        self.write_log();
    }
}

/// What a token stands for. The low half of a token is a slot, the high half the serial number of
/// the connection in it; the highest slots stand for what is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Connection(Key),
    Listener(usize),
    Signals,
}

// Both halves must fit.
const _: () = assert!(usize::BITS >= 64, "millpond needs a 64-bit system");

const SIGNALS_SLOT: u32 = u32::MAX;
/// Listeners count downwards from here; connections never get so far up.
const FIRST_LISTENER_SLOT: u32 = u32::MAX - 1;
const LISTENERS_MAX: u32 = 1 << 16;

impl Source {
    fn token(self) -> Token {
        match self {
            Self::Connection(key) => Token((key.serial as usize) << 32 | key.slot as usize),
            Self::Listener(index) => Token(FIRST_LISTENER_SLOT as usize - index),
            Self::Signals => Token(SIGNALS_SLOT as usize),
        }
    }

    fn of(token: Token) -> Self {
        // Cutting a token in two is what truncation is for.
        #[allow(clippy::cast_possible_truncation)]
        let (slot, serial) = (token.0 as u32, (token.0 >> 32) as u32);
        match slot {
            SIGNALS_SLOT => Self::Signals,
            _ if slot > FIRST_LISTENER_SLOT - LISTENERS_MAX => {
                Self::Listener((FIRST_LISTENER_SLOT - slot) as usize)
            }
            _ => Self::Connection(Key { slot, serial }),
        }
    }
}

/// What an event says. An error or a hang-up makes the socket ready for everything: the next read
/// or write finds out what it was.
fn readiness(event: &Event) -> Readiness {
    let read_closed = event.is_read_closed() || event.is_error();
    Readiness {
        readable: event.is_readable() || read_closed,
        writable: event.is_writable() || event.is_write_closed() || event.is_error(),
        read_closed,
    }
}

/// The address to type into a browser: "all addresses" is none.
fn reachable(address: SocketAddr) -> SocketAddr {
    let mut address = SocketAddr::new(address.ip().to_canonical(), address.port());
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

fn diagnose(diagnostics: &mut Console, line: &str) {
    diagnostics.print(format!("millpond: {line}\n").as_bytes());
}

/// Signals as readiness. A second one does not take that way: it ends the process from within
/// its handler, since the loop may be what hangs.
fn watch_signals() -> io::Result<(Signals, Arc<AtomicBool>)> {
    let signals = Signals::new([SIGINT, SIGTERM])?;
    let stopping = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // The status that a shell gives to a process that died of a signal.
        let status = 128 + signal;
        signal_hook::flag::register_conditional_shutdown(signal, status, stopping.clone())?;
    }
    Ok((signals, stopping))
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
    documents.never_serve(log.identity().map_err(failed)?);
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

#[cfg(test)]
mod tests;
