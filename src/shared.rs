//! What all connections share, lent to each for the length of one call.

use crate::access_log::AccessLog;
use crate::clock::Clock;
use crate::config::{Limits, PHASE_SEND_BUDGET, RequestsPrinted};
use crate::descriptors::DescriptorUse;
use crate::escape;
use crate::observer::Unobserved;
use crate::status::Status;
use crate::target::DotFiles;

/// One of each for the whole loop; none belongs to a connection.
#[derive(Debug)]
pub struct Shared<D, O = Unobserved> {
    /// The bounds on each connection.
    pub limits: Limits,
    /// Whether names that begin with a dot are served.
    pub dot_files: DotFiles,
    /// The files.
    pub documents: D,
    /// The time of this turn.
    pub clock: Clock,
    /// The rows of this second.
    pub log: AccessLog,
    /// The request lines of this turn.
    pub lines: RequestLines,
    /// Whether connections are kept after their answer.
    pub phase: Phase,
    /// The descriptors that connections and their files hold.
    pub descriptors: DescriptorUse,
    /// How many bytes have been sent in this phase of the turn.
    pub sent_in_phase: usize,
    /// Where heads and small bodies are put together: the shared write buffer.
    pub output: Vec<u8>,
    /// Who watches.
    pub observer: O,
}

/// When so many bytes of request lines wait, the turn ends early to print them.
const LINES_MAX: usize = 32 * 1024;

impl<D, O> Shared<D, O> {
    /// Whether this phase of the turn has sent its share. What is left to send has its turn later,
    /// so that the time of a turn is bounded.
    pub fn has_sent_enough(&self) -> bool {
        self.sent_in_phase >= PHASE_SEND_BUDGET
    }

    /// Whether so many lines and rows wait that they are to be written out before there are more,
    /// so that the memory of a turn is bounded.
    pub fn has_told_enough(&self) -> bool {
        self.lines.text.len() >= LINES_MAX || self.log.is_full()
    }
}

/// What the server as a whole is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It serves.
    Serving,
    /// It has been told to stop, and finishes what is being sent.
    Stopping,
}

/// The lines that tell of requests on standard output, gathered for one write a turn.
#[derive(Debug)]
pub struct RequestLines {
    text: String,
    printed: RequestsPrinted,
}

impl RequestLines {
    /// No lines yet, and none ever if they are not printed.
    pub fn new(printed: RequestsPrinted) -> Self {
        Self {
            text: String::new(),
            printed,
        }
    }

    /// Adds `GET / 200`, or `- 400` for a request that could not be read.
    pub fn add(&mut self, method: &str, target: &str, status: Status) {
        use std::fmt::Write as _;
        if self.printed == RequestsPrinted::No {
            return;
        }
        if method.is_empty() {
            self.text.push('-');
        } else {
            escape::append(&mut self.text, method.as_bytes());
            self.text.push(' ');
            escape::append(&mut self.text, target.as_bytes());
        }
        // Writing to a String can't fail.
        let _ = writeln!(self.text, " {}", status.code());
    }

    /// The lines so far, each with its end.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Forgets them, once they are printed, and gives back what an unusual turn took.
    pub fn clear(&mut self) {
        self.text.clear();
        self.text.shrink_to(2 * LINES_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let mut lines = RequestLines::new(RequestsPrinted::Yes);
        lines.add("GET", "/", Status::Ok);
        lines.add("HEAD", "/a\\b", Status::NotFound);
        lines.add("", "", Status::BadRequest);
        assert_eq!(
            lines.as_bytes(),
            b"GET / 200\nHEAD /a\\\\b 404\n- 400\n".as_slice()
        );
        lines.clear();
        assert_eq!(lines.as_bytes(), b"");
        let mut lines = RequestLines::new(RequestsPrinted::No);
        lines.add("GET", "/", Status::Ok);
        assert_eq!(lines.as_bytes(), b"");
    }
}
