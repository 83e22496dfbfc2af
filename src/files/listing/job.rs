//! One page that was asked for and is not finished.

use std::time::Duration;

use super::scan::{Found, Scan, Surroundings, Wanted};
use crate::response::resource::LookupError;

/// How often a job begins again because its folder has changed. Then the page may mix two states of a
/// folder that never rests.
const RESTARTS: u8 = 3;

/// A job that is not asked for in so many turns is dropped: its clients are gone.
const TURNS: u64 = 16;

/// The same as a time, for there may be no turns.
const WAIT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Job {
    wanted: Wanted,
    scan: Scan,
    /// How often it may still begin again.
    restarts: u8,
    /// The turn in which it was last asked for, and the time of that turn on the monotonic clock.
    asked_in: u64,
    asked_at: Duration,
}

impl Job {
    pub(super) fn begin(wanted: &Wanted, around: &mut Surroundings) -> Result<Self, LookupError> {
        Ok(Self {
            wanted: wanted.clone(),
            scan: Scan::begin(wanted, around)?,
            restarts: RESTARTS,
            asked_in: 0,
            asked_at: Duration::ZERO,
        })
    }

    pub(super) fn is_for(&self, wanted: &Wanted) -> bool {
        self.wanted == *wanted
    }

    /// It is asked for in this turn.
    pub(super) fn ask(&mut self, turn: u64, monotonic: Duration) {
        (self.asked_in, self.asked_at) = (turn, monotonic);
    }

    /// When it is dropped, on the monotonic clock, unless it is asked for.
    pub(super) fn ends_at(&self) -> Duration {
        self.asked_at + WAIT
    }

    pub(super) fn is_forgotten(&self, turn: u64, monotonic: Duration) -> bool {
        turn - self.asked_in > TURNS || self.ends_at() <= monotonic
    }

    /// Goes on until the budget of the turn is spent. Returns what was found once that is all.
    pub(super) fn advance(
        &mut self,
        around: &mut Surroundings,
    ) -> Result<Option<Found>, LookupError> {
        while let Some(found) = self.scan.advance(&self.wanted, around)? {
            if self.scan.is_current(&self.wanted, around)? || self.restarts == 0 {
                return Ok(Some(found));
            }
            self.restarts -= 1;
            self.scan = Scan::begin(&self.wanted, around)?;
        }
        Ok(None)
    }

    /// How many names it holds.
    #[cfg(test)]
    pub(super) fn names(&self) -> usize {
        self.scan.names()
    }
}
