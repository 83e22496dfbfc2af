//! A stop that has begun: what has still time, and how much.

use std::time::Duration;

/// What is being sent may finish within this time after a signal to stop.
pub const STOP_WITHIN: Duration = Duration::from_secs(5);

/// Connections that have never sent a byte are closed this long after the listeners.
const STOP_SILENCE: Duration = Duration::from_secs(1);

/// Clients in the kernel's queue are accepted for no longer after a signal to stop. The queue of a
/// server under a flood is never empty.
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
    pub(super) fn next(&self, has_silent: bool) -> Duration {
        match self.drained {
            None => self.since + STOP_DRAIN,
            Some(drained) if has_silent => drained + STOP_SILENCE,
            Some(_) => self.since + STOP_WITHIN,
        }
    }
}
