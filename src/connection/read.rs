//! Reading and Idle: input becomes requests, as many as have come.

use std::io;
use std::ops::ControlFlow::{self, Break, Continue};

use super::Connection;
use super::context::{Env, LoopContext};
use super::input::{Input, PartialHead};
use super::respond::Rejected;
use super::state::State;
use super::step::{Freshness, NextStep, REQUEST_BUDGET, Step};
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::event::{Direction, Event};
use crate::events::state::StateName;
use crate::http::request::{self, Parsed, RequestBody};
use crate::os::transport::Transport;
use crate::response::answer::NoAnswerYet;
use crate::response::resource::Documents as _;

/// Why no further request of the input is answered now.
enum ReadStop {
    /// All of them were answered.
    Drained,
    /// What is left is no whole head.
    Partial { scanned: usize },
    /// A budget is spent.
    Yield,
    /// There is no descriptor for the file.
    OutOfDescriptors,
    /// The connection has gone on to Responding or Closing, after a request of this length.
    StateChanged { length: usize },
    /// The connection ends.
    Over(NextStep),
}

impl From<NoAnswerYet> for ReadStop {
    fn from(reason: NoAnswerYet) -> Self {
        match reason {
            NoAnswerYet::OutOfDescriptors => Self::OutOfDescriptors,
            NoAnswerYet::Unfinished => Self::Yield,
        }
    }
}

impl<E: Env> Connection<E> {
    /// Reads once what has come, joins it to a partial head, and processes it.
    pub(super) fn read_socket(
        &mut self,
        step: &mut Step,
        context: &mut LoopContext<E>,
        input: &mut [u8],
    ) -> ControlFlow<NextStep> {
        if let Some(partial) = self.take_partial_if(|head| head.scanned < head.bytes.len()) {
            return self.process_input(Input::Stored(partial), step, context);
        }
        if !self.ready.readable {
            return Break(NextStep::Wait);
        }
        // Never zero: a head that fills the buffer was answered when it did.
        let room = context.config.limits.max_head - self.partial_length();
        match self.transport.read(&mut input[..room]) {
            Ok(0) => {
                context.emit(step.id, Event::Read(0));
                Break(NextStep::Close(CloseReason::Peer))
            }
            Ok(count) => {
                context.emit(step.id, Event::Read(count));
                if let State::Idle = self.state {
                    let change = Event::Changed(StateName::Idle, StateName::Reading);
                    context.emit(step.id, change);
                }
                self.ready.readable = count == room || self.ready.short_read_proves_nothing();
                step.freshness = std::mem::replace(&mut self.unread, Freshness::Unknown);
                let input = self.join_partial(&input[..count]);
                // The event may have announced an empty line only, and the request have come later.
                if matches!(input.bytes().first(), Some(b'\r' | b'\n')) {
                    step.freshness = Freshness::Unknown;
                }
                self.process_input(input, step, context)
            }
            Err(error) => self.read_failed(&error, step, context),
        }
    }

    pub(super) fn read_failed(
        &mut self,
        error: &io::Error,
        step: &Step,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        match error.kind() {
            io::ErrorKind::WouldBlock => {
                context.emit(step.id, Event::WouldBlock(Direction::Read));
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
        is_wanted: impl Fn(&PartialHead) -> bool,
    ) -> Option<Box<PartialHead>> {
        match &mut self.state {
            State::Reading(partial) => partial.take_if(|head| is_wanted(head)),
            _ => None,
        }
    }

    fn join_partial<'a>(&mut self, fresh: &'a [u8]) -> Input<'a> {
        match self.take_partial_if(|_| true) {
            Some(mut partial) => {
                partial.bytes.extend_from_slice(fresh);
                Input::Stored(partial)
            }
            None => Input::Fresh(fresh),
        }
    }

    /// Has the requests in `input` answered, and sets the state and the deadline that follow.
    fn process_input(
        &mut self,
        input: Input,
        step: &mut Step,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        let (at, outcome) = self.process_pipelined(&input, step, context);
        step.deadline = input.deadline_from(at).or(step.deadline);
        match outcome {
            ReadStop::Drained => {
                self.state = State::Idle;
                step.deadline = Some(Deadline::Idle);
                Continue(())
            }
            ReadStop::Partial { scanned } => {
                self.state = State::Reading(Some(input.store_from(at, scanned)));
                Continue(())
            }
            ReadStop::Yield => {
                self.state = State::Reading(Some(input.store_from(at, 0)));
                Break(NextStep::Yield)
            }
            ReadStop::OutOfDescriptors => {
                self.state = State::Reading(Some(input.store_from(at, 0)));
                Break(NextStep::OutOfDescriptors)
            }
            ReadStop::StateChanged { length } => {
                step.deadline = Some(self.state.deadline());
                if let State::Responding(pending) = &mut self.state {
                    pending.leftover = input.bytes()[at + length..].into();
                }
                Continue(())
            }
            ReadStop::Over(next) => Break(next),
        }
    }

    /// Processes one request after the other. Returns how many bytes are done with, and why it
    /// stopped there.
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
                Err(outcome) => return (at, outcome),
            }
            let next = if input.bytes().len() > at {
                StateName::Reading
            } else {
                StateName::Idle
            };
            context.emit(step.id, Event::Changed(StateName::Responding, next));
            scanned = 0;
        }
    }

    /// Processes the request at the front of `rest`. Returns its length if the next one can follow
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
        // One request is answered in any case: if every turn is full, the connection would never
        // get on otherwise.
        let has_had_one = step.request_budget < REQUEST_BUDGET;
        let is_full = context.output_is_full() || context.send_budget.is_spent();
        let has_read_enough = context.documents.has_read_enough();
        if is_spent || has_read_enough || (has_had_one && is_full) {
            return Err(ReadStop::Yield);
        }
        let head_max = context.config.limits.max_head;
        let mut copy = Vec::new();
        let (flow, length) = match request::parse(rest, scanned, head_max, &mut copy) {
            Parsed::Partial { scanned } => return Err(ReadStop::Partial { scanned }),
            Parsed::Rejected(line, refusal) => {
                let flow = self.reject(line, Rejected::Refused(refusal), step, context);
                (flow, rest.len())
            }
            Parsed::Complete(request, length) => {
                let answered = self.handle_request(&request, &rest[length..], step, context);
                let flow = answered.map_err(ReadStop::from)?;
                match request.body {
                    RequestBody::None => (flow, length),
                    RequestBody::Follows => (flow, rest.len()),
                }
            }
        };
        step.request_budget -= 1;
        match (flow, &self.state) {
            (Break(next), _) => Err(ReadStop::Over(next)),
            (_, State::Responding(_) | State::Closing { .. }) => {
                Err(ReadStop::StateChanged { length })
            }
            _ => Ok(length),
        }
    }
}
