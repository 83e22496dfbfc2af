//! The states of one connection, and [`Connection::advance`], which drives them.
//!
//! ```text
//!             a whole head                 all sent, kept
//! accept ─▶ Reading ─────────▶ Responding ────────────────▶ Idle
//!             ▲  ▲                │   │                       │ bytes
//!             │  └────────────────┘   │ all sent, not kept    │
//!             │     more is here      ▼                       │
//!             │                    Closing ─▶ closed          │
//!             └───────────────────────────────────────────────┘
//! ```
//!
//! Every state but Closing can also be closed at once: by the peer's end, a reset, or a deadline;
//! Responding also when the client asked for the end, and has sent nothing after that.
//! All ways there are stand in [`crate::states::TRANSITIONS`].
//!
//! A state is an enum variant that carries its data: to change state is to replace the value, so
//! nothing is left over from the state before. Each state tries its operation when it is entered
//! and waits only once the socket has said that it would block: readiness comes as an edge, and
//! an edge that is not drained does not come again.

mod audit;
mod closing;
mod deadlines;
mod input;
mod reading;
mod responding;
mod sending;
mod turn;

use std::ops::ControlFlow::Break;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use self::closing::CLOSING_DISCARDS;
use self::input::Kept;
pub use self::turn::SEND_BUDGET;
use self::turn::{Arrival, Turn};
use crate::access_log::Row;
use crate::cause::Cause;
use crate::exchange::{Exchange, Record};
use crate::key::Key;
use crate::observer::{Event, Observer};
use crate::peer::Peer;
use crate::request;
use crate::shared::{Env, Shared};
use crate::timeouts::Deadline;
pub use crate::transport::Readiness;

/// One client. It owns no buffer: what it holds beyond this struct hangs on its state.
#[derive(Debug)]
pub struct Connection<E: Env> {
    transport: E::Transport,
    peer: Peer,
    /// Its name, which tells it from earlier ones in the same slot.
    key: Key,
    /// How many requests it has made.
    requests: u32,
    /// When it was accepted, in milliseconds since 1970.
    connected_at: u64,
    ready: Readiness,
    /// When that came which has not been read yet.
    unread: Arrival,
    /// Where it stands in the pond. Belongs to the pond, which keeps it here to look it up in
    /// constant time.
    pub queued: Queued,
    /// Whether the pond has closed another for the file that it waits for. Belongs to the pond.
    pub room_made: MadeRoom,
    state: State<E::File>,
}

/// Whether a connection stands in one of the pond's queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queued {
    /// In none: it waits for the socket or its deadline.
    No,
    /// In the ready queue: a budget stopped its work.
    Ready,
    /// Among those that wait for a descriptor to open their file with.
    Parked,
}

/// Whether an idle connection was closed so that another can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeRoom {
    /// There is a slot and a descriptor more.
    Yes,
    /// There is not.
    No,
}

#[derive(Debug)]
enum State<F> {
    /// A request is expected, and may have begun. Bytes are kept only if they are no whole head.
    Reading(Option<Box<Kept>>),
    /// A response that the socket has not taken whole.
    Responding(Box<Exchange<F>>),
    /// Between requests. Owns nothing on the heap, whatever came before.
    Idle,
    /// Our side has ended. What the peer still sends is thrown away, so that it reads our last
    /// answer: closing with unread input would send a reset, which can overtake that answer.
    Closing { discards_left: u32, cause: Cause },
}

/// What the caller of [`Connection::advance`] does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Wait for an event or the deadline.
    Wait,
    /// Call again in the next turn: a budget is used up, not the work.
    Yield,
    /// Drop the connection.
    Close(Cause),
    /// A file could not be opened for want of descriptors: make room and call again, or close.
    Exhausted,
}

/// The result of [`Connection::advance`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// What to do next.
    pub then: Then,
    /// The deadline that now holds, counted from now; `None` leaves the one that runs.
    pub deadline: Option<Deadline>,
}

impl<E: Env> Connection<E> {
    /// A connection that was accepted at `now`. Its socket has room to write, and has not said
    /// yet whether there is something to read.
    pub fn new(transport: E::Transport, peer: Peer, key: Key, now: SystemTime) -> Self {
        let since_1970 = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            transport,
            peer,
            key,
            requests: 0,
            connected_at: u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX),
            ready: Readiness {
                readable: false,
                writable: true,
                read_closed: false,
            },
            unread: Arrival::Unknown,
            queued: Queued::No,
            room_made: MadeRoom::No,
            state: State::Reading(None),
        }
    }

    /// Its name, which tells it from earlier ones in the same slot.
    pub fn key(&self) -> Key {
        self.key
    }

    /// Its stream.
    pub fn transport_mut(&mut self) -> &mut E::Transport {
        &mut self.transport
    }

    /// Whether a response is on its way.
    pub fn is_responding(&self) -> bool {
        matches!(self.state, State::Responding(_))
    }

    /// Remembers an event.
    pub fn note(&mut self, event: Readiness) {
        self.ready.readable |= event.readable;
        self.ready.writable |= event.writable;
        self.ready.read_closed |= event.read_closed;
        if event.readable {
            self.unread = Arrival::Announced;
        }
    }

    /// Lets it try to read, though no event has told of input.
    pub fn expect_input(&mut self) {
        self.ready.readable = true;
    }

    /// Does all that can be done without waiting, within the budget of a turn. `input` is the
    /// shared read buffer, at least [`HEAD_MAX`](request::HEAD_MAX) bytes.
    pub fn advance(&mut self, shared: &mut Shared<E>, input: &mut [u8]) -> Advance {
        let mut turn = Turn::new();
        loop {
            let step = match self.state {
                State::Reading(_) | State::Idle => self.read(&mut turn, shared, input),
                State::Responding(_) => self.send(&mut turn, shared),
                State::Closing { .. } => self.discard(&mut turn, shared, input),
            };
            if let Break(then) = step {
                let deadline = turn.deadline;
                return Advance { then, deadline };
            }
        }
    }

    /// The server stops. A request that is already in the socket is answered, and what is being
    /// sent goes on; all else ends.
    pub fn stop(&mut self, shared: &mut Shared<E>, input: &mut [u8]) -> Advance {
        if let State::Reading(_) | State::Idle = self.state {
            self.expect_input();
        }
        let advance = self.advance(shared, input);
        match (advance.then, &self.state) {
            (Then::Wait, State::Reading(_) | State::Idle) => Advance::close(Cause::Stopped),
            _ => advance,
        }
    }

    /// It is being dropped for `cause`: a response that is on its way gets its row.
    pub fn abandon(&self, cause: Cause, shared: &mut Shared<E>) {
        if let State::Responding(exchange) = &self.state {
            self.log(&exchange.record, exchange.body_sent, Some(cause), shared);
            shared.descriptors.files -= exchange.files();
        }
    }

    /// The deadline that goes with the state.
    fn deadline_of_state(&self) -> Deadline {
        match &self.state {
            State::Reading(Some(kept)) if request::is_blank(&kept.bytes) => Deadline::Idle,
            State::Reading(_) => Deadline::Head,
            State::Responding(_) => Deadline::Stall,
            State::Idle => Deadline::Idle,
            State::Closing { .. } => Deadline::Closing,
        }
    }

    /// One row for each response, when it has ended one way or the other.
    fn log<S: AsRef<str>>(
        &self,
        record: &Record<S>,
        bytes: u64,
        cut_short: Option<Cause>,
        shared: &mut Shared<E>,
    ) {
        let ended = shared.clock.elapsed();
        let row = Row {
            connected_at: UNIX_EPOCH + Duration::from_millis(self.connected_at),
            requested_at: record.requested_at,
            client: self.peer.into(),
            method: record.method.as_ref(),
            target: record.target.as_ref(),
            file: record.file.as_ref(),
            status: record.status,
            bytes,
            duration: ended.saturating_sub(record.started),
            cut_short,
        };
        shared.log.record(&row, shared.clock.now().monotonic);
        let observer = &mut shared.observer;
        observer.event(
            Some(self.key),
            Event::Logged(record.status, bytes, cut_short),
        );
    }
}

impl Advance {
    fn close(cause: Cause) -> Self {
        Self {
            then: Then::Close(cause),
            deadline: None,
        }
    }
}

#[cfg(test)]
mod tests;
