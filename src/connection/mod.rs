//! One connection: a state machine that reads requests from a transport and sends responses to it.
//!
//! Invariant: a connection waits only for what its socket has refused. Each state tries its
//! operation when it is entered, and waits once the socket has said that it would block: readiness
//! comes as an edge, and an edge that is not drained does not come again. A connection that is idle
//! owns nothing on the heap.
//!
//! Must not know: which socket is behind its transport, which other connections there are, and its
//! own place among them. It is lent the [`LoopContext`] for one call.
//!
//! Read in this order: `state` (what it can be), this file, `step` (budgets), then the seven verbs of
//! a request's way, each of which adds one thing:
//!
//! | verb | file | what it adds |
//! | --- | --- | --- |
//! | `advance` | this one | picks the operation of the state, until it must wait or yield |
//! | `read_socket` | `read` | one read, joined to a partial head |
//! | `process_input` | `read` | the state and the deadline after that input |
//! | `process_pipelined` | `read` | one request after the other |
//! | `process_one` | `read` | budgets; parses; a malformed head gets its 400 |
//! | `handle_request` | `respond` | looks the file up and chooses the answer |
//! | `send_response` | `respond` | puts head and body together and writes them |
//!
//! What the socket does not take at once is sent by `send`; `close` ends a connection, and
//! `deadline_passed` says what happens to one whose time is up.
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
//! Responding also when the client asked for the end and has sent nothing after that. The table
//! [`crate::events::state::TRANSITIONS`] has every way.

mod audit;
pub mod close;
pub mod context;
mod deadline_passed;
mod input;
mod read;
mod respond;
mod send;
mod state;
pub mod step;

use std::num::NonZeroU32;
use std::ops::ControlFlow::Break;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use self::context::{Env, LoopContext};
use self::state::State;
use self::step::{Freshness, NextStep, Progress, Step};
use crate::events::close_reason::CloseReason;
use crate::events::event::{Event, Readiness};
use crate::events::id::{ConnectionId, Peer};
use crate::log::csv_row::Row;
use crate::response::in_flight::AccessRecord;

/// One client. It owns no buffer: what it holds beyond this struct belongs to its state.
#[derive(Debug)]
pub struct Connection<E: Env> {
    transport: E::Transport,
    peer: Peer,
    /// How many requests it has made.
    requests: u32,
    /// When it was accepted, in milliseconds since 1970.
    connected_at: u64,
    ready: Readiness,
    /// How fresh the unread input is known to be.
    unread: Freshness,
    state: State<E::File>,
}

impl<E: Env> Connection<E> {
    /// A connection that was accepted at `now`. Its socket has room to write, and has not said yet
    /// whether there is something to read.
    pub fn new(transport: E::Transport, peer: Peer, now: SystemTime) -> Self {
        let since_1970 = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            transport,
            peer,
            requests: 0,
            connected_at: u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX),
            ready: Readiness {
                writable: true,
                ..Readiness::default()
            },
            unread: Freshness::Unknown,
            state: State::Reading(None),
        }
    }

    /// Its stream.
    pub fn transport_mut(&mut self) -> &mut E::Transport {
        &mut self.transport
    }

    /// Whether a response is being sent.
    pub fn is_responding(&self) -> bool {
        matches!(self.state, State::Responding(_))
    }

    /// Whether it has sent a response for at least `age`, and fewer than `rate` bytes per second of
    /// it on average.
    pub fn is_slower_than(&self, rate: NonZeroU32, age: Duration, now: Duration) -> bool {
        let State::Responding(pending) = &self.state else {
            return false;
        };
        let time = now.saturating_sub(pending.record.started);
        let expected = u64::from(rate.get()).saturating_mul(time.as_secs());
        time >= age && pending.sent_bytes() < expected
    }

    /// How many bytes of memory it holds beyond its slot that it shares with no other connection.
    pub fn own_bytes(&self) -> usize {
        match &self.state {
            State::Reading(Some(partial)) => size_of_val(&**partial) + partial.bytes.capacity(),
            State::Responding(pending) => pending.own_bytes(),
            State::Reading(None) | State::Idle | State::Closing { .. } => 0,
        }
    }

    /// Remembers what an event says of its socket.
    pub fn mark_ready(&mut self, event: Readiness) {
        self.ready.readable |= event.readable;
        self.ready.writable |= event.writable;
        self.ready.read_closed |= event.read_closed;
        self.ready.urgent |= event.urgent;
        if event.readable {
            self.unread = Freshness::Announced;
        }
    }

    /// Lets it try to read, though no event has told of input.
    pub fn assume_readable(&mut self) {
        self.ready.readable = true;
    }

    /// Does all that can be done without waiting, within the budgets of one step. `input` is the
    /// shared read buffer, which has room for the longest head.
    pub fn advance(
        &mut self,
        id: ConnectionId,
        context: &mut LoopContext<E>,
        input: &mut [u8],
    ) -> Progress {
        let mut step = Step::new(id);
        loop {
            let flow = match self.state {
                State::Reading(_) | State::Idle => self.read_socket(&mut step, context, input),
                State::Responding(_) => self.send_rest(&mut step, context),
                State::Closing { .. } => self.discard_input(&mut step, context, input),
            };
            if let Break(next) = flow {
                let deadline = step.deadline;
                return Progress { next, deadline };
            }
        }
    }

    /// The server stops. A request that is already in the socket is answered, and what is being sent
    /// goes on. A connection that has never sent a byte waits a little longer, because its first
    /// request may be on its way; every other connection ends.
    pub fn stop(
        &mut self,
        id: ConnectionId,
        context: &mut LoopContext<E>,
        input: &mut [u8],
    ) -> Progress {
        if let State::Reading(_) | State::Idle = self.state {
            self.assume_readable();
        }
        let progress = self.advance(id, context, input);
        match (progress.next, &self.state) {
            (NextStep::Wait, State::Reading(None)) => progress,
            (NextStep::Wait, State::Reading(_) | State::Idle) => {
                Progress::close(CloseReason::Stopped)
            }
            _ => progress,
        }
    }

    /// It is being dropped for `reason`: a response that is being sent gets its row now.
    pub fn log_aborted(&self, id: ConnectionId, reason: CloseReason, context: &mut LoopContext<E>) {
        if let State::Responding(pending) = &self.state {
            self.log(
                id,
                &pending.record,
                pending.body_sent,
                Some(reason),
                context,
            );
            context.descriptors.close_files(pending.files());
        }
    }

    /// Adds a response's row to the log, when the response has ended one way or the other. `bytes`
    /// counts what the socket took of its body.
    fn log<S: AsRef<[u8]>>(
        &self,
        id: ConnectionId,
        record: &AccessRecord<S>,
        bytes: u64,
        aborted_by: Option<CloseReason>,
        context: &mut LoopContext<E>,
    ) {
        let ended = context.clock.elapsed();
        let row = Row {
            connected_at: UNIX_EPOCH + Duration::from_millis(self.connected_at),
            client: self.peer.into(),
            response: record.borrowed(),
            bytes,
            duration: ended.saturating_sub(record.started),
            aborted_by,
        };
        context.log.record(&row, context.clock.now().monotonic);
        context.emit(id, Event::Logged(record.status, bytes, aborted_by));
    }
}

#[cfg(test)]
mod tests;
