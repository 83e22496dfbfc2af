//! Deadlines that have passed: one more try, and then the end.

use std::ops::ControlFlow::{Break, Continue};

use super::{Connection, NextStep, Progress, State, Step};
use crate::connection::context::{Env, LoopContext};
use crate::events::close_reason::CloseReason;
use crate::http::request;

impl<E: Env> Connection<E> {
    /// Its deadline has passed. Before a connection is given up, what it waited for is tried once
    /// more: a request may lie in the socket whose event has not been seen, as after a pause of the
    /// whole machine; and room to write is told only when about a third of the send queue is free,
    /// which an honest slow reader may need longer for than the deadline.
    pub fn deadline_passed(&mut self, context: &mut LoopContext<E>, input: &mut [u8]) -> Progress {
        if let State::Closing { cause, .. } = self.state {
            return Progress::close(cause);
        }
        self.assume_readable();
        self.ready.writable = true;
        let advance = self.advance(context, input);
        match (advance.then, advance.deadline) {
            (NextStep::Wait, None) => self.give_up(context),
            (NextStep::OutOfDescriptors, None) => Progress::close(CloseReason::OutOfDescriptors),
            _ => advance,
        }
    }

    /// What it waited for has not come.
    fn give_up(&mut self, context: &mut LoopContext<E>) -> Progress {
        match &self.state {
            State::Reading(Some(partial)) if !request::is_blank(&partial.bytes) => {
                self.reject_partial_head(context)
            }
            State::Reading(_) => Progress::close(CloseReason::HeadDeadline),
            State::Responding(_) => Progress::close(CloseReason::StallDeadline),
            State::Idle => Progress::close(CloseReason::IdleDeadline),
            State::Closing { cause, .. } => Progress::close(*cause),
        }
    }

    /// A head that has begun and not ended in time gets a 400.
    fn reject_partial_head(&mut self, context: &mut LoopContext<E>) -> Progress {
        let State::Reading(Some(partial)) =
            std::mem::replace(&mut self.state, State::Reading(None))
        else {
            return Progress::close(CloseReason::HeadDeadline);
        };
        // Its line may have come, all the same: HEAD gets no body, and the log its row.
        let line = request::line_of(&partial.bytes);
        let then = match self.refuse(line, CloseReason::HeadDeadline, &mut Step::new(), context) {
            Break(then) => then,
            // There may be input to throw away, or room for the rest of the answer.
            Continue(()) => NextStep::Yield,
        };
        let deadline = Some(self.deadline_of_state());
        Progress { then, deadline }
    }
}
