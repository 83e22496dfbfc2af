//! Reading: input → requests, as many as are here.

use std::io;
use std::ops::ControlFlow::{self, Break, Continue};

use super::input::Input;
use super::step::{Freshness, Step};
use super::{Connection, NextStep, PartialHead, State};
use crate::config::REQUEST_BUDGET;
use crate::connection::context::{Env, LoopContext};
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::event::{Direction, Event, Observer};
use crate::events::state::StateName;
use crate::http::request::{self, HEAD_MAX, Parsed};
use crate::os::transport::Transport;
use crate::response::answer::OutOfDescriptors;

/// Why the requests at hand are not answered any further.
enum ReadStop {
    /// All are.
    Drained,
    /// What is left is no whole head.
    Partial { scanned: usize },
    /// The budget.
    Yield,
    /// No descriptor.
    OutOfDescriptors,
    /// The connection has gone on to sending or closing, after a request of so many bytes.
    StateChanged { length: usize },
    /// It is over.
    Over(NextStep),
}

impl<E: Env> Connection<E> {
    /// Reading and Idle: reads what is there, and answers it.
    pub(super) fn read(
        &mut self,
        step: &mut Step,
        context: &mut LoopContext<E>,
        input: &mut [u8],
    ) -> ControlFlow<NextStep> {
        if let Some(partial) = self.take_partial_if(|partial| partial.scanned < partial.bytes.len())
        {
            return self.process_input(Input::PartialHead(partial), step, context);
        }
        if !self.ready.readable {
            return Break(NextStep::Wait);
        }
        // Never zero: a head that fills the buffer has been answered.
        let room = HEAD_MAX - self.partial_length();
        match self.transport.read(&mut input[..room]) {
            Ok(0) => {
                context.observer.event(Some(self.id), Event::Read(0));
                Break(NextStep::Close(CloseReason::Peer))
            }
            Ok(count) => {
                context.observer.event(Some(self.id), Event::Read(count));
                if let State::Idle = self.state {
                    let observer = &mut context.observer;
                    observer.event(
                        Some(self.id),
                        Event::Changed(StateName::Idle, StateName::Reading),
                    );
                }
                self.ready.readable = count == room || self.ready.read_closed;
                step.freshness = std::mem::replace(&mut self.unread, Freshness::Unknown);
                let fresh = &input[..count];
                let input = match self.take_partial_if(|_| true) {
                    Some(mut partial) => {
                        partial.bytes.extend_from_slice(fresh);
                        Input::PartialHead(partial)
                    }
                    None => Input::Fresh(fresh),
                };
                // It may be an empty line that was announced, and the request have come later.
                if matches!(input.bytes().first(), Some(b'\r' | b'\n')) {
                    step.freshness = Freshness::Unknown;
                }
                self.process_input(input, step, context)
            }
            Err(error) => self.read_failed(&error, context),
        }
    }

    pub(super) fn read_failed(
        &mut self,
        error: &io::Error,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        match error.kind() {
            io::ErrorKind::WouldBlock => {
                context
                    .observer
                    .event(Some(self.id), Event::WouldBlock(Direction::Read));
                self.ready.readable = false;
                self.unread = Freshness::Unknown;
                Break(NextStep::Wait)
            }
            io::ErrorKind::Interrupted => Continue(()),
            _ => Break(NextStep::Close(CloseReason::Reset)),
        }
    }

    fn partial_length(&self) -> usize {
        match &self.state {
            State::Reading(Some(partial)) => partial.bytes.len(),
            _ => 0,
        }
    }

    fn take_partial_if(
        &mut self,
        wanted: impl Fn(&PartialHead) -> bool,
    ) -> Option<Box<PartialHead>> {
        match &mut self.state {
            State::Reading(partial) => partial.take_if(|partial| wanted(partial)),
            _ => None,
        }
    }

    /// Answers the requests in `input`, in order, and settles what becomes of the rest.
    fn process_input(
        &mut self,
        input: Input,
        step: &mut Step,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        let (at, stop) = self.process_pipelined(&input, step, context);
        step.deadline = input.deadline_from(at).or(step.deadline);
        match stop {
            ReadStop::Drained => {
                self.state = State::Idle;
                step.deadline = Some(Deadline::Idle);
                Continue(())
            }
            ReadStop::Partial { scanned } => {
                self.state = input.keep_from(at, scanned);
                Continue(())
            }
            ReadStop::Yield => {
                self.state = input.keep_from(at, 0);
                Break(NextStep::Yield)
            }
            ReadStop::OutOfDescriptors => {
                self.state = input.keep_from(at, 0);
                Break(NextStep::OutOfDescriptors)
            }
            ReadStop::StateChanged { length } => {
                step.deadline = Some(self.deadline_of_state());
                if let State::Responding(pending) = &mut self.state {
                    pending.leftover = input.bytes()[at + length..].into();
                }
                Continue(())
            }
            ReadStop::Over(then) => Break(then),
        }
    }

    /// Answers one request after the other. Gives how many bytes have been dealt with, and why it
    /// ended there.
    fn process_pipelined(
        &mut self,
        input: &Input,
        step: &mut Step,
        context: &mut LoopContext<E>,
    ) -> (usize, ReadStop) {
        let mut at = 0;
        let mut scanned = input.scanned();
        loop {
            match self.process_one(&input.bytes()[at..], scanned, step, context) {
                Ok(length) => at += length,
                Err(stop) => return (at, stop),
            }
            let next = if input.bytes().len() > at {
                StateName::Reading
            } else {
                StateName::Idle
            };
            let observer = &mut context.observer;
            observer.event(Some(self.id), Event::Changed(StateName::Responding, next));
            scanned = 0;
        }
    }

    /// Answers the request at the front of `rest`, and gives its length if the next one can follow
    /// at once.
    fn process_one(
        &mut self,
        rest: &[u8],
        scanned: usize,
        step: &mut Step,
        context: &mut LoopContext<E>,
    ) -> Result<usize, ReadStop> {
        if rest.is_empty() {
            return Err(ReadStop::Drained);
        }
        let is_spent = step.request_budget == 0 || step.send_budget == 0;
        // One request is answered in any case, or a turn that is always full would get nowhere.
        let has_had_one = step.request_budget < REQUEST_BUDGET;
        let is_full = context.output_is_full() || context.send_budget_spent();
        if is_spent || (has_had_one && is_full) {
            return Err(ReadStop::Yield);
        }
        let (flow, length) = match request::parse(rest, scanned) {
            Parsed::Partial { scanned } => return Err(ReadStop::Partial { scanned }),
            Parsed::Rejected(line) => {
                let flow = self.refuse(line, CloseReason::BadRequest, step, context);
                (flow, rest.len())
            }
            Parsed::Complete(request, length) => {
                let answered = self.handle_request(&request, &rest[length..], step, context);
                (
                    answered.map_err(|OutOfDescriptors| ReadStop::OutOfDescriptors)?,
                    length,
                )
            }
        };
        step.request_budget -= 1;
        match (flow, &self.state) {
            (Break(then), _) => Err(ReadStop::Over(then)),
            (_, State::Responding(_) | State::Closing { .. }) => {
                Err(ReadStop::StateChanged { length })
            }
            _ => Ok(length),
        }
    }
}
