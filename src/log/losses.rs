//! How many rows are lost, and when to say so.

use std::time::Duration;

/// The shortest time between two warnings about a log that can't be written.
pub(crate) const WARNING_INTERVAL: Duration = Duration::from_secs(60);

/// The rows that a log has lost.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    since_start: u64,
    told: u64,
    told_at: Option<Duration>,
}

impl Losses {
    /// Adds rows that were lost.
    pub(crate) fn count(&mut self, rows: u64) {
        self.since_start += rows;
    }

    /// How many rows have been lost since the start.
    pub(crate) fn since_start(&self) -> u64 {
        self.since_start
    }

    /// Whether all of them have been told.
    pub(crate) fn is_told(&self) -> bool {
        self.told == self.since_start
    }

    /// How many rows have been lost since the last warning, if another is due at `now`, a time of the
    /// monotonic clock. They are told with that.
    pub(crate) fn tell(&mut self, now: Duration) -> Option<u64> {
        let is_early = |last| now.saturating_sub(last) < WARNING_INTERVAL;
        if self.told_at.is_some_and(is_early) {
            return None;
        }
        let new = self.since_start - self.told;
        self.told = self.since_start;
        self.told_at = Some(now);
        Some(new)
    }
}
