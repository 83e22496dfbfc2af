//! One connection: a state, and the functions that move it from one state to the next.
//!
//! ```text
//!             established          a step that asks
//! Connecting ────────────▶ Quiet ◀──────────────────▶ Asking
//!                                   all is answered
//! ```
//!
//! What a client *does* is in its [`Behaviour`]'s table; what *happens* to it, bytes and errors, is
//! here. Between requests it owns no heap memory: most of a swarm is idle, as are most connections
//! of the server under test.

mod receive;
mod send;
mod steps;

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use mio::net::TcpStream;

use self::send::Asking;
use crate::answer::AnswerReader;
use crate::behaviour::{Behaviour, Moment};
use crate::outcome::Outcome;
use crate::settings::ClientTiming;
use crate::stats::{Stats, whole_millis};
use crate::timers::Timers;

/// A connection to the server under test.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    state: State,
    /// When its last request was fully sent; before the first one, when its connect began.
    asked_at: Micros,
    /// When it was established, in milliseconds.
    since: u32,
    /// The idle time in seconds that the last answer promised; 0 if it promised none.
    promise: u16,
    behaviour: Behaviour,
    /// Whether its opening is over: its first answer has arrived, or none is waited for.
    is_settled: bool,
    /// Whether no further request may be sent on it: the server has said that it will close the
    /// connection, or we have shut down our side.
    is_last: bool,
}

/// What a client is doing.
#[derive(Debug)]
enum State {
    /// A connect(2) is under way.
    Connecting,
    /// Established, with no request under way.
    Quiet,
    /// Established, with requests under way.
    Asking(Box<Asking>),
}

/// Microseconds since the start of the run: half the size of a [`Duration`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Micros(u64);

impl From<Duration> for Micros {
    fn from(time: Duration) -> Self {
        Self(u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
    }
}

impl Micros {
    fn time(self) -> Duration {
        Duration::from_micros(self.0)
    }
}

/// What an event says about a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// A read may return bytes, the end or an error.
    pub readable: bool,
    /// A write may take bytes, or a connect is over.
    pub writable: bool,
    /// The server has closed its side, or reset the connection.
    pub closed: bool,
}

/// Whether a client has to run again, after it has done what could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// It waits for an event or for its timer.
    Waiting,
    /// It has used up its read budget, and there may be more to read: no event will announce it.
    Runnable,
    /// Its connection has ended.
    Ended(Outcome),
}

/// What clients send: the same bytes for all of a behaviour.
#[derive(Clone, Debug)]
pub struct Scripts {
    /// A GET for the target.
    pub request: Vec<u8>,
    /// The same GET, as often as a burst repeats it.
    pub burst: Vec<u8>,
    /// A GET for what slow readers read.
    pub slow_request: Vec<u8>,
}

/// What all clients share; lent to one client at a time.
pub struct ClientContext<'swarm> {
    /// Where the client records what happens to it.
    pub stats: &'swarm mut Stats,
    /// Where the client sets its timer.
    pub timers: &'swarm mut Timers,
    /// The intervals and amounts of the behaviours.
    pub timing: &'swarm ClientTiming,
    /// What is sent.
    pub scripts: &'swarm Scripts,
    /// The read buffer: one for all clients.
    pub buffer: &'swarm mut [u8],
    /// The start of the run, from which all times count.
    pub start: Instant,
}

impl ClientContext<'_> {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

impl Client {
    /// A client whose connect has been under way since `now`.
    pub fn new(stream: TcpStream, behaviour: Behaviour, now: Duration) -> Self {
        Self {
            stream,
            state: State::Connecting,
            asked_at: Micros::from(now),
            since: 0,
            promise: 0,
            behaviour,
            is_settled: false,
            is_last: false,
        }
    }

    /// The behaviour it was assigned.
    pub fn behaviour(&self) -> Behaviour {
        self.behaviour
    }

    /// For how long it has been established; `None` if it never was.
    pub fn age(&self, now: Duration) -> Option<Duration> {
        let is_established = !matches!(self.state, State::Connecting);
        is_established.then(|| now.saturating_sub(Duration::from_millis(self.since.into())))
    }

    /// Whether it is established and has no request under way.
    fn is_quiet(&self) -> bool {
        matches!(self.state, State::Quiet)
    }

    /// Handles an event of its socket. `me` is its number, for the timers.
    pub fn event(&mut self, me: u32, event: Readiness, context: &mut ClientContext) -> RunState {
        let handled = self.handle(me, event, context);
        handled.unwrap_or_else(|error| failed(&error, context.stats))
    }

    fn handle(
        &mut self,
        me: u32,
        event: Readiness,
        context: &mut ClientContext,
    ) -> io::Result<RunState> {
        if matches!(self.state, State::Connecting) && !self.finish_connect(me, context)? {
            return Ok(RunState::Waiting);
        }
        if event.writable {
            self.send_rest(context)?;
        }
        // A slow reader reads when its timer expires, and not when there is something to read.
        if event.readable && self.behaviour != Behaviour::SlowReader {
            return self.read(me, event, context);
        }
        Ok(RunState::Waiting)
    }

    /// Asks whether the connect is over (connect(2), EINPROGRESS): an error, a peer, or neither.
    fn finish_connect(&mut self, me: u32, context: &mut ClientContext) -> io::Result<bool> {
        if let Some(error) = self.stream.take_error()? {
            return Err(error);
        }
        match self.stream.peer_addr() {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(false),
            Err(error) => return Err(error),
        }
        let now = context.now();
        let took = now.saturating_sub(self.asked_at.time());
        context.stats.record_connect(took);
        self.since = whole_millis(now);
        self.state = State::Quiet;
        self.take_step(me, Moment::Connected, context)?;
        Ok(true)
    }

    /// Counts its opening as over, once.
    fn settle(&mut self, stats: &mut Stats) {
        if !self.is_settled {
            self.is_settled = true;
            stats.settled += 1;
        }
    }

    /// Records the end of its connection: requests under way are lost.
    pub fn finish(mut self, outcome: Outcome, stats: &mut Stats, now: Duration) {
        let age = self.age(now);
        match &self.state {
            State::Asking(asking) => {
                stats.record_lost(self.behaviour, asking.purpose, asking.answers_left);
            }
            State::Quiet if !self.is_last && self.is_promised(now) => stats.closed_early += 1,
            State::Quiet | State::Connecting => {}
        }
        self.settle(stats);
        stats.record_end(self.behaviour, outcome, age);
    }

    /// Whether the server has promised to keep it for longer than until now. Counted from the
    /// request, before which the server can't have begun to count: so the server is never blamed
    /// wrongly.
    fn is_promised(&self, now: Duration) -> bool {
        now < self.asked_at.time() + Duration::from_secs(self.promise.into())
    }
}

/// An error of the socket ends the connection.
fn failed(error: &io::Error, stats: &mut Stats) -> RunState {
    stats.record_failure(error);
    RunState::Ended(Outcome::from(error))
}

// A swarm of a million pays this a million times. (mio's sockets carry one more field in debug
// builds.)
#[cfg(not(debug_assertions))]
const _: () = assert!(size_of::<Option<Client>>() <= 40);
