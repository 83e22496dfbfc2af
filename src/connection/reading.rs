//! Reading: input → requests, as many as are here.

use std::io;
use std::ops::ControlFlow::{self, Break, Continue};

use super::{Connection, Kept, State, Then, Turn};
use crate::answer::Exhausted;
use crate::cause::Cause;
use crate::request::{self, HEAD_MAX, Parsed};
use crate::resource::Documents;
use crate::shared::Shared;
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
    /// The connection has gone on to sending or closing.
    StateChanged,
}

/// Input to be answered: fresh from the shared buffer, or together with what was kept.
enum Input<'a> {
    Fresh(&'a [u8]),
    Kept(Box<Kept>),
}

impl Input<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Fresh(bytes) => bytes,
            Self::Kept(kept) => &kept.bytes,
        }
    }

    /// Keeps what stands from `at` on. The box is used again: a head that drips in does not cost
    /// an allocation a byte.
    fn keep_from<F>(self, at: usize, scanned: usize) -> State<F> {
        let kept = match self {
            Self::Fresh(bytes) => Box::new(Kept {
                bytes: bytes[at..].to_vec(),
                scanned,
            }),
            Self::Kept(mut kept) => {
                kept.bytes.drain(..at);
                kept.scanned = scanned;
                kept
            }
        };
        State::Reading(Some(kept))
    }
}

impl<T: Transport> Connection<T> {
    /// Reading and Idle: reads what is there, and answers it.
    pub(super) fn read<D: Documents<File = T::File>>(
        &mut self,
        turn: &mut Turn,
        shared: &mut Shared<D>,
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
            Ok(0) => Break(Then::Close(Cause::Peer)),
            Ok(count) => {
                self.ready.readable = count == room || self.ready.read_closed;
                let fresh = &input[..count];
                let input = match self.take_kept_if(|_| true) {
                    Some(mut kept) => {
                        kept.bytes.extend_from_slice(fresh);
                        Input::Kept(kept)
                    }
                    None => Input::Fresh(fresh),
                };
                self.serve(input, turn, shared)
            }
            Err(error) => self.read_failed(&error),
        }
    }

    pub(super) fn read_failed(&mut self, error: &io::Error) -> ControlFlow<Then> {
        match error.kind() {
            io::ErrorKind::WouldBlock => {
                self.ready.readable = false;
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
    fn serve<D: Documents<File = T::File>>(
        &mut self,
        input: Input,
        turn: &mut Turn,
        shared: &mut Shared<D>,
    ) -> ControlFlow<Then> {
        let mut at = 0;
        let stop = self.answer_all(&input, &mut at, turn, shared)?;
        // The head's deadline runs from its first byte. It runs already if this is more of a head
        // that had begun, or the first head of a connection, which counts from the accept.
        if at > 0 || matches!(self.state, State::Idle) {
            turn.deadline = Some(Deadline::Head);
        }
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
            Stop::StateChanged => {
                // `answer` has said which deadline holds now; it is not the head's.
                turn.deadline = Some(self.deadline_of_state());
                if let State::Responding(exchange) = &mut self.state {
                    exchange.leftover = input.bytes()[at..].into();
                }
                Continue(())
            }
        }
    }

    /// Answers from `at` on, and moves `at` past what has been answered.
    fn answer_all<D: Documents<File = T::File>>(
        &mut self,
        input: &Input,
        at: &mut usize,
        turn: &mut Turn,
        shared: &mut Shared<D>,
    ) -> ControlFlow<Then, Stop> {
        let mut scanned = match input {
            Input::Fresh(_) => 0,
            Input::Kept(kept) => kept.scanned,
        };
        loop {
            let rest = &input.bytes()[*at..];
            if rest.is_empty() {
                return Continue(Stop::Drained);
            }
            if turn.request_budget == 0 {
                return Continue(Stop::Yield);
            }
            match request::parse(rest, scanned) {
                Parsed::Partial { scanned } => return Continue(Stop::Partial { scanned }),
                Parsed::Rejected(line) => {
                    self.refuse(line, Cause::BadRequest, shared)?;
                    return Continue(Stop::StateChanged);
                }
                Parsed::Complete(request, length) => {
                    match self.answer(&request, shared) {
                        Ok(step) => step?,
                        Err(Exhausted) => return Continue(Stop::Exhausted),
                    }
                    *at += length;
                    scanned = 0;
                    turn.request_budget -= 1;
                }
            }
            if let State::Responding(_) | State::Closing { .. } = self.state {
                return Continue(Stop::StateChanged);
            }
        }
    }
}
