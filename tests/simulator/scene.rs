//! What everybody in one simulated world can see: the time, the faults that may strike, counts.

use std::cell::{Cell, RefCell};
use std::ops::AddAssign;
use std::time::Duration;

use millpond::config::Limits;
use millpond::events::close_reason::{CloseCounts, CloseReason};
use millpond::events::state::TRANSITIONS;

use crate::files::Files;
use crate::random::Random;

/// How often each fault strikes: once in so many calls, 0 for never.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    pub interrupted: usize,
    /// A write that the socket refuses or cuts although there is room: memory is short.
    pub pressure: usize,
    /// Input that is announced, and not there yet when it is read.
    pub hidden: usize,
    /// An error of the network.
    pub broken: usize,
    /// `EIO` of the disk.
    pub disk: usize,
    /// An event of which only the bits that changed are told. Else all that hold are, as epoll does.
    pub changes_only: usize,
}

impl Rates {
    /// Each world has its own weather; some have none.
    pub fn any(random: &mut Random) -> Self {
        Self {
            interrupted: random.pick(&[0, 5, 50]),
            pressure: random.pick(&[0, 4, 20]),
            hidden: random.pick(&[0, 8, 40]),
            broken: random.pick(&[0, 50, 400]),
            disk: random.pick(&[0, 100]),
            changes_only: random.pick(&[0, 1, 2]),
        }
    }
}

/// What has been counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub lives: u64,
    pub turns: u64,
    pub responses: u64,
    pub aborted_by: u64,
    pub rows: u64,
    pub interrupted: u64,
    pub pressure: u64,
    pub hidden: u64,
    pub broken: u64,
    pub disk: u64,
    pub out_of_descriptors: u64,
    pub files_changed: u64,
    pub stray_events: u64,
    pub clock_leaps: u64,
    pub room_made: u64,
    pub stops: u64,
    pub close_reasons: [u64; CloseReason::ALL.len()],
    /// Bytes that sockets gave, and took.
    pub read: u64,
    pub wrote: u64,
    /// How often each way between states was taken.
    pub ways: [u64; TRANSITIONS.len()],
}

impl Tally {
    pub fn add_causes(&mut self, counts: &CloseCounts) {
        for (sum, cause) in self.close_reasons.iter_mut().zip(CloseReason::ALL) {
            *sum += counts.count(cause);
        }
    }

    /// All that went wrong on purpose.
    pub fn faults(&self) -> u64 {
        self.interrupted
            + self.pressure
            + self.hidden
            + self.broken
            + self.disk
            + self.out_of_descriptors
            + self.files_changed
            + self.stray_events
            + self.clock_leaps
            + self.room_made
            + self.stops
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.lives += other.lives;
        self.turns += other.turns;
        self.responses += other.responses;
        self.aborted_by += other.aborted_by;
        self.rows += other.rows;
        self.interrupted += other.interrupted;
        self.pressure += other.pressure;
        self.hidden += other.hidden;
        self.broken += other.broken;
        self.disk += other.disk;
        self.out_of_descriptors += other.out_of_descriptors;
        self.files_changed += other.files_changed;
        self.stray_events += other.stray_events;
        self.clock_leaps += other.clock_leaps;
        self.room_made += other.room_made;
        self.stops += other.stops;
        self.read += other.read;
        self.wrote += other.wrote;
        for (sum, more) in self.ways.iter_mut().zip(other.ways) {
            *sum += more;
        }
        for (sum, more) in self.close_reasons.iter_mut().zip(other.close_reasons) {
            *sum += more;
        }
    }
}

/// Shared by the world, its wires and its files. The simulator is one thread.
#[derive(Debug)]
pub struct Scene {
    pub limits: Limits,
    pub rates: Cell<Rates>,
    pub now: Cell<Duration>,
    /// Which turn of the loop it is.
    pub turn: Cell<u64>,
    /// How many calls of the pond there have been on transports.
    pub calls: Cell<u64>,
    /// The server has been told to stop.
    pub is_stopping: Cell<bool>,
    /// Everything is being closed, whatever it does.
    pub is_closing_all: Cell<bool>,
    /// Room was wanted, for a newcomer or a file, in this call on the pond.
    pub is_room_wanted: Cell<bool>,
    /// When there was last no descriptor for a file.
    pub scarce_at: Cell<Duration>,
    pub files: RefCell<Files>,
    pub tally: RefCell<Tally>,
    pub is_traced: bool,
}

impl Scene {
    /// Says what happens, if someone listens.
    pub fn trace(&self, line: impl FnOnce() -> String) {
        if self.is_traced {
            let now = self.now.get().as_millis();
            eprintln!("turn {:>5} {now:>8} ms  {}", self.turn.get(), line());
        }
    }

    pub fn count(&self, add: impl FnOnce(&mut Tally)) {
        add(&mut self.tally.borrow_mut());
    }

    /// A call on a transport. A connection that spins would hang the driver otherwise.
    pub fn called(&self) {
        self.calls.set(self.calls.get() + 1);
        assert!(
            self.calls.get() < CALLS_A_TURN,
            "a connection spins: {CALLS_A_TURN} calls on transports in one turn"
        );
    }
}

/// Far beyond what budgets allow: reads of a byte up to the send budget, by a few connections.
const CALLS_A_TURN: u64 = 500_000;
