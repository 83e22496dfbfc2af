//! How connections come to be: so many a second, and not too many at once.
//!
//! On loopback a connect is over before the server has heard of it: the kernel puts the connection
//! into the listener's queue and says yes. Only an answer proves that the server has taken it out
//! again. So a connection counts as under way until its first answer; a bound on those is a bound
//! on what waits in that queue, and a slow server slows the ramp down by itself.

use std::time::Duration;

use mio::{Interest, Registry, Token};

use super::Swarm;
use crate::client::Client;
use crate::connector;
use crate::ending::Ending;

/// Connects in one turn, so that answers are looked at in between.
const CONNECTS: u32 = 64;

/// How long the first connection is waited for before all others follow. It brings in pages of
/// the server's code and buffers, so that after it the server's memory grows with connections only.
const PILOT: Duration = Duration::from_secs(1);

/// How long the last ones are waited for before the hold begins without them.
const SETTLE: Duration = Duration::from_secs(10);

/// How often the ramp looks whether a connection more is due.
const STEP: Duration = Duration::from_millis(5);

/// What is left to open, and how fast.
#[derive(Debug)]
pub(super) struct Ramp {
    connections: u32,
    opened: u32,
    duration: Duration,
    under_way: u32,
    /// When the pilot was settled or given up, and the ramp began.
    began: Option<Duration>,
    /// When the last connection was opened.
    ended: Option<Duration>,
}

impl Ramp {
    /// Nothing opened yet.
    pub(super) fn new(connections: u32, duration: Duration, under_way: u32) -> Self {
        Self {
            connections,
            opened: 0,
            duration,
            under_way,
            began: None,
            ended: None,
        }
    }

    /// How many were opened, whatever became of them.
    pub(super) fn opened(&self) -> u32 {
        self.opened
    }

    /// How many more may be opened now, if the beginning of `settled` of them is over.
    pub(super) fn may_open(&mut self, now: Duration, settled: u64) -> u32 {
        if self.opened == 0 {
            return 1.min(self.connections);
        }
        if self.began.is_none() && (settled > 0 || now >= PILOT) {
            self.began = Some(now);
        }
        let Some(began) = self.began else {
            return 0;
        };
        let room = self.room(settled);
        let due = self
            .due(now.saturating_sub(began))
            .saturating_sub(self.opened);
        due.min(room).min(CONNECTS)
    }

    /// How many may still be under way beside those that are.
    fn room(&self, settled: u64) -> u32 {
        let settled = u32::try_from(settled).unwrap_or(u32::MAX);
        let under_way = self.opened.saturating_sub(settled);
        self.under_way.saturating_sub(under_way)
    }

    /// How many are to be open after so long.
    fn due(&self, elapsed: Duration) -> u32 {
        if elapsed >= self.duration {
            return self.connections;
        }
        let all = u128::from(self.connections);
        let due = all * elapsed.as_micros() / self.duration.as_micros().max(1);
        u32::try_from(due + 1).map_or(self.connections, |due| due.min(self.connections))
    }

    /// One was opened, or could not be.
    fn note_opened(&mut self, now: Duration) {
        self.opened += 1;
        if self.opened == self.connections {
            self.ended = Some(now);
        }
    }

    /// How long it has nothing to do; `None` if it waits for answers, or is over.
    pub(super) fn timeout(&self, now: Duration, settled: u64) -> Option<Duration> {
        if self.ended.is_some() {
            return None;
        }
        let Some(began) = self.began else {
            return Some(STEP);
        };
        let is_due = self.due(now.saturating_sub(began)) > self.opened;
        let timeout = if is_due { Duration::ZERO } else { STEP };
        (self.room(settled) > 0).then_some(timeout)
    }

    /// Whether all were opened and none is still waited for.
    pub(super) fn is_over(&self, now: Duration, settled: u64) -> bool {
        self.ended.is_some_and(|ended| {
            settled >= u64::from(self.opened) || now.saturating_sub(ended) >= SETTLE
        })
    }
}

impl Swarm {
    /// Opens a connection and registers it, once, for all that it will ever wait for.
    pub(super) fn open_one(&mut self, registry: &Registry) {
        let behaviour = self.deal.next();
        let number = self.ramp.opened();
        let now = self.now();
        self.ramp.note_opened(now);
        let settings = &self.settings;
        let address = settings.target.address;
        let stream = connector::open(address, settings.sources, number, behaviour);
        let registered = stream.and_then(|mut stream| {
            let both = Interest::READABLE | Interest::WRITABLE;
            registry.register(&mut stream, Token(number as usize), both)?;
            Ok(stream)
        });
        let client = match registered {
            Ok(stream) => Some(Client::new(stream, behaviour, now)),
            Err(error) => {
                self.tally.note_failure(&error);
                self.tally.settled += 1;
                self.tally.ended(behaviour, Ending::of(&error), None);
                None
            }
        };
        self.clients.push(client);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn open(ramp: &mut Ramp, now: Duration, settled: u64) -> u32 {
        let count = ramp.may_open(now, settled);
        (0..count).for_each(|_| ramp.note_opened(now));
        count
    }

    #[test]
    fn one_goes_ahead_and_is_waited_for() {
        let mut ramp = Ramp::new(10, Duration::ZERO, 100);
        assert_eq!(open(&mut ramp, Duration::ZERO, 0), 1);
        assert_eq!(open(&mut ramp, 999 * MS, 0), 0);
        assert_eq!(open(&mut ramp, PILOT, 0), 9);
        let mut ramp = Ramp::new(10, Duration::ZERO, 100);
        assert_eq!(open(&mut ramp, Duration::ZERO, 0), 1);
        assert_eq!(open(&mut ramp, MS, 1), 9);
        assert!(!ramp.is_over(2 * MS, 9));
        assert!(ramp.is_over(2 * MS, 10));
        assert!(ramp.is_over(MS + SETTLE, 9));
        assert_eq!(ramp.timeout(2 * MS, 9), None);
    }

    #[test]
    fn evenly_over_its_time() {
        let mut ramp = Ramp::new(1000, 1000 * MS, 1000);
        open(&mut ramp, Duration::ZERO, 0);
        let mut most = 0;
        for step in 0..=200 {
            let settled = u64::from(ramp.opened());
            most = most.max(open(&mut ramp, 5 * step * MS, settled));
            let due = 5 * step;
            assert!(
                ramp.opened().abs_diff(due) <= 6,
                "{step}: {}",
                ramp.opened()
            );
        }
        assert!(most <= 6, "{most}");
        assert_eq!(ramp.opened(), 1000);
    }

    #[test]
    fn not_too_many_at_once() {
        let mut ramp = Ramp::new(1000, Duration::ZERO, 8);
        open(&mut ramp, Duration::ZERO, 0);
        assert_eq!(open(&mut ramp, MS, 1), 8);
        assert_eq!(open(&mut ramp, MS, 1), 0);
        assert_eq!(ramp.timeout(MS, 1), None);
        assert_eq!(ramp.timeout(MS, 2), Some(Duration::ZERO));
        assert_eq!(open(&mut ramp, MS, 4), 3);
    }
}
