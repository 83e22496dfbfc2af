//! Timers: which client must act next, and when.
//!
//! A binary heap: O(log n) to insert and to remove, 8 bytes per entry. The server's deadlines
//! ([`millpond::connection_table::timeouts`]) are O(1) because each kind has one fixed duration; here the idle times
//! that servers promise, plus or minus some spread, come in any length. Only clients that must act
//! are in the heap: a million idle clients leave it empty, so it costs nothing exactly where it
//! would otherwise be large. Entries are never removed early: a client has at most one, and the
//! timer of a client that has ended is ignored when it fires.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Pending timers, ordered by time, in whole milliseconds.
#[derive(Debug, Default)]
pub struct Timers(BinaryHeap<Reverse<(u32, u32)>>);

impl Timers {
    /// Sets the timer of `client`. `at` counts from the start of the run and may be up to 49 days.
    pub fn set(&mut self, client: u32, at: Duration) {
        // Rounded up, so that no timer fires early.
        let at = u32::try_from(at.as_micros().div_ceil(1000)).unwrap_or(u32::MAX);
        self.0.push(Reverse((at, client)));
    }

    /// Removes the earliest timer if it has expired, and returns its client.
    pub fn pop_expired(&mut self, now: Duration) -> Option<u32> {
        let &Reverse((at, client)) = self.0.peek()?;
        if now.as_millis() < u128::from(at) {
            return None;
        }
        self.0.pop();
        Some(client)
    }

    /// When the earliest timer expires.
    pub fn next_expiry(&self) -> Option<Duration> {
        let Reverse((at, _)) = self.0.peek()?;
        Some(Duration::from_millis(u64::from(*at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_in_order_of_time_and_never_early() {
        let mut timers = Timers::default();
        assert_eq!(timers.next_expiry(), None);
        for (client, micros) in [(1, 5_000), (2, 1_001), (3, 9_000), (4, 1_001)] {
            timers.set(client, Duration::from_micros(micros));
        }
        assert_eq!(timers.next_expiry(), Some(Duration::from_millis(2)));
        assert_eq!(timers.pop_expired(Duration::from_micros(1_999)), None);
        let now = Duration::from_millis(5);
        let expired: Vec<u32> = std::iter::from_fn(|| timers.pop_expired(now)).collect();
        assert_eq!(expired, [2, 4, 1]);
        assert_eq!(timers.next_expiry(), Some(Duration::from_millis(9)));
    }
}
