//! Requests under way: how much of them has been sent, and how many answers are still to come.

use std::io::{self, ErrorKind, Write as _};
use std::net::Shutdown;

use super::{AnswerReader, Client, Micros, Scripts, Shared, State};
use crate::behaviour::Behaviour;
use crate::tally::Purpose;

/// Requests that have been begun.
#[derive(Debug)]
pub(super) struct Asking {
    /// How much of the script the socket has taken.
    sent: usize,
    /// How much of it may be sent by now: all, unless it drips.
    allowed: usize,
    /// How many answers are still to come.
    pub(super) answers_left: u32,
    /// What was asked for.
    pub(super) purpose: Purpose,
    /// The answer that is coming.
    pub(super) reader: AnswerReader,
}

impl Scripts {
    /// What clients of this behaviour send.
    fn of(&self, behaviour: Behaviour) -> &[u8] {
        match behaviour {
            Behaviour::Burst => &self.burst,
            Behaviour::SlowReader => &self.slow_request,
            _ => &self.request,
        }
    }
}

/// How much of a request may leave at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    Whole,
    ByteByByte,
}

impl Client {
    /// Begins a request, or as many as this behaviour's script has. Nothing may be under way.
    pub(super) fn ask(
        &mut self,
        purpose: Purpose,
        pace: Pace,
        shared: &mut Shared,
    ) -> io::Result<()> {
        let count = match self.behaviour {
            Behaviour::Burst => shared.manners.burst,
            _ => 1,
        };
        self.state = State::Asking(Box::new(Asking {
            sent: 0,
            allowed: match pace {
                Pace::Whole => shared.scripts.of(self.behaviour).len(),
                Pace::ByteByByte => 1,
            },
            answers_left: count,
            purpose,
            reader: AnswerReader::new(),
        }));
        shared.tally.asked(self.behaviour, purpose, count);
        self.send_rest(shared)
    }

    /// Lets one byte more of a dripped request leave.
    pub(super) fn drip(&mut self, shared: &mut Shared) -> io::Result<()> {
        if let State::Asking(asking) = &mut self.state {
            let length = shared.scripts.of(self.behaviour).len();
            asking.allowed = (asking.allowed + 1).min(length);
        }
        self.send_rest(shared)
    }

    /// Sends what may be sent, until the socket takes no more: an edge tells when it does again.
    pub(super) fn send_rest(&mut self, shared: &mut Shared) -> io::Result<()> {
        let script = shared.scripts.of(self.behaviour);
        let State::Asking(asking) = &mut self.state else {
            return Ok(());
        };
        while asking.sent < asking.allowed {
            let now = shared.start.elapsed();
            match self.stream.write(&script[asking.sent..asking.allowed]) {
                Ok(count) => asking.sent += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            if asking.sent == script.len() {
                self.asked_at = Micros::of(now);
                if self.behaviour == Behaviour::HalfClose {
                    self.stream.shutdown(Shutdown::Write)?;
                    // It can ask no more, and the server need not keep what it promised.
                    self.is_last = true;
                }
            }
        }
        Ok(())
    }
}
