//! A deadline has passed: one more try, and then the end.

use std::ops::ControlFlow::{Break, Continue};

use super::Connection;
use super::context::{Env, LoopContext};
use super::respond::Rejected;
use super::state::State;
use super::step::{NextStep, Progress, Step};
use crate::events::close_reason::CloseReason;
use crate::events::id::ConnectionId;
use crate::http::profile::Profile;
use crate::http::request;

impl<E: Env> Connection<E> {
    /// Its deadline has passed. Before the connection is given up, it tries once more what it waited
    /// for: a request may be in the socket whose event was not seen yet, as after a pause of the
    /// whole machine; and room to write is told only when about a third of the send queue is free,
    /// which may take an honest slow client longer than the deadline.
    pub fn deadline_passed(
        &mut self,
        id: ConnectionId,
        context: &mut LoopContext<E>,
        input: &mut [u8],
    ) -> Progress {
        if let State::Closing { reason, .. } = self.state {
            return Progress::close(reason);
        }
        self.assume_readable();
        self.ready.writable = true;
        let progress = self.advance(id, context, input);
        match (progress.next, progress.deadline) {
            (NextStep::Wait, None) => self.give_up(id, context),
            (NextStep::OutOfDescriptors, None) => self.give_up_file(id, context),
            _ => progress,
        }
    }

    /// What it waited for has not come.
    fn give_up(&mut self, id: ConnectionId, context: &mut LoopContext<E>) -> Progress {
        match &self.state {
            State::Reading(Some(partial)) if !request::is_blank(&partial.bytes) => {
                self.reject_head(Rejected::Late, id, context)
            }
            State::Reading(_) => Progress::close(CloseReason::HeadDeadline),
            State::Responding(_) => Progress::close(CloseReason::StallDeadline),
            State::Idle => Progress::close(CloseReason::IdleDeadline),
            State::Closing { reason, .. } => Progress::close(*reason),
        }
    }

    /// No descriptor has become free. There is a status for that, but it is none of the four.
    fn give_up_file(&mut self, id: ConnectionId, context: &mut LoopContext<E>) -> Progress {
        match context.config.serving.profile {
            Profile::Four => Progress::close(CloseReason::OutOfDescriptors),
            Profile::Full => self.reject_head(Rejected::NoRoom, id, context),
        }
    }

    /// A head that has begun gets its answer now, and is the last.
    fn reject_head(
        &mut self,
        rejected: Rejected,
        id: ConnectionId,
        context: &mut LoopContext<E>,
    ) -> Progress {
        let before = std::mem::replace(&mut self.state, State::Reading(None));
        let State::Reading(Some(partial)) = before else {
            return Progress::close(CloseReason::HeadDeadline);
        };
        // The request line may have come whole: then HEAD gets no body, and the log row has it.
        let mut copy = Vec::new();
        let line = request::line_of(&partial.bytes, &mut copy);
        let mut step = Step::new(id);
        let next = match self.reject(line, rejected, &mut step, context) {
            Break(next) => next,
            // There may be input to throw away, or room for the rest of the answer.
            Continue(()) => NextStep::Yield,
        };
        let deadline = Some(self.state.deadline());
        Progress { next, deadline }
    }
}
