//! What comes from the server: bytes, the end, and what they mean for what was asked.

use std::io::{self, ErrorKind, Read as _};

use super::{AnswerReader, Client, Readiness, Shared, State, Then};
use crate::answer::Head;
use crate::behaviour::Moment;
use crate::ending::Ending;

/// How often one client may fill the buffer in one turn: 1 MiB, so that a fast server with a
/// large file does not keep the others waiting.
const READS: usize = 16;

impl Client {
    /// Reads until nothing is left, or until this turn's share is used up.
    pub(super) fn read(
        &mut self,
        me: u32,
        event: Readiness,
        shared: &mut Shared,
    ) -> io::Result<Then> {
        for _ in 0..READS {
            let count = match self.stream.read(shared.buffer) {
                Ok(0) => return self.end(me, shared),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Then::Wait),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if let Some(ending) = self.take(me, count, shared)? {
                return Ok(Then::End(ending));
            }
            // A short read has drained the socket (epoll(7), question 9), and the next edge tells
            // of more; but none tells once more of the end that this event told of.
            if count < shared.buffer.len() && !event.closed {
                return Ok(Then::Wait);
            }
        }
        Ok(Then::Yield)
    }

    /// The server's side is over.
    pub(super) fn end(&mut self, me: u32, shared: &mut Shared) -> io::Result<Then> {
        if let State::Asking(asking) = &self.state
            && let Some(head) = asking.reader.end()
        {
            self.answered(me, head, shared)?;
        }
        Ok(Then::End(Ending::Closed))
    }

    /// Takes `count` bytes that stand in the shared buffer.
    pub(super) fn take(
        &mut self,
        me: u32,
        count: usize,
        shared: &mut Shared,
    ) -> io::Result<Option<Ending>> {
        let mut from = 0;
        while from < count {
            // Nobody asked, and so nobody waits: such answers come whole or not at all.
            let mut stray = AnswerReader::new();
            let reader = match &mut self.state {
                State::Asking(asking) => &mut asking.reader,
                State::Quiet | State::Connecting => &mut stray,
            };
            let Ok((taken, head)) = reader.feed(&shared.buffer[from..count]) else {
                return Ok(Some(Ending::Garbled));
            };
            from += taken;
            if let Some(head) = head {
                self.answered(me, head, shared)?;
            }
        }
        Ok(None)
    }

    /// An answer has come whole.
    pub(super) fn answered(&mut self, me: u32, head: Head, shared: &mut Shared) -> io::Result<()> {
        self.is_last |= !head.kept;
        let State::Asking(asking) = &mut self.state else {
            shared.tally.unasked(head.status);
            return Ok(());
        };
        let took = shared.now().saturating_sub(self.asked_at.time());
        let purpose = asking.purpose;
        asking.answers_left = asking.answers_left.saturating_sub(1);
        let unanswered = asking.answers_left;
        shared
            .tally
            .answered(self.behaviour, purpose, head.status, took);
        self.promise = head.promise.unwrap_or_default();
        if unanswered > 0 && head.kept {
            return Ok(());
        }
        // Those that are left are not answered any more: the server has said so.
        if unanswered > 0 {
            shared.tally.lost(self.behaviour, purpose, unanswered);
        }
        self.state = State::Quiet;
        self.settle(shared.tally);
        self.take_step(me, Moment::Answered, shared)
    }
}
