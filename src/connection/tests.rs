//! One connection, driven over a scripted transport: cut anywhere, blocked anywhere, broken
//! anywhere.

mod budgets;
mod deadlines;
mod ends;
mod expiries;
mod faults;
mod freshness;
mod out_of_descriptors;
mod pieces;
mod readiness;
mod stops;

use std::cell::RefCell;
use std::rc::Rc;

use super::step::SEND_BUDGET;
use super::*;
use crate::config::Limits;
use crate::connection::context::Lifecycle;
use crate::events::deadline::Deadline;
use crate::events::event::{Event, Observer as _, WakeReason};
use crate::http::request::{self, DEFAULT_HEAD_MAX};
use crate::testing::{
    BOTH, GET_BIG, GET_BIG_ROW, GET_SMALL, GET_SMALL_ROW, HALF_CLOSED, LAST_AND_MORE, LAST_SMALL,
    READABLE, Scripted, TestEnv, WRITABLE, Wire, assert_same, context, moment, peer, take_outcomes,
};

/// The name of the only connection there is.
const ID: ConnectionId = ConnectionId {
    slot: 3,
    generation: 7,
};

/// Two Hosts: its frame can't be trusted.
const UNSOUND: &str = "GET /big.bin HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n";

const UNSOUND_ROW: &str = "GET /big.bin 400.html 400 10 complete";

/// A request as long as the buffer: there may be more behind it.
fn filling() -> String {
    let fill = DEFAULT_HEAD_MAX - GET_SMALL.len() - "X: \r\n".len();
    GET_SMALL.replace("\r\n\r\n", &format!("\r\nX: {}\r\n\r\n", "x".repeat(fill)))
}

/// A connection with all that it is lent, and the rules of its caller: what a pond would do.
struct Rig {
    wire: Rc<RefCell<Wire>>,
    connection: Connection<TestEnv>,
    context: LoopContext<TestEnv>,
    input: Vec<u8>,
    /// The deadline that the pond would have queued.
    deadline: Deadline,
    closed: Option<CloseReason>,
}

impl Rig {
    fn new() -> Self {
        Self::with(Limits::default())
    }

    fn with(limits: Limits) -> Self {
        let wire = Wire::new();
        let mut context = context(limits);
        // What a pond tells of it.
        let due = context.config.limits.duration_of(Deadline::FirstByte);
        context.observer.event(Some(ID), Event::Accepted(peer()));
        context
            .observer
            .event(Some(ID), Event::DeadlineSet(Deadline::FirstByte, due));
        Self {
            connection: Connection::new(Scripted(Rc::clone(&wire)), peer(), moment(0).wall),
            wire,
            context,
            input: vec![0; DEFAULT_HEAD_MAX],
            deadline: Deadline::FirstByte,
            closed: None,
        }
    }

    /// A step in a stage of its own, without an event.
    fn advance(&mut self) -> Progress {
        self.context.send_budget.begin_stage();
        self.advance_in_this_stage()
    }

    fn advance_in_this_stage(&mut self) -> Progress {
        self.begin_work();
        let progress = self
            .connection
            .advance(ID, &mut self.context, &mut self.input);
        self.apply(progress)
    }

    fn event(&mut self, event: Readiness) -> Progress {
        self.wire.borrow_mut().tell(event);
        self.connection.mark_ready(event);
        self.advance()
    }

    fn feed(&mut self, bytes: impl AsRef<[u8]>) -> Progress {
        self.wire.borrow_mut().arrive(bytes.as_ref());
        self.event(READABLE)
    }

    /// The send queue takes so many bytes more.
    fn give_room(&mut self, bytes: usize) -> Progress {
        self.wire.borrow_mut().room = bytes;
        self.event(WRITABLE)
    }

    fn deadline_passed(&mut self) -> Progress {
        // It may try once what it waited for.
        let ready = self.wire.borrow().told;
        self.wire.borrow_mut().tell(BOTH);
        self.begin_work();
        let progress = self
            .connection
            .deadline_passed(ID, &mut self.context, &mut self.input);
        self.lapse(ready);
        self.apply(progress)
    }

    fn stop(&mut self) -> Progress {
        self.context.lifecycle = Lifecycle::Stopping;
        let ready = self.wire.borrow().told;
        self.wire.borrow_mut().tell(READABLE);
        self.begin_work();
        let progress = self.connection.stop(ID, &mut self.context, &mut self.input);
        self.lapse(ready);
        self.apply(progress)
    }

    /// A leave to try that was not made use of is none any more; what an event told still is.
    fn lapse(&mut self, before: Readiness) {
        let told = &mut self.wire.borrow_mut().told;
        told.readable &= before.readable || self.connection.ready.readable;
        told.writable &= before.writable || self.connection.ready.writable;
    }

    /// Does what the pond does with the result, and holds it against the rules of edges.
    fn apply(&mut self, progress: Progress) -> Progress {
        assert_eq!(self.closed, None, "a turn after the end");
        if let Some(deadline) = progress.deadline {
            self.deadline = deadline;
        }
        let wire = self.wire.borrow();
        match progress.next {
            // An edge that was told and not drained does not come again: whoever waits must have
            // been told to.
            NextStep::Wait => match self.state() {
                "responding" => assert!(!wire.told.writable, "waits although there may be room"),
                _ => assert!(!wire.told.readable, "waits although there may be input"),
            },
            NextStep::Yield | NextStep::OutOfDescriptors => {}
            NextStep::Close(cause) => {
                drop(wire);
                self.connection.log_aborted(ID, cause, &mut self.context);
                self.closed = Some(cause);
                self.context.observer.event(Some(ID), Event::Closed(cause));
                self.end_work();
                assert_eq!(self.context.descriptors.files(), 0);
                return progress;
            }
        }
        // The queue that it waits in is that of its state. Empty lines begin no head.
        let expected: &[Deadline] = match &self.connection.state {
            State::Reading(None) => &[Deadline::FirstByte],
            State::Reading(Some(kept)) if request::is_blank(&kept.bytes) => {
                &[Deadline::FirstByte, Deadline::Idle]
            }
            _ => &[self.connection.state.deadline()],
        };
        assert!(expected.contains(&self.deadline), "{:?}", self.deadline);
        drop(wire);
        self.check_files();
        self.end_work();
        let told = self.context.observer.state(ID);
        assert_eq!(told, Some(self.connection.state_name()), "what was told");
        progress
    }

    fn begin_work(&mut self) {
        self.context
            .observer
            .event(Some(ID), Event::WorkBegins(WakeReason::Event));
    }

    fn end_work(&mut self) {
        let observer = &mut self.context.observer;
        observer.event(Some(ID), Event::WorkEnds);
        assert_eq!(observer.violation, None);
        assert_eq!(observer.rows, self.context.log.recorded());
    }

    /// Goes on until nothing more can happen. Whenever the send queue is full, it gives room for
    /// `step` bytes.
    fn run(&mut self, step: usize) {
        self.wire.borrow_mut().room = step;
        let mut then = self.advance().next;
        loop {
            let sending = self.state() == "responding";
            let waiting = self.wire.borrow().has_input();
            then = match then {
                NextStep::Close(_) => return,
                NextStep::OutOfDescriptors => panic!("nothing is exhausted here"),
                NextStep::Yield => self.advance().next,
                NextStep::Wait if !sending && !waiting => return,
                NextStep::Wait => {
                    if sending {
                        self.wire.borrow_mut().room = step;
                    }
                    let event = Readiness {
                        readable: waiting,
                        writable: sending,
                        read_closed: false,
                        urgent: false,
                    };
                    self.event(event).next
                }
            };
        }
    }

    /// A file is open as long as a response is sent from it, and is counted as long.
    fn check_files(&self) {
        let files = match &self.connection.state {
            State::Responding(pending) => pending.files(),
            _ => 0,
        };
        assert_eq!(self.context.descriptors.files(), files);
    }

    fn state(&self) -> &'static str {
        match &self.connection.state {
            _ if self.closed.is_some() => "closed",
            State::Reading(None) => "reading",
            State::Reading(Some(_)) => "partial",
            State::Responding(_) => "responding",
            State::Idle => "idle",
            State::Closing { .. } => "closing",
        }
    }

    fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.wire.borrow_mut().output)
    }

    fn take_outcomes(&mut self) -> Vec<String> {
        take_outcomes(&mut self.context)
    }
}
