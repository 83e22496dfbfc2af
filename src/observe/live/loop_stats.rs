//! How fast the loop goes round, and how long whoever comes while it works has to wait.

use std::time::Duration;

use crate::events::event::Event;

/// The upper bounds of the classes that turns are sorted into by their length, in microseconds.
pub const BOUNDS: [u32; 16] = [
    10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000,
    500_000, 1_000_000,
];

/// What happened in one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Second {
    /// Turns in which something happened.
    pub turns: u32,
    /// Newcomers.
    pub accepted: u32,
    /// Responses that ended.
    pub responses: u32,
    /// Bytes that were read.
    pub read: u64,
    /// Bytes that were written.
    pub written: u64,
    /// The longest turn.
    pub longest: Duration,
}

/// The pace of the loop.
#[derive(Debug, Default)]
pub struct LoopStats {
    began: Duration,
    /// Whether this turn has had to do with any connection.
    is_busy: bool,
    turns: u64,
    events: u64,
    last_batch: usize,
    /// How many turns were of which length; the last is beyond all bounds.
    lengths: [u64; BOUNDS.len() + 1],
    total: Duration,
    longest: Duration,
    /// The second that runs, counted from the start, and what has happened in it.
    number: u64,
    running: Second,
    last: Second,
}

impl LoopStats {
    /// Takes one event in. `is_connections` tells whether it is of a connection.
    pub(super) fn on_event(&mut self, at: Duration, is_connections: bool, event: Event) {
        match event {
            Event::TurnBegins(_, events) => {
                self.catch_up(at);
                self.began = at;
                self.is_busy = events > 0;
                self.events += events as u64;
                if events > 0 {
                    self.last_batch = events;
                }
            }
            Event::TurnEnds(_) => self.turn_ends(at),
            Event::Accepted(_) => self.running.accepted += 1,
            Event::Read(count) => self.running.read += count as u64,
            Event::Wrote(count) => self.running.written += count as u64,
            Event::Logged(..) => self.running.responses += 1,
            _ => {}
        }
        self.is_busy |= is_connections;
    }

    fn turn_ends(&mut self, at: Duration) {
        let length = at.saturating_sub(self.began);
        // Viewers wake the loop too. That is not what they want to see, but it is time for which
        // others wait.
        if self.is_busy {
            self.turns += 1;
            self.running.turns += 1;
        }
        let micros = u32::try_from(length.as_micros()).unwrap_or(u32::MAX);
        let class = BOUNDS.iter().position(|&bound| micros <= bound);
        self.lengths[class.unwrap_or(BOUNDS.len())] += 1;
        self.total += length;
        self.longest = self.longest.max(length);
        self.running.longest = self.running.longest.max(length);
    }

    /// Begins a new second if it is time.
    pub(super) fn catch_up(&mut self, at: Duration) {
        if at.as_secs() == self.number {
            return;
        }
        self.last = if at.as_secs() == self.number + 1 {
            self.running
        } else {
            Second::default()
        };
        self.number = at.as_secs();
        self.running = Second::default();
    }

    /// The last whole second.
    pub fn last_second(&self) -> &Second {
        &self.last
    }

    /// How many turns there were in which something happened.
    pub fn turns(&self) -> u64 {
        self.turns
    }

    /// How many events the kernel has given.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// How many events the last call to the kernel brought that brought any.
    pub fn last_batch(&self) -> usize {
        self.last_batch
    }

    /// The longest turn since the start.
    pub fn longest(&self) -> Duration {
        self.longest
    }

    /// The time of all turns together.
    pub fn total(&self) -> Duration {
        self.total
    }

    /// How many turns were of which length, in the order of [`BOUNDS`]; the last is beyond them.
    pub fn lengths(&self) -> &[u64; BOUNDS.len() + 1] {
        &self.lengths
    }

    /// A bound in microseconds below which this share of all turns took, as close as the classes
    /// tell.
    pub fn quantile(&self, share: f64) -> u32 {
        let all: u64 = self.lengths.iter().sum();
        // Counts far below 2⁵³, where a float is exact.
        #[allow(clippy::cast_precision_loss)]
        let wanted = all as f64 * share;
        let mut so_far = 0;
        for (bound, count) in BOUNDS.iter().zip(self.lengths) {
            so_far += count;
            #[allow(clippy::cast_precision_loss)]
            if so_far as f64 >= wanted {
                return *bound;
            }
        }
        u32::try_from(self.longest.as_micros()).unwrap_or(u32::MAX)
    }
}
