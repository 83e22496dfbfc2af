//! The lines about requests on standard output, collected so that they need few writes.
//!
//! A line that comes after a pause is printed at the end of its turn. Lines that follow it closely
//! wait for each other. Every write wakes the process that reads the output; in a busy loop, a write
//! per turn would cost more than the requests themselves (`docs/performance.md`).

use std::time::Duration;

use super::escape;
use crate::http::status::Status;

/// The shortest time between two prints, unless many lines wait. A person at a terminal does not
/// notice the delay: it is about the time between two frames of a screen.
const PRINT_INTERVAL: Duration = Duration::from_millis(20);

/// When this many bytes of lines wait, they are printed without waiting for [`PRINT_INTERVAL`]. These
/// are some hundred lines, and need a few writes.
const PRINT_AT_BYTES: usize = 16 * 1024;

/// When this many bytes of lines wait, the turn ends early to print them.
const FULL_BYTES: usize = 32 * 1024;

/// The lines that are not printed yet.
#[derive(Debug)]
pub struct RequestLines {
    text: String,
    is_printed: bool,
    /// Until when lines wait for more lines, on the monotonic clock.
    wait_until: Duration,
}

impl RequestLines {
    /// No lines yet. Unless they are printed there never are any.
    pub fn new(is_printed: bool) -> Self {
        Self {
            text: String::new(),
            is_printed,
            wait_until: Duration::ZERO,
        }
    }

    /// Adds `GET / 200`, or `- 400` for a request that could not be read.
    pub fn add(&mut self, method: &str, target: &str, status: Status) {
        if !self.is_printed {
            return;
        }
        escape::append_request(&mut self.text, method, target);
        self.text.push(' ');
        self.text
            .push_str(itoa::Buffer::new().format(status.code()));
        self.text.push('\n');
    }

    /// When the lines are to be printed at the latest, on the monotonic clock; `None` if there are
    /// none.
    pub fn due(&self) -> Option<Duration> {
        match self.text.len() {
            0 => None,
            PRINT_AT_BYTES.. => Some(Duration::ZERO),
            _ => Some(self.wait_until),
        }
    }

    /// Whether 32 KiB of lines wait, so that they are to be printed before there are more.
    pub fn is_full(&self) -> bool {
        self.text.len() >= FULL_BYTES
    }

    /// The lines so far, each with its line end.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Removes the lines after they are printed. Lines that come within 20 ms after `now`, a time of
    /// the monotonic clock, wait for each other. Memory beyond the usual goes back to the system.
    pub fn clear(&mut self, now: Duration) {
        self.text.clear();
        self.text.shrink_to(2 * FULL_BYTES);
        self.wait_until = now + PRINT_INTERVAL;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> RequestLines {
        RequestLines::new(true)
    }

    #[test]
    fn each_request_is_one_line_unless_lines_are_off() {
        let mut lines = lines();
        lines.add("GET", "/", Status::Ok);
        lines.add("HEAD", "/a\\b", Status::NotFound);
        lines.add("GET", "/\x1b", Status::NotModified);
        lines.add("", "", Status::BadRequest);
        assert_eq!(
            lines.as_bytes(),
            b"GET / 200\nHEAD /a\\\\b 404\nGET /\\x1b 304\n- 400\n".as_slice()
        );
        lines.clear(Duration::ZERO);
        assert_eq!(lines.as_bytes(), b"");
        let mut off = RequestLines::new(false);
        off.add("GET", "/", Status::Ok);
        assert_eq!((off.as_bytes(), off.due()), (b"".as_slice(), None));
    }

    #[test]
    fn a_line_after_a_pause_is_due_at_once_and_the_next_after_the_interval() {
        let mut lines = lines();
        let at = Duration::from_secs(5);
        assert_eq!(lines.due(), None);
        lines.add("GET", "/", Status::Ok);
        assert!(lines.due().is_some_and(|due| due <= at));
        lines.clear(at);
        assert_eq!(lines.due(), None);
        lines.add("GET", "/", Status::Ok);
        assert_eq!(lines.due(), Some(at + PRINT_INTERVAL));
    }

    #[test]
    fn many_lines_are_due_at_once_and_twice_as_many_are_full() {
        let mut lines = lines();
        let at = Duration::from_secs(5);
        lines.clear(at);
        while lines.due() != Some(Duration::ZERO) {
            assert!(lines.as_bytes().len() < PRINT_AT_BYTES);
            lines.add("GET", "/", Status::Ok);
        }
        assert!(!lines.is_full());
        while !lines.is_full() {
            assert!(lines.as_bytes().len() < FULL_BYTES);
            lines.add("GET", "/", Status::Ok);
        }
    }
}
