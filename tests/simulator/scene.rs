//! What all parts of one simulated world share: the time, the rates of faults, and counts.

use std::cell::{Cell, RefCell};
use std::ops::AddAssign;
use std::time::Duration;

use millpond::config::Limits;
use millpond::events::close_reason::{CloseCounts, CloseReason};
use millpond::events::state::TRANSITIONS;
use millpond::response::serving::Serving;

use crate::files::Files;
use crate::random::Random;

/// How often each fault strikes: once in this many calls, 0 for never.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    pub interrupted: usize,
    /// A write that the socket refuses or cuts although its queue has space: the kernel is short of
    /// memory.
    pub pressure: usize,
    /// Input that is announced, but not there yet when the server reads.
    pub hidden: usize,
    /// An error of the network.
    pub broken: usize,
    /// `EIO` of the disk.
    pub disk: usize,
    /// An event that carries only the bits that changed. Other events carry all bits that hold, as
    /// with epoll.
    pub changes_only: usize,
}

impl Rates {
    /// Each world has its own rates of faults; some worlds have none.
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

/// The counts of a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    pub lives: u64,
    pub turns: u64,
    pub responses: u64,
    pub aborted: u64,
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
    /// How often a stranger took the lock of a real log, and changed a file that was the server's.
    pub locks_held: u64,
    pub inodes_reused: u64,
    /// Answers with ranges, and files that clients put together from such.
    pub partial: u64,
    pub assembled: u64,
    pub close_reasons: [u64; CloseReason::ALL.len()],
    /// Bytes that the server read from sockets, and that sockets took.
    pub read: u64,
    pub wrote: u64,
    /// How often each transition between states was taken.
    pub transitions: [u64; TRANSITIONS.len()],
}

impl Stats {
    pub fn add_close_reasons(&mut self, counts: &CloseCounts) {
        for (sum, reason) in self.close_reasons.iter_mut().zip(CloseReason::ALL) {
            *sum += counts.count(reason);
        }
    }

    /// All faults that were injected.
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
            + self.locks_held
            + self.inodes_reused
    }
}

impl AddAssign for Stats {
    fn add_assign(&mut self, other: Self) {
        self.lives += other.lives;
        self.turns += other.turns;
        self.responses += other.responses;
        self.aborted += other.aborted;
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
        self.locks_held += other.locks_held;
        self.inodes_reused += other.inodes_reused;
        self.partial += other.partial;
        self.assembled += other.assembled;
        self.read += other.read;
        self.wrote += other.wrote;
        for (sum, more) in self.transitions.iter_mut().zip(other.transitions) {
            *sum += more;
        }
        for (sum, more) in self.close_reasons.iter_mut().zip(other.close_reasons) {
            *sum += more;
        }
    }
}

/// Shared by the world, its wires and its files. The simulator has one thread.
#[derive(Debug)]
pub struct Scene {
    pub limits: Limits,
    pub serving: Serving,
    pub rates: Cell<Rates>,
    pub now: Cell<Duration>,
    /// The number of the current turn of the loop.
    pub turn: Cell<u64>,
    /// How many calls on transports the connection table has made in this turn.
    pub calls: Cell<u64>,
    /// The server has been told to stop.
    pub is_stopping: Cell<bool>,
    /// Everything is being closed, whatever its state.
    pub is_closing_all: Cell<bool>,
    /// In this call on the connection table, a new connection or a file needed a descriptor.
    pub is_room_wanted: Cell<bool>,
    /// When a file last found no descriptor.
    pub scarce_at: Cell<Duration>,
    pub files: RefCell<Files>,
    pub stats: RefCell<Stats>,
    pub is_traced: bool,
}

impl Scene {
    /// Whether the server knows neither ranges nor compressed forms.
    pub fn is_plain(&self) -> bool {
        self.serving == Serving::default()
    }

    /// Prints what happens, if the run is traced.
    pub fn trace(&self, line: impl FnOnce() -> String) {
        if self.is_traced {
            let now = self.now.get().as_millis();
            eprintln!("turn {:>5} {now:>8} ms  {}", self.turn.get(), line());
        }
    }

    pub fn count(&self, add: impl FnOnce(&mut Stats)) {
        add(&mut self.stats.borrow_mut());
    }

    /// Counts a call on a transport. Without the limit, a connection that spins would hang the
    /// driver.
    pub fn called(&self) {
        self.calls.set(self.calls.get() + 1);
        assert!(
            self.calls.get() < CALLS_PER_TURN,
            "a connection spins: {CALLS_PER_TURN} calls on transports in one turn"
        );
    }
}

/// Far beyond what the budgets allow: reads of one byte up to the send budget, by a few
/// connections.
const CALLS_PER_TURN: u64 = 500_000;
