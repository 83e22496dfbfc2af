//! What happens in the loop, as values, and who watches it.
//!
//! The loop and its connections tell an [`Observer`] what they do, in the order in which they do
//! it. They ask it nothing and get no answer, and know none by name: which one it is, is decided by
//! type when the server is put together. The calls to [`NoopObserver`] compile to nothing.
//!
//! What one connection does comes between [`Event::WorkBegins`] and [`Event::WorkEnds`].
//! There is no nesting: within one's work nothing of another is told, but that it was closed to
//! make room.

use std::time::Duration;

use crate::clock::Now;
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::id::{ConnectionId, Peer};
use crate::events::state::StateName;
use crate::http::status::Status;

/// Sees every event of the loop. Times are on the server's monotonic clock, counted from its
/// start; an observer that measures within a turn reads a clock of its own.
///
/// A slow observer makes a slow server: the loop goes on when the method returns.
pub trait Observer {
    /// Something happened to the connection `id`, or, without one, to the loop itself.
    fn event(&mut self, id: Option<ConnectionId>, event: Event) {
        let _ = (id, event);
    }

    /// It begins to answer a request. Method and target are the client's bytes, to be escaped
    /// before they are shown; both are empty if the request could not be read.
    fn responds(&mut self, id: ConnectionId, method: &str, target: &str, status: Status) {
        let _ = (id, method, target, status);
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The loop sleeps until something comes, for this long at the most; `None` is for ever.
    PollBegins(Option<Duration>),
    /// A turn begins, with its one reading of time and so many events from the kernel.
    TurnBegins(Now, usize),
    /// The turn is over, and this is what it left.
    TurnEnds(ConnectionCounts),
    /// A new connection is in its slot, in [`StateName::Reading`].
    Accepted(Peer),
    /// The kernel says that its socket has become ready.
    Ready(Readiness),
    /// It is its turn to do what can be done without waiting.
    WorkBegins(WakeReason),
    /// It can do no more, or has done its share; or it is closed.
    WorkEnds,
    /// Its socket gave so many bytes. Zero is the end of input.
    Read(usize),
    /// Its socket took so many bytes, more than none.
    Wrote(usize),
    /// Its socket would have made us wait: there was nothing to read, or no room to write.
    WouldBlock(Direction),
    /// It begins an answer: see [`Observer::responds`].
    Responds(Status),
    /// It has left one state for another, by a row of [`crate::events::state::TRANSITIONS`].
    Changed(StateName, StateName),
    /// It has this deadline from now on, instead of the one that it had, and it passes then.
    DeadlineSet(Deadline, Duration),
    /// Its deadline has passed. What it waited for is tried once more, in the work that follows.
    DeadlinePassed(Deadline),
    /// It goes on later: a budget is used up, or it waits for a descriptor.
    Queued(QueueKind),
    /// A response has its row: status, bytes of body, and why it was cut short.
    Logged(Status, u64, Option<CloseReason>),
    /// It has ended; its slot is free.
    Closed(CloseReason),
    /// The operator's signal for observers has come (SIGUSR1).
    DumpRequested,
}

/// What the socket is known to be ready for: remembered, because an edge tells it only once.
/// Cleared by `WouldBlock`, or by a transfer shorter than asked (epoll(7), question 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// There may be something to read.
    pub readable: bool,
    /// There may be room to write.
    pub writable: bool,
    /// The peer has ended its side: a short read does not mean that no more is coming, for the
    /// end itself is still to be read.
    pub read_closed: bool,
}

/// Why it is a connection's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WakeReason {
    /// It has just been accepted.
    Accept,
    /// Its socket has become ready.
    Event,
    /// It stood in the ready queue.
    Queue,
    /// Its deadline has passed.
    Deadline,
    /// The server stops.
    Stop,
}

/// A direction of a socket, as seen from us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client.
    Read,
    /// To the client.
    Write,
}

/// Where a connection can stand that need not wait for its socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueKind {
    /// A budget stopped its work; it goes on in the next turn.
    Ready,
    /// It waits for a descriptor to open its file with.
    WaitingForFd,
}

/// The connections, counted at the end of a turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConnectionCounts {
    /// How many there are.
    pub open: usize,
    /// How many have each deadline before them, in the order of [`Deadline::ALL`].
    pub waiting: [usize; Deadline::ALL.len()],
    /// How many stand in the ready queue.
    pub ready: usize,
    /// How many wait for a descriptor.
    pub waiting_for_fd: usize,
}

impl ConnectionCounts {
    /// How many have this deadline before them.
    pub fn waiting_for(&self, deadline: Deadline) -> usize {
        self.waiting[deadline as usize]
    }
}

/// Nobody watches: every call compiles to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoopObserver;

impl Observer for NoopObserver {}
