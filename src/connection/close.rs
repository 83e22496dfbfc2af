//! Closing: our side has ended, and the peer reads our last answer in peace.

use std::ops::ControlFlow::{self, Break, Continue};

use super::{Connection, NextStep, State, Step};
use crate::config::CLOSING_DISCARDS;
use crate::connection::context::{Env, LoopContext};
use crate::events::close_reason::CloseReason;
use crate::events::event::{Event, Observer};
use crate::events::state::StateName;
use crate::os::transport::Transport;
use crate::response::in_flight::AfterResponse;

impl<E: Env> Connection<E> {
    /// After a response: Idle, or the end.
    pub(super) fn finish(
        &mut self,
        after: AfterResponse,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        match after {
            AfterResponse::Keep => {
                self.state = State::Idle;
                Continue(())
            }
            AfterResponse::LingeringClose(cause) => self.begin_lingering_close(cause, context),
            // With nothing unread, and nothing to come, closing sends no reset.
            AfterResponse::CloseAtOnce if !self.ready.readable => {
                Break(NextStep::Close(CloseReason::CloseAsked))
            }
            AfterResponse::CloseAtOnce => {
                self.begin_lingering_close(CloseReason::CloseAsked, context)
            }
        }
    }

    /// Ends our side, and then waits for the peer's end (RFC 9112, 9.6).
    fn begin_lingering_close(
        &mut self,
        cause: CloseReason,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        if self.transport.shutdown_write().is_err() {
            return Break(NextStep::Close(cause));
        }
        self.state = State::Closing {
            discards_left: CLOSING_DISCARDS,
            cause,
        };
        let observer = &mut context.observer;
        observer.event(
            Some(self.id),
            Event::Changed(StateName::Responding, StateName::Closing),
        );
        Continue(())
    }

    /// Closing: throws input away until the peer ends its side too.
    pub(super) fn discard(
        &mut self,
        step: &mut Step,
        context: &mut LoopContext<E>,
        input: &mut [u8],
    ) -> ControlFlow<NextStep> {
        let State::Closing {
            discards_left,
            cause,
        } = &mut self.state
        else {
            return Continue(());
        };
        let cause = *cause;
        if !self.ready.readable {
            return Break(NextStep::Wait);
        }
        if step.send_budget == 0 {
            return Break(NextStep::Yield);
        }
        match self.transport.read(input) {
            Ok(0) => {
                context.observer.event(Some(self.id), Event::Read(0));
                Break(NextStep::Close(cause))
            }
            Ok(count) => {
                context.observer.event(Some(self.id), Event::Read(count));
                self.ready.readable = count == input.len() || self.ready.read_closed;
                step.send_budget = step.send_budget.saturating_sub(count);
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                match discards_left.checked_sub(count) {
                    Some(left) => *discards_left = left,
                    None => return Break(NextStep::Close(cause)),
                }
                Continue(())
            }
            Err(error) => match self.read_failed(&error, context) {
                // It ended for what came before, whatever way the peer takes its leave.
                Break(NextStep::Close(_)) => Break(NextStep::Close(cause)),
                flow => flow,
            },
        }
    }
}
