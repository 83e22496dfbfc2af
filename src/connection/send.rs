//! Responding: what the socket did not take at once is sent piece by piece.

use std::io;
use std::ops::ControlFlow::{self, Break, Continue};

use super::Connection;
use super::context::{Env, Lifecycle, LoopContext};
use super::input::PartialHead;
use super::state::State;
use super::step::{NextStep, Step};
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::event::{Direction, Event};
use crate::events::state::StateName;
use crate::os::transport::Transport;
use crate::response::in_flight::AfterResponse;
use crate::response::piece::Piece;

/// Each time that a download has come so many bytes further, as many bytes beyond them are read
/// ahead from the disk, if they are not in memory: the loop then does not wait for the disk while it
/// sends.
pub(super) const READ_AHEAD: u64 = 1024 * 1024;

impl<E: Env> Connection<E> {
    /// Sends the next piece of the pending response.
    pub(super) fn send_rest(
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
            if step.send_budget == 0 || context.send_budget.is_spent() {
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
                // A short count proves nothing about the socket here: the file may have ended. The
                // next call tells which: it would block, or it sends nothing.
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
                step.count_sent(count, context);
                // Progress, and nothing else, pushes the stall deadline back.
                step.deadline = Some(Deadline::Stall);
                Continue(())
            }
            Err(error) => self.send_failed(&error, step, context),
        }
    }

    fn send_failed(
        &mut self,
        error: &io::Error,
        step: &Step,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        match error.kind() {
            io::ErrorKind::WouldBlock => {
                self.ready.writable = false;
                context.emit(step.id, Event::WouldBlock(Direction::Write));
                Break(NextStep::Wait)
            }
            io::ErrorKind::Interrupted => {
                self.ready.writable = true;
                Continue(())
            }
            // EIO comes from reading the file; sockets report other errors.
            _ if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => {
                Break(NextStep::Close(CloseReason::FileShrank))
            }
            _ => Break(NextStep::Close(CloseReason::Reset)),
        }
    }

    /// The whole response was sent: its row is logged, and the input behind its request is next.
    fn sent_all(&mut self, step: &mut Step, context: &mut LoopContext<E>) -> ControlFlow<NextStep> {
        let State::Responding(pending) = std::mem::replace(&mut self.state, State::Idle) else {
            return Continue(());
        };
        self.log(step.id, &pending.record, pending.body_sent, None, context);
        context.descriptors.close_files(pending.files());
        let after = match (pending.after, context.lifecycle) {
            // The head said "keep-alive", but that was before the stop.
            (AfterResponse::Keep, Lifecycle::Stopping) => {
                AfterResponse::LingeringClose(CloseReason::Stopped)
            }
            (after, _) => after,
        };
        let flow = self.finish(after, step, context);
        if after == AfterResponse::Keep {
            self.resume(pending.leftover, step, context);
        }
        step.deadline = Some(self.state.deadline());
        flow
    }

    /// Goes on with the input that was read behind the answered request, if there is any.
    fn resume(&mut self, leftover: Box<[u8]>, step: &Step, context: &mut LoopContext<E>) {
        if !leftover.is_empty() {
            self.state = State::Reading(Some(Box::new(PartialHead {
                bytes: leftover.into_vec(),
                scanned: 0,
            })));
        }
        let change = Event::Changed(StateName::Responding, self.state.name());
        context.emit(step.id, change);
    }
}

/// Asks for the window of [`READ_AHEAD`] bytes behind the one that was just entered, when `sent`
/// bytes from `offset` on were sent, of `left` that were to be sent.
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
