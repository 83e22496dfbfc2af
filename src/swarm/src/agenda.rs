//! Who is to do something, and when.
//!
//! A binary heap: O(log n) to enter and to leave, 8 bytes an entry. The server's deadlines
//! ([`millpond::timeouts`]) are O(1) because each kind has one fixed duration; here the idle times
//! that servers promise, plus or minus something, come in any length. And only who acts stands in
//! it: a million idle clients leave the heap empty, and it costs nothing where it would have to be
//! large. Nothing is ever taken out early: a client has one entry at the most, and an entry whose
//! client is gone finds nobody.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Appointments in the order of their time, to the millisecond.
#[derive(Debug, Default)]
pub struct Agenda(BinaryHeap<Reverse<(u32, u32)>>);

impl Agenda {
    /// `client` is due at `at`, which counts from the start and lasts for 49 days.
    pub fn enter(&mut self, client: u32, at: Duration) {
        // Rounded up: nobody is ever early.
        let at = u32::try_from(at.as_micros().div_ceil(1000)).unwrap_or(u32::MAX);
        self.0.push(Reverse((at, client)));
    }

    /// Whoever is due now, the one who waited longest first.
    pub fn due(&mut self, now: Duration) -> Option<u32> {
        let &Reverse((at, client)) = self.0.peek()?;
        if now.as_millis() < u128::from(at) {
            return None;
        }
        self.0.pop();
        Some(client)
    }

    /// When the next one is due.
    pub fn next(&self) -> Option<Duration> {
        let Reverse((at, _)) = self.0.peek()?;
        Some(Duration::from_millis(u64::from(*at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_the_order_of_time_and_never_early() {
        let mut agenda = Agenda::default();
        assert_eq!(agenda.next(), None);
        for (client, micros) in [(1, 5_000), (2, 1_001), (3, 9_000), (4, 1_001)] {
            agenda.enter(client, Duration::from_micros(micros));
        }
        assert_eq!(agenda.next(), Some(Duration::from_millis(2)));
        assert_eq!(agenda.due(Duration::from_micros(1_999)), None);
        let now = Duration::from_millis(5);
        let due: Vec<u32> = std::iter::from_fn(|| agenda.due(now)).collect();
        assert_eq!(due, [2, 4, 1]);
        assert_eq!(agenda.next(), Some(Duration::from_millis(9)));
    }
}
