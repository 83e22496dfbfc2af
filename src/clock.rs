//! One reading of time a turn, and the `Date` text that goes with it.

use std::fmt::Write as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::http::date;

/// One moment, on both of the clocks that a server needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Time since the server started, on a clock that nobody can set. Deadlines use this one.
    pub monotonic: Duration,
    /// The calendar's time, which an administrator may set at will. What we write down uses it.
    pub wall: SystemTime,
}

/// Where the time comes from.
#[derive(Debug)]
enum TimeSource {
    /// The kernel. Holds the moment that `monotonic` counts from.
    System(Instant),
    /// A test or the simulator, which sets the time by hand.
    Manual,
}

/// The time, read once a turn and then handed to everyone: all that happens in one turn happens
/// at one moment, and a million connections cost one call to the kernel.
#[derive(Debug)]
pub struct Clock {
    source: TimeSource,
    now: Now,
    /// The second that `date` is the text of, so that it is written anew only when it changes.
    date_of: u64,
    date: String,
}

impl Clock {
    /// A clock that reads the kernel's time.
    pub fn system() -> Self {
        let now = Now {
            monotonic: Duration::ZERO,
            wall: SystemTime::now(),
        };
        Self::new(TimeSource::System(Instant::now()), now)
    }

    /// A clock that stands still until [`Clock::set`] moves it.
    pub fn manual(now: Now) -> Self {
        Self::new(TimeSource::Manual, now)
    }

    fn new(source: TimeSource, now: Now) -> Self {
        let mut clock = Self {
            source,
            now,
            date_of: u64::MAX,
            date: String::new(),
        };
        clock.set(now);
        clock
    }

    /// Reads the time: called when a turn begins. A manual clock keeps its own.
    pub fn tick(&mut self) {
        if let TimeSource::System(start) = self.source {
            self.set(Now {
                monotonic: start.elapsed(),
                wall: SystemTime::now(),
            });
        }
    }

    /// Makes `now` the time of this turn.
    pub fn set(&mut self, now: Now) {
        // Dates outside 1970 to 9999 have no text, so a wall clock there shows the nearest one.
        let wall = date::clamp(now.wall);
        self.now = Now { wall, ..now };
        let second = wall
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_secs());
        if second != self.date_of {
            self.date_of = second;
            self.date.clear();
            // Writing to a String can't fail.
            let _ = write!(self.date, "{}", date::write(wall));
        }
    }

    /// The moment at which this turn began.
    pub fn now(&self) -> Now {
        self.now
    }

    /// Time since the start, read afresh. A duration measured between two readings of
    /// [`Clock::now`] would be zero when it begins and ends in one turn.
    pub fn elapsed(&self) -> Duration {
        match self.source {
            TimeSource::System(start) => start.elapsed(),
            TimeSource::Manual => self.now.monotonic,
        }
    }

    /// This turn's `Date` field value (RFC 9110, 6.6.1).
    pub fn date(&self) -> &str {
        &self.date
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_follows_the_wall_clock() {
        let mut now = Now {
            monotonic: Duration::ZERO,
            wall: UNIX_EPOCH + Duration::from_millis(784_111_777_900),
        };
        let mut clock = Clock::manual(now);
        let table = [
            (0, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (99, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (100, "Sun, 06 Nov 1994 08:49:38 GMT"),
            (86_400_000, "Mon, 07 Nov 1994 08:49:37 GMT"),
        ];
        let start = now.wall;
        for (step, date) in table {
            now.wall = start + Duration::from_millis(step);
            clock.set(now);
            assert_eq!(clock.date(), date, "after {step} ms");
        }
        now.wall = UNIX_EPOCH - Duration::from_secs(1);
        clock.set(now);
        assert_eq!(clock.date(), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(clock.now().wall, UNIX_EPOCH);
    }

    #[test]
    fn a_turn_has_one_time() {
        let mut clock = Clock::system();
        let before = clock.now();
        while clock.elapsed() == before.monotonic {}
        assert_eq!(clock.now(), before);
        clock.tick();
        assert!(clock.now().monotonic > before.monotonic);
    }
}
