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
//! All ways there are stand in [`crate::events::state::TRANSITIONS`].
//!
//! A state is an enum variant that carries its data: to change state is to replace the value, so
//! nothing is left over from the state before. Each state tries its operation when it is entered
//! and waits only once the socket has said that it would block: readiness comes as an edge, and
//! an edge that is not drained does not come again.

mod audit;
mod close;
pub mod context;
mod deadline_passed;
mod input;
mod read;
mod respond;
mod send;
mod step;

use std::ops::ControlFlow::Break;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use self::input::PartialHead;
use self::step::{Freshness, Step};
use crate::connection::context::{Env, LoopContext};
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
pub use crate::events::event::Readiness;
use crate::events::event::{Event, Observer};
use crate::events::id::ConnectionId;
use crate::events::id::Peer;
use crate::http::request;
use crate::log::access_log::Row;
use crate::response::in_flight::{AccessRecord, PendingResponse};

/// One client. It owns no buffer: what it holds beyond this struct hangs on its state.
#[derive(Debug)]
pub struct Connection<E: Env> {
    transport: E::Transport,
    peer: Peer,
    /// Its name, which tells it from earlier ones in the same slot.
    id: ConnectionId,
    /// How many requests it has made.
    requests: u32,
    /// When it was accepted, in milliseconds since 1970.
    connected_at: u64,
    ready: Readiness,
    /// When that came which has not been read yet.
    unread: Freshness,
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
    WaitingForFd,
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
    Reading(Option<Box<PartialHead>>),
    /// A response that the socket has not taken whole.
    Responding(Box<PendingResponse<F>>),
    /// Between requests. Owns nothing on the heap, whatever came before.
    Idle,
    /// Our side has ended. What the peer still sends is thrown away, so that it reads our last
    /// answer: closing with unread input would send a reset, which can overtake that answer.
    Closing {
        discards_left: u32,
        cause: CloseReason,
    },
}

/// What the caller of [`Connection::advance`] does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Wait for an event or the deadline.
    Wait,
    /// Call again in the next turn: a budget is used up, not the work.
    Yield,
    /// Drop the connection.
    Close(CloseReason),
    /// A file could not be opened for want of descriptors: make room and call again, or close.
    OutOfDescriptors,
}

/// The result of [`Connection::advance`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What to do next.
    pub then: NextStep,
    /// The deadline that now holds, counted from now; `None` leaves the one that runs.
    pub deadline: Option<Deadline>,
}

impl<E: Env> Connection<E> {
    /// A connection that was accepted at `now`. Its socket has room to write, and has not said
    /// yet whether there is something to read.
    pub fn new(transport: E::Transport, peer: Peer, id: ConnectionId, now: SystemTime) -> Self {
        let since_1970 = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            transport,
            peer,
            id,
            requests: 0,
            connected_at: u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX),
            ready: Readiness {
                readable: false,
                writable: true,
                read_closed: false,
            },
            unread: Freshness::Unknown,
            queued: Queued::No,
            room_made: MadeRoom::No,
            state: State::Reading(None),
        }
    }

    /// Its name, which tells it from earlier ones in the same slot.
    pub fn id(&self) -> ConnectionId {
        self.id
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
            self.unread = Freshness::Announced;
        }
    }

    /// Lets it try to read, though no event has told of input.
    pub fn assume_readable(&mut self) {
        self.ready.readable = true;
    }

    /// Does all that can be done without waiting, within the budget of a turn. `input` is the
    /// shared read buffer, at least [`HEAD_MAX`](request::HEAD_MAX) bytes.
    pub fn advance(&mut self, context: &mut LoopContext<E>, input: &mut [u8]) -> Progress {
        let mut step = Step::new();
        loop {
            let flow = match self.state {
                State::Reading(_) | State::Idle => self.read(&mut step, context, input),
                State::Responding(_) => self.send(&mut step, context),
                State::Closing { .. } => self.discard(&mut step, context, input),
            };
            if let Break(then) = flow {
                let deadline = step.deadline;
                return Progress { then, deadline };
            }
        }
    }

    /// The server stops. A request that is already in the socket is answered, and what is being
    /// sent goes on; all else ends.
    pub fn stop(&mut self, context: &mut LoopContext<E>, input: &mut [u8]) -> Progress {
        if let State::Reading(_) | State::Idle = self.state {
            self.assume_readable();
        }
        let advance = self.advance(context, input);
        match (advance.then, &self.state) {
            (NextStep::Wait, State::Reading(_) | State::Idle) => {
                Progress::close(CloseReason::Stopped)
            }
            _ => advance,
        }
    }

    /// It is being dropped for `cause`: a response that is on its way gets its row.
    pub fn log_aborted(&self, cause: CloseReason, context: &mut LoopContext<E>) {
        if let State::Responding(pending) = &self.state {
            self.log(&pending.record, pending.body_sent, Some(cause), context);
            context.descriptors.files -= pending.files();
        }
    }

    /// The deadline that goes with the state.
    fn deadline_of_state(&self) -> Deadline {
        match &self.state {
            State::Reading(Some(partial)) if request::is_blank(&partial.bytes) => Deadline::Idle,
            State::Reading(_) => Deadline::Head,
            State::Responding(_) => Deadline::Stall,
            State::Idle => Deadline::Idle,
            State::Closing { .. } => Deadline::Closing,
        }
    }

    /// One row for each response, when it has ended one way or the other.
    fn log<S: AsRef<str>>(
        &self,
        record: &AccessRecord<S>,
        bytes: u64,
        aborted_by: Option<CloseReason>,
        context: &mut LoopContext<E>,
    ) {
        let ended = context.clock.elapsed();
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
            aborted_by,
        };
        context.log.record(&row, context.clock.now().monotonic);
        let observer = &mut context.observer;
        observer.event(
            Some(self.id),
            Event::Logged(record.status, bytes, aborted_by),
        );
    }
}

impl Progress {
    fn close(cause: CloseReason) -> Self {
        Self {
            then: NextStep::Close(cause),
            deadline: None,
        }
    }
}

#[cfg(test)]
mod tests;
