//! Sending: requests under way, how much of them has been sent, and how many answers are due.

use std::io::{self, ErrorKind, Write as _};
use std::net::Shutdown;

use super::{AnswerReader, Client, ClientContext, Micros, Scripts, State};
use crate::behaviour::Behaviour;
use crate::stats::Purpose;

/// Requests that have been begun and not all been answered.
#[derive(Debug)]
pub(super) struct Asking {
    /// How much of the script the socket has taken.
    sent: usize,
    /// How much of it may be sent by now: all, unless it is dripped.
    allowed: usize,
    /// How many answers are still to come.
    pub(super) answers_left: u32,
    /// Why the requests are sent.
    pub(super) purpose: Purpose,
    /// The answer that is being received.
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

/// How much of a request may be sent at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    Whole,
    ByteByByte,
}

impl Client {
    /// Begins a request, or as many as this behaviour's script has. None may be under way.
    pub(super) fn ask(
        &mut self,
        purpose: Purpose,
        pace: Pace,
        context: &mut ClientContext,
    ) -> io::Result<()> {
        let count = match self.behaviour {
            Behaviour::Burst => context.timing.burst,
            _ => 1,
        };
        self.state = State::Asking(Box::new(Asking {
            sent: 0,
            allowed: match pace {
                Pace::Whole => context.scripts.of(self.behaviour).len(),
                Pace::ByteByByte => 1,
            },
            answers_left: count,
            purpose,
            reader: AnswerReader::new(),
        }));
        context
            .stats
            .record_requests(self.behaviour, purpose, count);
        self.send_rest(context)
    }

    /// Lets one more byte of a dripped request be sent.
    pub(super) fn drip(&mut self, context: &mut ClientContext) -> io::Result<()> {
        if let State::Asking(asking) = &mut self.state {
            let length = context.scripts.of(self.behaviour).len();
            asking.allowed = (asking.allowed + 1).min(length);
        }
        self.send_rest(context)
    }

    /// Sends what may be sent, until the socket takes no more: an edge announces when it does again.
    pub(super) fn send_rest(&mut self, context: &mut ClientContext) -> io::Result<()> {
        let script = context.scripts.of(self.behaviour);
        let State::Asking(asking) = &mut self.state else {
            return Ok(());
        };
        while asking.sent < asking.allowed {
            let now = context.now();
            match self.stream.write(&script[asking.sent..asking.allowed]) {
                Ok(count) => asking.sent += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            if asking.sent == script.len() {
                self.asked_at = Micros::from(now);
                if self.behaviour == Behaviour::HalfClose {
                    self.stream.shutdown(Shutdown::Write)?;
                    // It can send no further request, and the server need not keep its promise.
                    self.is_last = true;
                }
            }
        }
        Ok(())
    }
}
