//! Responding: what the socket did not take at once, piece by piece.

use std::io;
use std::ops::ControlFlow::{self, Break, Continue};

use super::{Connection, Kept, State, Then, Turn};
use crate::cause::Cause;
use crate::exchange::{After, Piece};
use crate::observer::{Direction, Event, Observer};
use crate::shared::{Env, Phase, Shared};
use crate::states::StateName;
use crate::timeouts::Deadline;
use crate::transport::Transport;

/// A file is sent in windows of so many bytes. When a response enters one, the next is read from the
/// disk, if it is not in memory: so the loop does not wait for the disk while it sends.
pub(super) const READ_AHEAD: u64 = 1024 * 1024;

impl<E: Env> Connection<E> {
    /// Responding: sends the next piece.
    pub(super) fn send(&mut self, turn: &mut Turn, shared: &mut Shared<E>) -> ControlFlow<Then> {
        let State::Responding(exchange) = &mut self.state else {
            return Continue(());
        };
        if !matches!(exchange.piece(), Piece::Nothing) {
            if !self.ready.writable {
                return Break(Then::Wait);
            }
            if turn.send_budget == 0 || shared.has_sent_enough() {
                return Break(Then::Yield);
            }
        }
        let sent = match exchange.piece() {
            Piece::Nothing => return self.sent_all(turn, shared),
            Piece::Memory(bytes, follow) => {
                let sent = self.transport.write(bytes, follow);
                self.ready.writable = matches!(sent, Ok(count) if count == bytes.len());
                sent
            }
            Piece::File(file, offset, left) => {
                let count = usize::try_from(left).unwrap_or(usize::MAX);
                // A short answer says nothing about the socket here: it may be that the file
                // ended. The next call tells: it would block, or it sends nothing.
                let count = count.min(turn.send_budget);
                match self.transport.send_file(file, offset, count) {
                    Ok(0) => return Break(Then::Close(Cause::FileShrank)),
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
                exchange.sent(count);
                turn.count_sent(self.key, count, shared);
                // Progress, and nothing else, pushes the deadline back.
                turn.deadline = Some(Deadline::Stall);
                Continue(())
            }
            Err(error) => self.send_failed(&error, shared),
        }
    }

    fn send_failed(&mut self, error: &io::Error, shared: &mut Shared<E>) -> ControlFlow<Then> {
        match error.kind() {
            io::ErrorKind::WouldBlock => {
                self.ready.writable = false;
                shared
                    .observer
                    .event(Some(self.key), Event::WouldBlock(Direction::Write));
                Break(Then::Wait)
            }
            io::ErrorKind::Interrupted => {
                self.ready.writable = true;
                Continue(())
            }
            // Only reading the file can say so; a socket has other errors.
            _ if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => {
                Break(Then::Close(Cause::FileShrank))
            }
            _ => Break(Then::Close(Cause::Reset)),
        }
    }

    /// The response has left: its row is written, and the input read beyond its request is next.
    fn sent_all(&mut self, turn: &mut Turn, shared: &mut Shared<E>) -> ControlFlow<Then> {
        let State::Responding(exchange) = std::mem::replace(&mut self.state, State::Idle) else {
            return Continue(());
        };
        self.log(&exchange.record, exchange.body_sent, None, shared);
        shared.descriptors.files -= exchange.files();
        let after = match (exchange.after, shared.phase) {
            // The head said "kept", but that was before the stop.
            (After::Keep, Phase::Stopping) => After::CloseInStages(Cause::Stopped),
            (after, _) => after,
        };
        let step = self.finish(after, shared);
        if after == After::Keep {
            let next = if exchange.leftover.is_empty() {
                StateName::Idle
            } else {
                StateName::Reading
            };
            let observer = &mut shared.observer;
            observer.event(Some(self.key), Event::Changed(StateName::Responding, next));
        }
        if after == After::Keep && !exchange.leftover.is_empty() {
            self.state = State::Reading(Some(Box::new(Kept {
                bytes: exchange.leftover.into_vec(),
                scanned: 0,
            })));
        }
        turn.deadline = Some(self.deadline_of_state());
        step
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
