//! What follows a response: the next request, or the end of the connection.

use std::ops::ControlFlow::{self, Break, Continue};
use std::time::Duration;

use super::Connection;
use super::context::{Env, LoopContext};
use super::state::State;
use super::step::{NextStep, Step};
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::event::Event;
use crate::events::state::StateName;
use crate::os::transport::Transport;
use crate::response::in_flight::AfterResponse;

/// How long a lingering close may throw input away in all. It is bounded by time, not by bytes: a
/// proxy that is still sending an upload counts a reset as a failure of the server, and takes it out
/// of use for everybody (nginx, `max_fails`).
pub const LINGER_TOTAL: Duration = Duration::from_secs(30);

/// How long a lingering close waits for more input, or for the peer's end.
pub const LINGER_SILENCE: Duration = Duration::from_secs(5);

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
        let now = context.clock.now().monotonic;
        self.state = State::Closing {
            since: u32::try_from(now.as_millis() / 100).unwrap_or(u32::MAX),
            reason,
        };
        let change = Event::Changed(StateName::Responding, StateName::Closing);
        context.emit(step.id, change);
        Continue(())
    }

    /// How long it has been in a lingering close, rounded up to a tenth of a second; zero if it is
    /// not in one.
    pub fn lingers_for(&self, now: Duration) -> Duration {
        match self.state {
            State::Closing { since, .. } => {
                let began = Duration::from_millis(u64::from(since) * 100);
                now.saturating_sub(began)
            }
            _ => Duration::ZERO,
        }
    }

    /// Closing: throws input away until the peer ends its side too. What is thrown away counts like
    /// what is sent, so that a fast upload costs no more than its share of a turn.
    pub(super) fn discard_input(
        &mut self,
        step: &mut Step,
        context: &mut LoopContext<E>,
        input: &mut [u8],
    ) -> ControlFlow<NextStep> {
        let State::Closing { reason, .. } = self.state else {
            return Continue(());
        };
        if !self.ready.readable {
            return Break(NextStep::Wait);
        }
        if step.send_budget == 0 || context.send_budget.is_spent() {
            return Break(NextStep::Yield);
        }
        match self.transport.read(input) {
            Ok(0) => {
                context.emit(step.id, Event::Read(0));
                Break(NextStep::Close(reason))
            }
            Ok(count) => {
                context.emit(step.id, Event::Read(count));
                self.ready.readable =
                    count == input.len() || self.ready.short_read_proves_nothing();
                step.send_budget = step.send_budget.saturating_sub(count);
                context.send_budget.spend(count);
                // Input pushes the deadline back, but never beyond the end of the whole time.
                let pushed_to = self.lingers_for(context.clock.now().monotonic) + LINGER_SILENCE;
                if pushed_to <= LINGER_TOTAL {
                    step.deadline = Some(Deadline::Closing);
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
