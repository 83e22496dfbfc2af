//! The lines that tell of requests on standard output, gathered for few writes.
//!
//! A line that comes after a pause is printed at the end of its turn. Those that follow it closely
//! wait for each other: every write wakes whoever reads, and with a write for each turn of a busy
//! loop that would cost more than the requests themselves (`docs/performance.md`).

use std::time::Duration;

use crate::escape;
use crate::status::Status;

/// Lines are printed at most so often, unless there are many. Who watches does not see it: it is the
/// time of a picture on a screen.
const PRINTED_EVERY: Duration = Duration::from_millis(20);

/// When so many bytes of lines wait, they are printed without waiting for the time: some hundred
/// lines, a few writes.
const MANY: usize = 16 * 1024;

/// When so many bytes of lines wait, the turn ends early to print them.
const TOO_MANY: usize = 32 * 1024;

/// The lines that are not printed yet.
#[derive(Debug)]
pub struct RequestLines {
    text: String,
    is_printed: bool,
    /// Until when lines wait for others, on the monotonic clock.
    wait_until: Duration,
}

impl RequestLines {
    /// No lines yet, and none ever unless they are printed.
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

    /// When the lines are to be printed, on the monotonic clock; `None` if there are none.
    pub fn due(&self) -> Option<Duration> {
        match self.text.len() {
            0 => None,
            MANY.. => Some(Duration::ZERO),
            _ => Some(self.wait_until),
        }
    }

    /// Whether so many wait that they are to be printed before there are more.
    pub fn are_too_many(&self) -> bool {
        self.text.len() >= TOO_MANY
    }

    /// The lines so far, each with its end.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Forgets them, once they are printed, and gives back what an unusual turn took.
    pub fn clear(&mut self, now: Duration) {
        self.text.clear();
        self.text.shrink_to(2 * TOO_MANY);
        self.wait_until = now + PRINTED_EVERY;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> RequestLines {
        RequestLines::new(true)
    }

    #[test]
    fn a_line_for_each_request() {
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
        let mut none = RequestLines::new(false);
        none.add("GET", "/", Status::Ok);
        assert_eq!((none.as_bytes(), none.due()), (b"".as_slice(), None));
    }

    #[test]
    fn the_first_is_printed_at_once_and_others_when_it_is_time() {
        let mut lines = lines();
        let at = Duration::from_secs(5);
        assert_eq!(lines.due(), None);
        lines.add("GET", "/", Status::Ok);
        assert!(lines.due().is_some_and(|due| due <= at));
        lines.clear(at);
        assert_eq!(lines.due(), None);
        lines.add("GET", "/", Status::Ok);
        assert_eq!(lines.due(), Some(at + PRINTED_EVERY));
    }

    #[test]
    fn many_are_printed_at_once_and_too_many_end_the_turn() {
        let mut lines = lines();
        let at = Duration::from_secs(5);
        lines.clear(at);
        while lines.due() != Some(Duration::ZERO) {
            assert!(lines.as_bytes().len() < MANY);
            lines.add("GET", "/", Status::Ok);
        }
        assert!(!lines.are_too_many());
        while !lines.are_too_many() {
            assert!(lines.as_bytes().len() < TOO_MANY);
            lines.add("GET", "/", Status::Ok);
        }
    }
}
