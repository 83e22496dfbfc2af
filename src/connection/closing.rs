//! Closing: our side has ended, and the peer reads our last answer in peace.

use std::ops::ControlFlow::{self, Break, Continue};

use super::{Connection, State, Then, Turn};
use crate::cause::Cause;
use crate::exchange::After;
use crate::observer::{Event, Observer};
use crate::shared::{Env, Shared};
use crate::states::StateName;
use crate::transport::Transport;

/// Bytes of input that a closing connection throws away at most, while its peer reads the last answer.
pub const CLOSING_DISCARDS: u32 = 1024 * 1024;

impl<E: Env> Connection<E> {
    /// After a response: Idle, or the end.
    pub(super) fn finish(&mut self, after: After, shared: &mut Shared<E>) -> ControlFlow<Then> {
        match after {
            After::Keep => {
                self.state = State::Idle;
                Continue(())
            }
            After::CloseInStages(cause) => self.close_in_stages(cause, shared),
            // With nothing unread, and nothing to come, closing sends no reset.
            After::CloseAtOnce if !self.ready.readable => Break(Then::Close(Cause::CloseAsked)),
            After::CloseAtOnce => self.close_in_stages(Cause::CloseAsked, shared),
        }
    }

    /// Ends our side, and then waits for the peer's end (RFC 9112, 9.6).
    fn close_in_stages(&mut self, cause: Cause, shared: &mut Shared<E>) -> ControlFlow<Then> {
        if self.transport.shutdown_write().is_err() {
            return Break(Then::Close(cause));
        }
        self.state = State::Closing {
            discards_left: CLOSING_DISCARDS,
            cause,
        };
        let observer = &mut shared.observer;
        observer.event(
            Some(self.key),
            Event::Changed(StateName::Responding, StateName::Closing),
        );
        Continue(())
    }

    /// Closing: throws input away until the peer ends its side too.
    pub(super) fn discard(
        &mut self,
        turn: &mut Turn,
        shared: &mut Shared<E>,
        input: &mut [u8],
    ) -> ControlFlow<Then> {
        let State::Closing {
            discards_left,
            cause,
        } = &mut self.state
        else {
            return Continue(());
        };
        let cause = *cause;
        if !self.ready.readable {
            return Break(Then::Wait);
        }
        if turn.send_budget == 0 {
            return Break(Then::Yield);
        }
        match self.transport.read(input) {
            Ok(0) => {
                shared.observer.event(Some(self.key), Event::Read(0));
                Break(Then::Close(cause))
            }
            Ok(count) => {
                shared.observer.event(Some(self.key), Event::Read(count));
                self.ready.readable = count == input.len() || self.ready.read_closed;
                turn.send_budget = turn.send_budget.saturating_sub(count);
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                match discards_left.checked_sub(count) {
                    Some(left) => *discards_left = left,
                    None => return Break(Then::Close(cause)),
                }
                Continue(())
            }
            Err(error) => match self.read_failed(&error, shared) {
                // It ended for what came before, whatever way the peer takes its leave.
                Break(Then::Close(_)) => Break(Then::Close(cause)),
                step => step,
            },
        }
    }
}
