//! Closing: our side has ended, and the peer reads our last answer in peace.

use std::ops::ControlFlow::{self, Break, Continue};

use super::{Connection, State, Then, Turn};
use crate::config::CLOSING_DISCARDS;
use crate::exchange::After;
use crate::transport::Transport;

impl<T: Transport> Connection<T> {
    /// After a response: Idle, or the end.
    pub(super) fn finish(&mut self, after: After) -> ControlFlow<Then> {
        match after {
            After::Keep => self.state = State::Idle,
            After::Close(cause) => {
                if self.transport.shutdown_write().is_err() {
                    return Break(Then::Close(cause));
                }
                self.state = State::Closing {
                    discards_left: CLOSING_DISCARDS,
                    cause,
                };
            }
        }
        Continue(())
    }

    /// Closing: throws input away until the peer ends its side too.
    pub(super) fn discard(&mut self, turn: &mut Turn, input: &mut [u8]) -> ControlFlow<Then> {
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
            Ok(0) => Break(Then::Close(cause)),
            Ok(count) => {
                self.ready.readable = count == input.len() || self.ready.read_closed;
                turn.send_budget = turn.send_budget.saturating_sub(count);
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                match discards_left.checked_sub(count) {
                    Some(left) => *discards_left = left,
                    None => return Break(Then::Close(cause)),
                }
                Continue(())
            }
            Err(error) => match self.read_failed(&error) {
                // It ended for what came before, whatever way the peer takes its leave.
                Break(Then::Close(_)) => Break(Then::Close(cause)),
                step => step,
            },
        }
    }
}
