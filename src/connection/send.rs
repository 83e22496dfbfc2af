//! Responding: what the socket did not take at once, piece by piece.

use std::io;
use std::ops::ControlFlow::{self, Break, Continue};

use super::{Connection, NextStep, PartialHead, State, Step};
use crate::config::READ_AHEAD;
use crate::connection::context::{Env, Lifecycle, LoopContext};
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::event::{Direction, Event, Observer};
use crate::events::state::StateName;
use crate::os::transport::Transport;
use crate::response::in_flight::{AfterResponse, Piece};

impl<E: Env> Connection<E> {
    /// Responding: sends the next piece.
    pub(super) fn send(
        &mut self,
        step: &mut Step,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        let State::Responding(pending) = &mut self.state else {
            return Continue(());
        };
        if !matches!(pending.piece(), Piece::Nothing) {
            if !self.ready.writable {
                return Break(NextStep::Wait);
            }
            if step.send_budget == 0 || context.send_budget_spent() {
                return Break(NextStep::Yield);
            }
        }
        let sent = match pending.piece() {
            Piece::Nothing => return self.sent_all(step, context),
            Piece::Memory(bytes, more) => {
                let sent = self.transport.write(bytes, more);
                self.ready.writable = matches!(sent, Ok(count) if count == bytes.len());
                sent
            }
            Piece::File(file, offset, left) => {
                let count = usize::try_from(left).unwrap_or(usize::MAX);
                // A short answer says nothing about the socket here: it may be that the file
                // ended. The next call tells: it would block, or it sends nothing.
                let count = count.min(step.send_budget);
                match self.transport.send_file(file, offset, count) {
                    Ok(0) => return Break(NextStep::Close(CloseReason::FileShrank)),
                    Ok(sent) => {
                        read_ahead(&mut self.transport, file, offset, sent, left);
                        Ok(sent)
                    }
                    failed => failed,
                }
            }
        };
        match sent {
            Ok(count) => {
                pending.sent(count);
                step.count_sent(self.id, count, context);
                // Progress, and nothing else, pushes the deadline back.
                step.deadline = Some(Deadline::Stall);
                Continue(())
            }
            Err(error) => self.send_failed(&error, context),
        }
    }

    fn send_failed(
        &mut self,
        error: &io::Error,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        match error.kind() {
            io::ErrorKind::WouldBlock => {
                self.ready.writable = false;
                context
                    .observer
                    .event(Some(self.id), Event::WouldBlock(Direction::Write));
                Break(NextStep::Wait)
            }
            io::ErrorKind::Interrupted => {
                self.ready.writable = true;
                Continue(())
            }
            // Only reading the file can say so; a socket has other errors.
            _ if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => {
                Break(NextStep::Close(CloseReason::FileShrank))
            }
            _ => Break(NextStep::Close(CloseReason::Reset)),
        }
    }

    /// The response has left: its row is written, and the input read beyond its request is next.
    fn sent_all(&mut self, step: &mut Step, context: &mut LoopContext<E>) -> ControlFlow<NextStep> {
        let State::Responding(pending) = std::mem::replace(&mut self.state, State::Idle) else {
            return Continue(());
        };
        self.log(&pending.record, pending.body_sent, None, context);
        context.descriptors.files -= pending.files();
        let after = match (pending.after, context.lifecycle) {
            // The head said "kept", but that was before the stop.
            (AfterResponse::Keep, Lifecycle::Stopping) => {
                AfterResponse::LingeringClose(CloseReason::Stopped)
            }
            (after, _) => after,
        };
        let flow = self.finish(after, context);
        if after == AfterResponse::Keep {
            let next = if pending.leftover.is_empty() {
                StateName::Idle
            } else {
                StateName::Reading
            };
            let observer = &mut context.observer;
            observer.event(Some(self.id), Event::Changed(StateName::Responding, next));
        }
        if after == AfterResponse::Keep && !pending.leftover.is_empty() {
            self.state = State::Reading(Some(Box::new(PartialHead {
                bytes: pending.leftover.into_vec(),
                scanned: 0,
            })));
        }
        step.deadline = Some(self.deadline_of_state());
        flow
    }
}

/// Asks for the window after the one that was just entered, when `sent` bytes from `offset` on have
/// left, of `left` that were to be sent.
fn read_ahead<T: Transport>(
    transport: &mut T,
    file: &T::File,
    offset: u64,
    sent: usize,
    left: u64,
) {
    let (sent, end) = (sent as u64, offset + left);
    let entered = (offset + sent) / READ_AHEAD;
    let has_entered = offset == 0 || offset / READ_AHEAD != entered;
    let next = (entered + 1) * READ_AHEAD;
    if has_entered && next < end {
        transport.read_ahead(file, next, READ_AHEAD);
    }
}
