//! Receiving: bytes and the end of the connection, and what they mean for the requests under way.

use std::io::{self, ErrorKind, Read as _};

use super::{AnswerReader, Client, ClientContext, Readiness, RunState, State};
use crate::answer::Head;
use crate::behaviour::Moment;
use crate::outcome::Outcome;

/// How often one client may fill the buffer per loop iteration: 1 MiB in all, so that a fast server
/// with a large file does not keep the other clients waiting.
const READS_MAX: usize = 16;

impl Client {
    /// Reads until nothing is left, or until the budget of this loop iteration is used up.
    pub(super) fn read(
        &mut self,
        me: u32,
        event: Readiness,
        context: &mut ClientContext,
    ) -> io::Result<RunState> {
        for _ in 0..READS_MAX {
            let count = match self.stream.read(context.buffer) {
                Ok(0) => return self.end(me, context),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(RunState::Waiting);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if let Some(outcome) = self.take(me, count, context)? {
                return Ok(RunState::Ended(outcome));
            }
            // A short read has drained the socket (epoll(7), question 9), and the next edge
            // announces more bytes. But if this event has announced the end, no further event will.
            if count < context.buffer.len() && !event.closed {
                return Ok(RunState::Waiting);
            }
        }
        Ok(RunState::Runnable)
    }

    /// The server has closed its side.
    pub(super) fn end(&mut self, me: u32, context: &mut ClientContext) -> io::Result<RunState> {
        if let State::Asking(asking) = &self.state
            && let Some(head) = asking.reader.end()
        {
            self.answered(me, head, context)?;
        }
        Ok(RunState::Ended(Outcome::Closed))
    }

    /// Parses the first `count` bytes of the shared buffer. Returns an outcome if they end the
    /// connection.
    pub(super) fn take(
        &mut self,
        me: u32,
        count: usize,
        context: &mut ClientContext,
    ) -> io::Result<Option<Outcome>> {
        let mut from = 0;
        while from < count {
            // An answer to no request of ours is only recognised if it arrives whole.
            let mut stray = AnswerReader::new();
            let reader = match &mut self.state {
                State::Asking(asking) => &mut asking.reader,
                State::Quiet | State::Connecting => &mut stray,
            };
            let Ok((taken, head)) = reader.feed(&context.buffer[from..count]) else {
                return Ok(Some(Outcome::Garbled));
            };
            from += taken;
            if let Some(head) = head {
                self.answered(me, head, context)?;
            }
        }
        Ok(None)
    }

    /// Records a complete answer, and takes the next step if it was the last one due.
    fn answered(&mut self, me: u32, head: Head, context: &mut ClientContext) -> io::Result<()> {
        self.is_last |= !head.kept;
        let State::Asking(asking) = &mut self.state else {
            context.stats.record_unasked(head.status);
            return Ok(());
        };
        let took = context.now().saturating_sub(self.asked_at.time());
        let purpose = asking.purpose;
        asking.answers_left = asking.answers_left.saturating_sub(1);
        let unanswered = asking.answers_left;
        context
            .stats
            .record_answer(self.behaviour, purpose, head.status, took);
        self.promise = head.promise.unwrap_or_default();
        if unanswered > 0 && head.kept {
            return Ok(());
        }
        // The server has said that it will answer no more, so the rest is lost.
        if unanswered > 0 {
            context
                .stats
                .record_lost(self.behaviour, purpose, unanswered);
        }
        self.state = State::Quiet;
        self.settle(context.stats);
        self.take_step(me, Moment::Answered, context)
    }
}
