//! Deadlines that have passed: one more try, and then the end.

use std::ops::ControlFlow::{Break, Continue};

use super::{Advance, Connection, State, Then, Turn};
use crate::cause::Cause;
use crate::request;
use crate::shared::{Env, Shared};

impl<E: Env> Connection<E> {
    /// Its deadline has passed. Before a connection is given up, what it waited for is tried once
    /// more: a request may lie in the socket whose event has not been seen, as after a pause of the
    /// whole machine; and room to write is told only when about a third of the send queue is free,
    /// which an honest slow reader may need longer for than the deadline.
    pub fn deadline_passed(&mut self, shared: &mut Shared<E>, input: &mut [u8]) -> Advance {
        if let State::Closing { cause, .. } = self.state {
            return Advance::close(cause);
        }
        self.expect_input();
        self.ready.writable = true;
        let advance = self.advance(shared, input);
        match (advance.then, advance.deadline) {
            (Then::Wait, None) => self.give_up(shared),
            (Then::Exhausted, None) => Advance::close(Cause::Exhausted),
            _ => advance,
        }
    }

    /// What it waited for has not come.
    fn give_up(&mut self, shared: &mut Shared<E>) -> Advance {
        match &self.state {
            State::Reading(Some(kept)) if !request::is_blank(&kept.bytes) => {
                self.refuse_partial_head(shared)
            }
            State::Reading(_) => Advance::close(Cause::HeadDeadline),
            State::Responding(_) => Advance::close(Cause::StallDeadline),
            State::Idle => Advance::close(Cause::IdleDeadline),
            State::Closing { cause, .. } => Advance::close(*cause),
        }
    }

    /// A head that has begun and not ended in time gets a 400.
    fn refuse_partial_head(&mut self, shared: &mut Shared<E>) -> Advance {
        let State::Reading(Some(kept)) = std::mem::replace(&mut self.state, State::Reading(None))
        else {
            return Advance::close(Cause::HeadDeadline);
        };
        // Its line may have come, all the same: HEAD gets no body, and the log its row.
        let line = request::line_of(&kept.bytes);
        let then = match self.refuse(line, Cause::HeadDeadline, &mut Turn::new(), shared) {
            Break(then) => then,
            // There may be input to throw away, or room for the rest of the answer.
            Continue(()) => Then::Yield,
        };
        let deadline = Some(self.deadline_of_state());
        Advance { then, deadline }
    }
}
