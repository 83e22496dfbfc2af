//! Reading: input → requests, as many as are here.

use std::io;
use std::ops::ControlFlow::{self, Break, Continue};

use super::input::Input;
use super::turn::{Arrival, REQUEST_BUDGET, Turn};
use super::{Connection, Kept, State, Then};
use crate::answer::Exhausted;
use crate::cause::Cause;
use crate::observer::{Direction, Event, Observer};
use crate::request::{self, HEAD_MAX, Parsed};
use crate::shared::{Env, Shared};
use crate::states::StateName;
use crate::timeouts::Deadline;
use crate::transport::Transport;

/// Why the requests at hand are not answered any further.
enum Stop {
    /// All are.
    Drained,
    /// What is left is no whole head.
    Partial { scanned: usize },
    /// The budget.
    Yield,
    /// No descriptor.
    Exhausted,
    /// The connection has gone on to sending or closing, after a request of so many bytes.
    StateChanged { length: usize },
    /// It is over.
    Over(Then),
}

impl<E: Env> Connection<E> {
    /// Reading and Idle: reads what is there, and answers it.
    pub(super) fn read(
        &mut self,
        turn: &mut Turn,
        shared: &mut Shared<E>,
        input: &mut [u8],
    ) -> ControlFlow<Then> {
        if let Some(kept) = self.take_kept_if(|kept| kept.scanned < kept.bytes.len()) {
            return self.serve(Input::Kept(kept), turn, shared);
        }
        if !self.ready.readable {
            return Break(Then::Wait);
        }
        // Never zero: a head that fills the buffer has been answered.
        let room = HEAD_MAX - self.kept_length();
        match self.transport.read(&mut input[..room]) {
            Ok(0) => {
                shared.observer.event(Some(self.key), Event::Read(0));
                Break(Then::Close(Cause::Peer))
            }
            Ok(count) => {
                shared.observer.event(Some(self.key), Event::Read(count));
                if let State::Idle = self.state {
                    let observer = &mut shared.observer;
                    observer.event(
                        Some(self.key),
                        Event::Changed(StateName::Idle, StateName::Reading),
                    );
                }
                self.ready.readable = count == room || self.ready.read_closed;
                turn.arrival = std::mem::replace(&mut self.unread, Arrival::Unknown);
                let fresh = &input[..count];
                let input = match self.take_kept_if(|_| true) {
                    Some(mut kept) => {
                        kept.bytes.extend_from_slice(fresh);
                        Input::Kept(kept)
                    }
                    None => Input::Fresh(fresh),
                };
                // It may be an empty line that was announced, and the request have come later.
                if matches!(input.bytes().first(), Some(b'\r' | b'\n')) {
                    turn.arrival = Arrival::Unknown;
                }
                self.serve(input, turn, shared)
            }
            Err(error) => self.read_failed(&error, shared),
        }
    }

    pub(super) fn read_failed(
        &mut self,
        error: &io::Error,
        shared: &mut Shared<E>,
    ) -> ControlFlow<Then> {
        match error.kind() {
            io::ErrorKind::WouldBlock => {
                shared
                    .observer
                    .event(Some(self.key), Event::WouldBlock(Direction::Read));
                self.ready.readable = false;
                self.unread = Arrival::Unknown;
                Break(Then::Wait)
            }
            io::ErrorKind::Interrupted => Continue(()),
            _ => Break(Then::Close(Cause::Reset)),
        }
    }

    fn kept_length(&self) -> usize {
        match &self.state {
            State::Reading(Some(kept)) => kept.bytes.len(),
            _ => 0,
        }
    }

    fn take_kept_if(&mut self, wanted: impl Fn(&Kept) -> bool) -> Option<Box<Kept>> {
        match &mut self.state {
            State::Reading(kept) => kept.take_if(|kept| wanted(kept)),
            _ => None,
        }
    }

    /// Answers the requests in `input`, in order, and settles what becomes of the rest.
    fn serve(
        &mut self,
        input: Input,
        turn: &mut Turn,
        shared: &mut Shared<E>,
    ) -> ControlFlow<Then> {
        let (at, stop) = self.answer_all(&input, turn, shared);
        turn.deadline = input.deadline_from(at).or(turn.deadline);
        match stop {
            Stop::Drained => {
                self.state = State::Idle;
                turn.deadline = Some(Deadline::Idle);
                Continue(())
            }
            Stop::Partial { scanned } => {
                self.state = input.keep_from(at, scanned);
                Continue(())
            }
            Stop::Yield => {
                self.state = input.keep_from(at, 0);
                Break(Then::Yield)
            }
            Stop::Exhausted => {
                self.state = input.keep_from(at, 0);
                Break(Then::Exhausted)
            }
            Stop::StateChanged { length } => {
                turn.deadline = Some(self.deadline_of_state());
                if let State::Responding(exchange) = &mut self.state {
                    exchange.leftover = input.bytes()[at + length..].into();
                }
                Continue(())
            }
            Stop::Over(then) => Break(then),
        }
    }

    /// Answers one request after the other. Gives how many bytes have been dealt with, and why it
    /// ended there.
    fn answer_all(
        &mut self,
        input: &Input,
        turn: &mut Turn,
        shared: &mut Shared<E>,
    ) -> (usize, Stop) {
        let mut at = 0;
        let mut scanned = input.scanned();
        loop {
            match self.answer_next(&input.bytes()[at..], scanned, turn, shared) {
                Ok(length) => at += length,
                Err(stop) => return (at, stop),
            }
            let next = if input.bytes().len() > at {
                StateName::Reading
            } else {
                StateName::Idle
            };
            let observer = &mut shared.observer;
            observer.event(Some(self.key), Event::Changed(StateName::Responding, next));
            scanned = 0;
        }
    }

    /// Answers the request at the front of `rest`, and gives its length if the next one can follow
    /// at once.
    fn answer_next(
        &mut self,
        rest: &[u8],
        scanned: usize,
        turn: &mut Turn,
        shared: &mut Shared<E>,
    ) -> Result<usize, Stop> {
        if rest.is_empty() {
            return Err(Stop::Drained);
        }
        let is_spent = turn.request_budget == 0 || turn.send_budget == 0;
        // One request is answered in any case, or a turn that is always full would get nowhere.
        let has_had_one = turn.request_budget < REQUEST_BUDGET;
        let is_full = shared.has_told_enough() || shared.has_sent_enough();
        if is_spent || (has_had_one && is_full) {
            return Err(Stop::Yield);
        }
        let (step, length) = match request::parse(rest, scanned) {
            Parsed::Partial { scanned } => return Err(Stop::Partial { scanned }),
            Parsed::Rejected(line) => {
                let step = self.refuse(line, Cause::BadRequest, turn, shared);
                (step, rest.len())
            }
            Parsed::Complete(request, length) => {
                let answered = self.answer(&request, &rest[length..], turn, shared);
                (answered.map_err(|Exhausted| Stop::Exhausted)?, length)
            }
        };
        turn.request_budget -= 1;
        match (step, &self.state) {
            (Break(then), _) => Err(Stop::Over(then)),
            (_, State::Responding(_) | State::Closing { .. }) => Err(Stop::StateChanged { length }),
            _ => Ok(length),
        }
    }
}
