//! One reading of time per turn, and the text of the `Date` field for it.

use std::fmt::Write as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::http::date;

/// One moment, on both clocks that the server needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Time since the server started, on a clock that can't be set. Deadlines use it.
    pub monotonic: Duration,
    /// Calendar time, which an administrator may set. The log and the `Date` field use it.
    pub wall: SystemTime,
}

/// Where the time comes from.
#[derive(Debug)]
enum TimeSource {
    /// The kernel. Holds the start of `monotonic`.
    System(Instant),
    /// A test or the simulator, which sets the time.
    Manual,
}

/// The time, read once per turn. All that happens in one turn happens at one moment, and a million
/// connections cost one call to the kernel.
#[derive(Debug)]
pub struct Clock {
    source: TimeSource,
    now: Now,
    /// The second that `date` shows: the text is formatted again only when it changes.
    date_second: u64,
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
            date_second: u64::MAX,
            date: String::new(),
        };
        clock.set(now);
        clock
    }

    /// Reads the time. To be called when a turn begins. A manual clock keeps its time.
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
        // Dates outside 1970 to 9999 have no text. The nearest date that has one is shown instead.
        let wall = date::clamp(now.wall);
        self.now = Now { wall, ..now };
        let second = wall
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_secs());
        if second != self.date_second {
            self.date_second = second;
            self.date.clear();
            // Writing to a String can't fail.
            let _ = write!(self.date, "{}", date::write(wall));
        }
    }

    /// The moment at which this turn began.
    pub fn now(&self) -> Now {
        self.now
    }

    /// Time since the start, read again at each call. Two calls of [`Clock::now`] in one turn give
    /// the same time, so they can't measure a duration.
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
    fn the_date_shows_the_second_of_the_wall_clock() {
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
    fn the_time_stands_still_between_two_ticks() {
        let mut clock = Clock::system();
        let before = clock.now();
        while clock.elapsed() == before.monotonic {}
        assert_eq!(clock.now(), before);
        clock.tick();
        assert!(clock.now().monotonic > before.monotonic);
    }
}
