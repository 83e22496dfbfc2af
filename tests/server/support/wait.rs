//! Waits for events that come by themselves, with a deadline far beyond any ordinary delay.

use std::thread;
use std::time::{Duration, Instant};

/// Longer than a loaded machine needs for anything here; only a hang takes that long.
pub const PATIENCE: Duration = Duration::from_secs(20);

const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(5);

/// Tries until `attempt` gives a value.
#[track_caller]
pub fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = attempt() {
            return value;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        thread::sleep(BETWEEN_ATTEMPTS);
    }
}
