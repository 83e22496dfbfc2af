//! One connection: a state, and what drives it.
//!
//! ```text
//!              it stands            a step that asks
//! Connecting ────────────▶ Quiet ◀──────────────────▶ Asking
//!                                   all is answered
//! ```
//!
//! What a client *does* is its [`Behaviour`]'s table; what *happens* to it, bytes and errors, is
//! here. Between requests it owns no heap memory: a swarm is mostly idle, as what it swarms
//! around is.

mod asking;
mod reading;
mod stepping;

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use mio::net::TcpStream;

use self::asking::Asking;
use crate::agenda::Agenda;
use crate::answer::AnswerReader;
use crate::behaviour::{Behaviour, Moment};
use crate::ending::Ending;
use crate::settings::Manners;
use crate::tally::{Tally, whole_millis};

/// One connection of ours.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    state: State,
    /// When it last asked; before that, when its connect began.
    asked_at: Micros,
    /// When it came to stand, in milliseconds.
    since: u32,
    /// The idle time in seconds that the last answer promised; 0 is no promise.
    promise: u16,
    behaviour: Behaviour,
    /// Whether its beginning is over: it has had its first answer, or will not wait for one.
    is_settled: bool,
    /// Whether the server has said that it answers no more on this connection.
    is_last: bool,
}

/// What a client is doing.
#[derive(Debug)]
enum State {
    /// The kernel has been asked for a connection.
    Connecting,
    /// Nothing is under way.
    Quiet,
    /// Requests are.
    Asking(Box<Asking>),
}

/// Microseconds since the swarm's start: half the size of a [`Duration`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Micros(u64);

impl Micros {
    fn of(time: Duration) -> Self {
        Self(u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
    }

    fn time(self) -> Duration {
        Duration::from_micros(self.0)
    }
}

/// What an event said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// A read may give something, if only the end or an error.
    pub readable: bool,
    /// A write may take something, or a connect is over.
    pub writable: bool,
    /// The server has ended its side, or broken the connection off.
    pub closed: bool,
}

/// What a client says when it has done what could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It waits for an event or for its time.
    Wait,
    /// It has had its share of this turn, and there may be more to read: no event will tell.
    Yield,
    /// It is over.
    End(Ending),
}

/// What clients send: the same bytes for all of a behaviour.
#[derive(Clone, Debug)]
pub struct Scripts {
    /// A GET for the target.
    pub request: Vec<u8>,
    /// As many of them as a burst has.
    pub burst: Vec<u8>,
    /// A GET for what slow readers read.
    pub slow_request: Vec<u8>,
}

/// All that clients share, lent to one at a time.
pub struct Shared<'swarm> {
    /// Counts.
    pub tally: &'swarm mut Tally,
    /// Times.
    pub agenda: &'swarm mut Agenda,
    /// How clients behave.
    pub manners: &'swarm Manners,
    /// What is sent.
    pub scripts: &'swarm Scripts,
    /// What is read goes here first: one buffer for all.
    pub buffer: &'swarm mut [u8],
    /// What all times count from.
    pub start: Instant,
}

impl Shared<'_> {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

impl Client {
    /// A client whose connect is under way since `now`.
    pub fn new(stream: TcpStream, behaviour: Behaviour, now: Duration) -> Self {
        Self {
            stream,
            state: State::Connecting,
            asked_at: Micros::of(now),
            since: 0,
            promise: 0,
            behaviour,
            is_settled: false,
            is_last: false,
        }
    }

    /// Its behaviour.
    pub fn behaviour(&self) -> Behaviour {
        self.behaviour
    }

    /// For how long it has stood; none if it never did.
    pub fn age(&self, now: Duration) -> Option<Duration> {
        let stands = !matches!(self.state, State::Connecting);
        stands.then(|| now.saturating_sub(Duration::from_millis(self.since.into())))
    }

    /// Whether it stands and has nothing under way.
    pub fn is_quiet(&self) -> bool {
        matches!(self.state, State::Quiet)
    }

    /// Something happened on its socket. `me` is its number, for the agenda.
    pub fn event(&mut self, me: u32, readiness: Readiness, shared: &mut Shared) -> Then {
        let done = self.handle(me, readiness, shared);
        done.unwrap_or_else(|error| failed(&error, shared.tally))
    }

    fn handle(&mut self, me: u32, event: Readiness, shared: &mut Shared) -> io::Result<Then> {
        if matches!(self.state, State::Connecting) && !self.finish_connect(me, shared)? {
            return Ok(Then::Wait);
        }
        if event.writable {
            self.send_rest(shared)?;
        }
        // A slow reader reads when its time has come, and not when there is something to read.
        if event.readable && self.behaviour != Behaviour::SlowReader {
            return self.read(me, event, shared);
        }
        Ok(Then::Wait)
    }

    /// Asks whether the connect is over (connect(2), EINPROGRESS): an error, a peer, or neither.
    fn finish_connect(&mut self, me: u32, shared: &mut Shared) -> io::Result<bool> {
        if let Some(error) = self.stream.take_error()? {
            return Err(error);
        }
        match self.stream.peer_addr() {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(false),
            Err(error) => return Err(error),
        }
        let now = shared.now();
        shared
            .tally
            .connected(now.saturating_sub(self.asked_at.time()));
        self.since = whole_millis(now);
        self.state = State::Quiet;
        self.take_step(me, Moment::Connected, shared)?;
        Ok(true)
    }

    /// The beginning is over, once.
    fn settle(&mut self, tally: &mut Tally) {
        if !self.is_settled {
            self.is_settled = true;
            tally.settled += 1;
        }
    }

    /// It is over: what was under way is lost, and it counts from now on as a death.
    pub fn finish(mut self, ending: Ending, tally: &mut Tally, now: Duration) {
        let age = self.age(now);
        match &self.state {
            State::Asking(asking) => {
                tally.lost(self.behaviour, asking.purpose, asking.answers_left);
            }
            State::Quiet if !self.is_last && self.is_promised(now) => tally.closed_early += 1,
            State::Quiet | State::Connecting => {}
        }
        self.settle(tally);
        tally.ended(self.behaviour, ending, age);
    }

    /// Whether the server has promised to keep it until later than now. Counted from the request,
    /// since the server can't have counted from before that: it is never blamed wrongly.
    fn is_promised(&self, now: Duration) -> bool {
        now < self.asked_at.time() + Duration::from_secs(self.promise.into())
    }
}

/// An error of the socket is the connection's end.
fn failed(error: &io::Error, tally: &mut Tally) -> Then {
    tally.note_failure(error);
    Then::End(Ending::of(error))
}

// A swarm of a million pays this a million times. (mio's sockets carry one more field in debug
// builds.)
#[cfg(not(debug_assertions))]
const _: () = assert!(size_of::<Option<Client>>() <= 40);
