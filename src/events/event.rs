//! Every event of the loop, and the trait that is told of them.
//!
//! The loop and its connections tell an [`Observer`] what they do, in the order in which they do it.
//! They ask it nothing and get no answer, and do not know which observer it is: that is decided by
//! type when the server is put together. The calls to [`NoopObserver`] compile to nothing.
//!
//! What one connection does is told between [`Event::WorkBegins`] and [`Event::WorkEnds`]. There is
//! no nesting: within the work of one connection nothing is told of another, except that it was
//! closed to free its descriptor.

use std::time::Duration;

use crate::clock::Now;
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::id::{ConnectionId, Peer};
use crate::events::state::StateName;
use crate::http::status::Status;

/// Is told of every event of the loop. Times are on the server's monotonic clock, counted from its
/// start; an observer that measures within a turn reads a clock of its own.
///
/// A slow observer makes a slow server: the loop goes on when the method returns.
pub trait Observer {
    /// Something happened to the connection `id`, or, without an id, to the loop itself.
    fn event(&mut self, id: Option<ConnectionId>, event: Event) {
        let _ = (id, event);
    }

    /// The connection `id` begins to answer a request. Method and target are the client's bytes, to
    /// be escaped before they are shown; both are empty if the request could not be read.
    fn responds(&mut self, id: ConnectionId, method: &str, target: &str, status: Status) {
        let _ = (id, method, target, status);
    }
}

/// What happened. Where no other subject is named, it is the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The loop sleeps until an event comes, at most for this long; `None` is without a limit.
    PollBegins(Option<Duration>),
    /// A turn begins, with its reading of time and so many events from the kernel.
    TurnBegins(Now, usize),
    /// The turn is over. The counts are those at its end.
    TurnEnds(ConnectionCounts),
    /// It was accepted and is in its slot, in [`StateName::Reading`].
    Accepted(Peer),
    /// The kernel says that its socket has become ready.
    Ready(Readiness),
    /// It begins to do what can be done without waiting.
    WorkBegins(WakeReason),
    /// It can do no more without waiting, or a budget is spent, or it is closed.
    WorkEnds,
    /// It read so many bytes. Zero is the end of input.
    Read(usize),
    /// It wrote so many bytes, at least one.
    Wrote(usize),
    /// A read or write would have blocked: there was nothing to read, or no room to write.
    WouldBlock(Direction),
    /// It begins an answer: see [`Observer::responds`].
    Responds(Status),
    /// It went from one state to another, by a row of [`crate::events::state::TRANSITIONS`].
    Changed(StateName, StateName),
    /// It has this deadline from now on, in place of the one before; the time is when it passes.
    DeadlineSet(Deadline, Duration),
    /// Its deadline has passed. The work that follows tries once more what it waited for.
    DeadlinePassed(Deadline),
    /// It stands in a queue: a budget is spent, or it waits for a descriptor.
    Queued(QueueKind),
    /// A response got its row in the log: status, bytes of body, and what cut it short.
    Logged(Status, u64, Option<CloseReason>),
    /// It is closed; its slot is free.
    Closed(CloseReason),
    /// The operator asks the observers for what they have recorded (SIGUSR1).
    DumpRequested,
}

/// What a socket is known to be ready for. It is remembered, because an edge tells it only once, and
/// cleared by `WouldBlock`, or by a transfer that was shorter than asked (epoll(7), question 9).
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of epoll_ctl(2)"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    /// There may be something to read.
    pub readable: bool,
    /// There may be room to write.
    pub writable: bool,
    /// The peer has ended its side: a short read then does not mean that the socket is empty, since
    /// the end itself is still to be read.
    pub read_closed: bool,
    /// There is, or was, urgent data (tcp(7)): a read ends early where it stands, so a short read
    /// then does not mean that the socket is empty.
    pub urgent: bool,
}

impl Readiness {
    /// Whether a read that returned fewer bytes than asked leaves something to be read.
    pub fn short_read_proves_nothing(self) -> bool {
        self.read_closed || self.urgent
    }
}

/// Why a connection begins to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WakeReason {
    /// It has just been accepted.
    Accept,
    /// Its socket has become ready.
    Event,
    /// It was at the front of the ready queue.
    Queue,
    /// Its deadline has passed.
    Deadline,
    /// The server stops.
    Stop,
}

/// A direction of a socket, as seen from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client.
    Read,
    /// To the client.
    Write,
}

/// The queues that a connection can stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueKind {
    /// Those that a budget stopped: they go on without an event.
    Ready,
    /// Those that wait for a descriptor to open their file with.
    WaitingForFd,
}

/// The connections, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConnectionCounts {
    /// How many there are.
    pub open: usize,
    /// How many wait at most until which deadline, in the order of [`Deadline::ALL`].
    pub waiting: [usize; Deadline::ALL.len()],
    /// How many stand in the ready queue.
    pub ready: usize,
    /// How many wait for a descriptor.
    pub waiting_for_fd: usize,
}

impl ConnectionCounts {
    /// How many wait at most until this deadline.
    pub fn waiting_for(&self, deadline: Deadline) -> usize {
        self.waiting[deadline as usize]
    }
}

/// An observer that does nothing: every call compiles to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoopObserver;

impl Observer for NoopObserver {}
