//! How fast the loop turns, and how long a turn makes others wait.

use std::time::Duration;

use crate::events::event::Event;

/// The upper bounds of the classes of turn lengths, in microseconds.
pub(crate) const BOUNDS: [u32; 16] = [
    10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000,
    500_000, 1_000_000,
];

/// The totals of one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Second {
    /// Turns with an event of a client or a connection.
    pub(crate) turns: u32,
    pub(crate) accepted: u32,
    /// Responses that ended.
    pub(crate) responses: u32,
    pub(crate) bytes_read: u64,
    pub(crate) bytes_written: u64,
    pub(crate) longest: Duration,
}

/// The totals of all turns, and of the last second.
#[derive(Debug, Default)]
pub(crate) struct LoopStats {
    /// Turns with an event of a client or a connection.
    pub(crate) turns: u64,
    /// Events from the kernel.
    pub(crate) events: u64,
    /// The number of events of the last turn that had any.
    pub(crate) last_batch: usize,
    /// How many turns are in each class of [`BOUNDS`]. The last class is beyond all bounds.
    pub(crate) lengths: [u64; BOUNDS.len() + 1],
    pub(crate) longest: Duration,
    /// The length of all turns together.
    pub(crate) total: Duration,
    /// The last whole second.
    pub(crate) last_second: Second,
    /// The second that has not ended.
    current: Second,
    /// The number of that second since the start.
    number: u64,
    turn_began: Duration,
    /// Whether the current turn has an event of a client or a connection.
    is_busy: bool,
}

impl LoopStats {
    /// Counts one event. `is_of_connection` is false for an event of the loop itself.
    pub(super) fn on_event(&mut self, at: Duration, is_of_connection: bool, event: Event) {
        match event {
            Event::TurnBegins(_, events) => {
                self.end_second(at);
                self.turn_began = at;
                self.is_busy = events > 0;
                self.events += events as u64;
                if events > 0 {
                    self.last_batch = events;
                }
            }
            Event::TurnEnds(_) => self.on_turn_ends(at),
            Event::Accepted(_) => self.current.accepted += 1,
            Event::Read(count) => self.current.bytes_read += count as u64,
            Event::Wrote(count) => self.current.bytes_written += count as u64,
            Event::Logged(..) => self.current.responses += 1,
            _ => {}
        }
        self.is_busy |= is_of_connection;
    }

    fn on_turn_ends(&mut self, at: Duration) {
        let length = at.saturating_sub(self.turn_began);
        // Viewers wake the loop too. They do not want to see these turns counted, but the time of
        // these turns counts: clients wait meanwhile.
        if self.is_busy {
            self.turns += 1;
            self.current.turns += 1;
        }
        let micros = u32::try_from(length.as_micros()).unwrap_or(u32::MAX);
        let class = BOUNDS.iter().position(|&bound| micros <= bound);
        self.lengths[class.unwrap_or(BOUNDS.len())] += 1;
        self.total += length;
        self.longest = self.longest.max(length);
        self.current.longest = self.current.longest.max(length);
    }

    /// Begins a new second, if the current one is over. Without a turn in the second before this
    /// one, the last second was empty.
    fn end_second(&mut self, at: Duration) {
        let number = at.as_secs();
        if number != self.number {
            let ended = std::mem::take(&mut self.current);
            let is_last = number == self.number + 1;
            self.last_second = if is_last { ended } else { Second::default() };
            self.number = number;
        }
    }

    /// A bound in microseconds: this share of all turns was not longer. As exact as the classes.
    pub(crate) fn quantile(&self, share: f64) -> u32 {
        let all: u64 = self.lengths.iter().sum();
        // The counts are far below 2⁵³, up to which a float is exact.
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
