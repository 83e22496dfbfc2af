//! What follows a response: the next request, or the end of the connection.

use std::ops::ControlFlow::{self, Break, Continue};

use super::Connection;
use super::context::{Env, LoopContext};
use super::state::State;
use super::step::{NextStep, Step};
use crate::events::close_reason::CloseReason;
use crate::events::event::Event;
use crate::events::state::StateName;
use crate::os::transport::Transport;
use crate::response::in_flight::AfterResponse;

/// A lingering close throws away at most so many bytes of input.
pub const CLOSING_DISCARDS: u32 = 1024 * 1024;

impl<E: Env> Connection<E> {
    /// After a response: Idle, a lingering close, or the end at once.
    pub(super) fn finish(
        &mut self,
        after: AfterResponse,
        step: &Step,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        match after {
            AfterResponse::Keep => {
                self.state = State::Idle;
                Continue(())
            }
            AfterResponse::LingeringClose(reason) => {
                self.begin_lingering_close(reason, step, context)
            }
            // If nothing is unread and nothing will come, closing sends no reset.
            AfterResponse::CloseAtOnce if !self.ready.readable => {
                Break(NextStep::Close(CloseReason::CloseAsked))
            }
            AfterResponse::CloseAtOnce => {
                self.begin_lingering_close(CloseReason::CloseAsked, step, context)
            }
        }
    }

    /// Ends our side, and then waits for the peer's end (RFC 9112, 9.6).
    fn begin_lingering_close(
        &mut self,
        reason: CloseReason,
        step: &Step,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        if self.transport.shutdown_write().is_err() {
            return Break(NextStep::Close(reason));
        }
        self.state = State::Closing {
            discards_left: CLOSING_DISCARDS,
            reason,
        };
        let change = Event::Changed(StateName::Responding, StateName::Closing);
        context.emit(step.id, change);
        Continue(())
    }

    /// Closing: throws input away until the peer ends its side too.
    pub(super) fn discard_input(
        &mut self,
        step: &mut Step,
        context: &mut LoopContext<E>,
        input: &mut [u8],
    ) -> ControlFlow<NextStep> {
        let State::Closing {
            discards_left,
            reason,
        } = &mut self.state
        else {
            return Continue(());
        };
        let reason = *reason;
        if !self.ready.readable {
            return Break(NextStep::Wait);
        }
        if step.send_budget == 0 {
            return Break(NextStep::Yield);
        }
        match self.transport.read(input) {
            Ok(0) => {
                context.emit(step.id, Event::Read(0));
                Break(NextStep::Close(reason))
            }
            Ok(count) => {
                context.emit(step.id, Event::Read(count));
                self.ready.readable = count == input.len() || self.ready.read_closed;
                step.send_budget = step.send_budget.saturating_sub(count);
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                match discards_left.checked_sub(count) {
                    Some(left) => *discards_left = left,
                    None => return Break(NextStep::Close(reason)),
                }
                Continue(())
            }
            Err(error) => match self.read_failed(&error, step, context) {
                // Keep the original close reason, however the peer closes.
                Break(NextStep::Close(_)) => Break(NextStep::Close(reason)),
                flow => flow,
            },
        }
    }
}
