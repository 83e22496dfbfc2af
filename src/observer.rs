//! Who watches the loop: one method for each thing that happens in it.
//!
//! The loop and its connections tell an [`Observer`] what they do, in the order in which they do
//! it. They ask it nothing and get no answer, and know none by name: which one it is, is decided by
//! type when the server is put together. Every method has an empty body to begin with, so that an
//! observer writes down only what it cares for, and the calls to [`Unobserved`] compile to nothing.
//!
//! What one connection does comes between [`Observer::work_begins`] and [`Observer::work_ends`].
//! There is no nesting: within one's work nothing of another is told, but that it was closed to
//! make room.

use std::time::Duration;

use crate::cause::Cause;
use crate::clock::Now;
use crate::key::Key;
use crate::peer::Peer;
use crate::states::StateName;
use crate::status::Status;
use crate::timeouts::Deadline;
use crate::transport::Readiness;

/// Sees every event of the loop. Times are on the server's monotonic clock, counted from its
/// start; an observer that measures within a turn reads a clock of its own.
///
/// A slow observer makes a slow server: the loop goes on when the method returns.
pub trait Observer {
    /// The loop asks the kernel for events, and sleeps until there are some, for `timeout` at the
    /// most; `None` is for ever.
    fn poll_begins(&mut self, timeout: Option<Duration>) {
        let _ = timeout;
    }

    /// The kernel gave this many events, and a turn begins. `now` is its one reading of time.
    fn turn_begins(&mut self, now: Now, events: usize) {
        let _ = (now, events);
    }

    /// The turn is over, and this is what it left.
    fn turn_ends(&mut self, census: Census) {
        let _ = census;
    }

    /// A new connection is in its slot, in [`StateName::Reading`].
    fn accepted(&mut self, key: Key, peer: Peer) {
        let _ = (key, peer);
    }

    /// The kernel says that its socket has become ready.
    fn ready(&mut self, key: Key, readiness: Readiness) {
        let _ = (key, readiness);
    }

    /// It is its turn to do what can be done without waiting.
    fn work_begins(&mut self, key: Key, occasion: Occasion) {
        let _ = (key, occasion);
    }

    /// It can do no more, or has done its share; or it is closed.
    fn work_ends(&mut self, key: Key) {
        let _ = key;
    }

    /// Its socket gave this many bytes. Zero is the end of input.
    fn read(&mut self, key: Key, count: usize) {
        let _ = (key, count);
    }

    /// Its socket took this many bytes, more than none.
    fn wrote(&mut self, key: Key, count: usize) {
        let _ = (key, count);
    }

    /// Its socket would have made us wait: there was nothing to read, or no room to write.
    fn would_block(&mut self, key: Key, direction: Direction) {
        let _ = (key, direction);
    }

    /// It begins to answer a request. Method and target are the client's bytes, to be escaped
    /// before they are shown; both are empty if the request could not be read.
    fn responds(&mut self, key: Key, method: &str, target: &str, status: Status) {
        let _ = (key, method, target, status);
    }

    /// It changes its state, by a row of [`crate::states::TRANSITIONS`]. The first row is told as
    /// [`Observer::accepted`], those that lead outside as [`Observer::closed`].
    fn changed(&mut self, key: Key, from: StateName, to: StateName) {
        let _ = (key, from, to);
    }

    /// It has this deadline from now on, instead of the one that it had, and it passes at `due`.
    fn deadline_set(&mut self, key: Key, deadline: Deadline, due: Duration) {
        let _ = (key, deadline, due);
    }

    /// Its deadline has passed. What it waited for is tried once more, in the work that follows.
    fn deadline_passed(&mut self, key: Key, deadline: Deadline) {
        let _ = (key, deadline);
    }

    /// It goes on later: a budget is used up, or it waits for a descriptor.
    fn queued(&mut self, key: Key, queue: Queue) {
        let _ = (key, queue);
    }

    /// A response has ended and has its row: so many bytes of body, and why it was cut short if it
    /// was.
    fn logged(&mut self, key: Key, status: Status, bytes: u64, cut_short: Option<Cause>) {
        let _ = (key, status, bytes, cut_short);
    }

    /// It has ended, for this cause; its slot is free.
    fn closed(&mut self, key: Key, cause: Cause) {
        let _ = (key, cause);
    }

    /// The operator's signal for observers has come (SIGUSR1).
    fn asked(&mut self) {}
}

/// Why it is a connection's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
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
pub enum Queue {
    /// A budget stopped its work; it goes on in the next turn.
    Ready,
    /// It waits for a descriptor to open its file with.
    Parked,
}

/// The connections, counted at the end of a turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// How many there are.
    pub open: usize,
    /// How many have each deadline before them, in the order of [`Deadline::ALL`].
    pub waiting: [usize; Deadline::ALL.len()],
    /// How many stand in the ready queue.
    pub ready: usize,
    /// How many wait for a descriptor.
    pub parked: usize,
}

impl Census {
    /// How many have this deadline before them.
    pub fn waiting_for(&self, deadline: Deadline) -> usize {
        self.waiting[deadline as usize]
    }
}

/// Nobody watches: every call compiles to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}
