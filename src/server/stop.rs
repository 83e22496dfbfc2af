//! A stop that has begun: what has still time, and how much.

use std::time::Duration;

/// What is being sent may finish within this time after a signal to stop.
pub const STOP_WITHIN: Duration = Duration::from_secs(5);

/// Connections that have never sent a byte are closed this long after the listeners.
const STOP_SILENCE: Duration = Duration::from_secs(1);

/// A handshake that has begun before the signal may end within this time, and its client is accepted:
/// longer than most networks need for one. New ones are refused, so that the kernel's queue gets empty
/// even under a flood.
const STOP_HANDSHAKES: Duration = Duration::from_millis(100);

/// Clients in the kernel's queue are accepted for no longer after a signal to stop: there may be no
/// descriptor for them, or a kernel on which handshakes go on.
const STOP_DRAIN: Duration = Duration::from_secs(3);

/// A stop that has begun. Times are of the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop {
    since: Duration,
    /// When the listeners were closed.
    drained: Option<Duration>,
}

impl Stop {
    pub(super) fn begin(now: Duration) -> Self {
        Self {
            since: now,
            drained: None,
        }
    }

    pub(super) fn is_draining(&self) -> bool {
        self.drained.is_none()
    }

    /// Whether a client that does not wait to be accepted by now is not to be waited for.
    pub(super) fn are_handshakes_over(&self, now: Duration) -> bool {
        now >= self.since + STOP_HANDSHAKES
    }

    /// Whether no client is accepted any more, even if one waits.
    pub(super) fn is_drain_over(&self, now: Duration) -> bool {
        now >= self.since + STOP_DRAIN
    }

    /// The listeners were closed.
    pub(super) fn drained(&mut self, now: Duration) {
        self.drained = Some(now);
    }

    /// Whether connections that have never sent a byte are closed.
    pub(super) fn ends_silent(&self, now: Duration) -> bool {
        self.drained.is_some_and(|at| now >= at + STOP_SILENCE)
    }

    /// Whether everything is closed.
    pub(super) fn ends_all(&self, now: Duration) -> bool {
        now >= self.since + STOP_WITHIN
    }

    /// When there is something to do even without an event.
    pub(super) fn next(&self, now: Duration, has_silent: bool) -> Duration {
        match self.drained {
            None if !self.are_handshakes_over(now) => self.since + STOP_HANDSHAKES,
            None => self.since + STOP_DRAIN,
            Some(drained) if has_silent => drained + STOP_SILENCE,
            Some(_) => self.since + STOP_WITHIN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When the signal came.
    const AT: Duration = Duration::from_secs(7);

    fn just_before(time: Duration) -> Duration {
        time.saturating_sub(Duration::from_nanos(1))
    }

    #[test]
    fn handshakes_have_their_time_and_the_queue_has_a_bound() {
        let stop = Stop::begin(AT);
        assert!(stop.is_draining());
        let handshakes = AT + STOP_HANDSHAKES;
        assert_eq!(stop.next(AT, true), handshakes);
        assert!(!stop.are_handshakes_over(just_before(handshakes)));
        assert!(stop.are_handshakes_over(handshakes));
        // From then on the listeners are closed as soon as no client waits.
        let bound = AT + STOP_DRAIN;
        assert_eq!(stop.next(handshakes, true), bound);
        assert!(!stop.is_drain_over(just_before(bound)));
        assert!(stop.is_drain_over(bound));
    }

    #[test]
    fn silent_clients_have_their_second_from_the_close_of_the_listeners_on() {
        let mut stop = Stop::begin(AT);
        assert!(!stop.ends_silent(AT + STOP_DRAIN));
        let drained = AT + STOP_HANDSHAKES;
        stop.drained(drained);
        assert!(!stop.is_draining());
        let over = drained + STOP_SILENCE;
        assert_eq!(stop.next(drained, true), over);
        assert!(!stop.ends_silent(just_before(over)));
        assert!(stop.ends_silent(over));
        assert_eq!(stop.next(over, false), AT + STOP_WITHIN);
        assert!(!stop.ends_all(over));
        assert!(stop.ends_all(AT + STOP_WITHIN));
    }
}
