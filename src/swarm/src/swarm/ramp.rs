//! The ramp: new connections at an even rate, and a bound on those under way at once.
//!
//! On loopback a connect is over before the server has heard of it: the kernel puts the connection
//! into the listener's queue and reports success. Only an answer proves that the server has taken
//! it out of that queue. So a connection counts as under way until its first answer; a bound on
//! those bounds that queue, and a slow server slows the ramp down by itself.

use std::time::Duration;

/// How many connects are begun per loop iteration, so that events are handled in between.
const CONNECTS_MAX: u32 = 64;

/// How long the first connection is waited for before all others follow. It brings in pages of
/// the server's code and buffers, so that after it the server's memory grows with connections only.
const PILOT: Duration = Duration::from_secs(1);

/// How long the last ones are waited for before the hold begins without them.
const SETTLE: Duration = Duration::from_secs(10);

/// How often the ramp checks whether another connection is due.
const INTERVAL: Duration = Duration::from_millis(5);

/// How many connections have been opened, and how many may be opened when.
#[derive(Debug)]
pub(super) struct Ramp {
    connections: u32,
    opened: u32,
    duration: Duration,
    under_way: u32,
    /// When the first connection was settled or given up, and all others could follow.
    began: Option<Duration>,
    /// When the last connection was opened.
    ended: Option<Duration>,
}

impl Ramp {
    /// No connection has been opened yet.
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

    /// How many connects were begun, whatever their outcome.
    pub(super) fn opened(&self) -> u32 {
        self.opened
    }

    /// How many more may be opened now, if `settled` connections are no longer under way.
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
        let headroom = self.headroom(settled);
        let due = self
            .due(now.saturating_sub(began))
            .saturating_sub(self.opened);
        due.min(headroom).min(CONNECTS_MAX)
    }

    /// How many more may be under way than are now.
    fn headroom(&self, settled: u64) -> u32 {
        let settled = u32::try_from(settled).unwrap_or(u32::MAX);
        let under_way = self.opened.saturating_sub(settled);
        self.under_way.saturating_sub(under_way)
    }

    /// How many should have been opened after this time.
    fn due(&self, elapsed: Duration) -> u32 {
        if elapsed >= self.duration {
            return self.connections;
        }
        let all = u128::from(self.connections);
        let due = all * elapsed.as_micros() / self.duration.as_micros().max(1);
        u32::try_from(due + 1).map_or(self.connections, |due| due.min(self.connections))
    }

    /// Counts one connect, which may have failed at once.
    pub(super) fn record_opened(&mut self, now: Duration) {
        self.opened += 1;
        if self.opened == self.connections {
            self.ended = Some(now);
        }
    }

    /// How long it has nothing to do; `None` if it waits for answers or is over.
    pub(super) fn timeout(&self, now: Duration, settled: u64) -> Option<Duration> {
        if self.ended.is_some() {
            return None;
        }
        let Some(began) = self.began else {
            return Some(INTERVAL);
        };
        let is_due = self.due(now.saturating_sub(began)) > self.opened;
        let timeout = if is_due { Duration::ZERO } else { INTERVAL };
        (self.headroom(settled) > 0).then_some(timeout)
    }

    /// Whether all connections were opened and none is waited for any longer.
    pub(super) fn is_over(&self, now: Duration, settled: u64) -> bool {
        self.ended.is_some_and(|ended| {
            settled >= u64::from(self.opened) || now.saturating_sub(ended) >= SETTLE
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn open(ramp: &mut Ramp, now: Duration, settled: u64) -> u32 {
        let count = ramp.may_open(now, settled);
        (0..count).for_each(|_| ramp.record_opened(now));
        count
    }

    #[test]
    fn the_first_connection_goes_ahead_and_is_waited_for() {
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
    fn connections_are_opened_evenly_over_the_ramp() {
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
    fn no_more_connections_are_under_way_than_allowed() {
        let mut ramp = Ramp::new(1000, Duration::ZERO, 8);
        open(&mut ramp, Duration::ZERO, 0);
        assert_eq!(open(&mut ramp, MS, 1), 8);
        assert_eq!(open(&mut ramp, MS, 1), 0);
        assert_eq!(ramp.timeout(MS, 1), None);
        assert_eq!(ramp.timeout(MS, 2), Some(Duration::ZERO));
        assert_eq!(open(&mut ramp, MS, 4), 3);
    }
}
