//! Which deadline holds, and what pushes it back.

use super::*;

/// What happens to a connection.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    Input(&'static str),
    /// Room for so many bytes; none is an event that promises too much.
    Room(usize),
    DeadlinePassed,
}
use Action::{DeadlinePassed, Input, Room};

impl Rig {
    fn act(&mut self, action: Action) -> Progress {
        match action {
            Input(bytes) => self.feed(bytes),
            Room(bytes) => self.give_room(bytes),
            DeadlinePassed => self.deadline_passed(),
        }
    }
}

pub(super) type Steps<'a> = &'a [(Action, Option<Deadline>, &'static str)];

/// Takes the steps; after each the deadline that was set again, if any, and the state.
#[track_caller]
pub(super) fn walk(rig: &mut Rig, steps: Steps) {
    for (number, &(step, deadline, state)) in steps.iter().enumerate() {
        let progress = rig.act(step);
        let context = format!("step {number}, {step:?}: {:?}", progress.next);
        assert_eq!(progress.deadline, deadline, "{context}");
        assert_eq!(rig.state(), state, "{context}");
    }
}

const ALL: Action = Room(usize::MAX);

#[test]
fn a_heads_deadline_is_not_pushed_back() {
    use Deadline::{Closing, Head, Idle};
    let first: Steps = &[
        // It runs from the first byte; empty lines begin no head.
        (Input("\r\n"), None, "partial"),
        (Input("G"), Some(Head), "partial"),
        (Input("ET /small.txt HTTP/1.1\r\nHos"), None, "partial"),
        (Input("t: h\r\n\r\n"), Some(Idle), "idle"),
    ];
    let second: Steps = &[
        // So does that of a later one, and the idle time that was promised runs on until then.
        (Input("\r"), None, "partial"),
        (Input("\n"), None, "partial"),
        (
            Input("GET /small.txt HTTP/1.1\r\nHost: h\r\n"),
            Some(Head),
            "partial",
        ),
        // This ends one head and begins the next.
        (Input("\r\nG"), Some(Head), "partial"),
        (Input("E"), None, "partial"),
        (
            Input("T /small.txt HTTP/1.1\r\nHost: h\r\n\r\n"),
            Some(Idle),
            "idle",
        ),
        (Input(GET_SMALL), Some(Idle), "idle"),
    ];
    let last: Steps = &[
        (Input("GET"), Some(Head), "partial"),
        (Input(" / nonsense\r\n"), Some(Closing), "closing"),
        // Input does not push this one back either.
        (Input("more"), Some(Closing), "closing"),
    ];
    let mut rig = Rig::new();
    for steps in [first, second, second, last] {
        walk(&mut rig, steps);
    }
}

#[test]
fn a_stall_deadline_is_pushed_back_by_progress_alone() {
    use Deadline::{Closing, Idle, Stall};
    let small_one: Steps = &[
        (Room(0), None, "idle"),
        (Input(GET_SMALL), Some(Stall), "responding"),
        (Room(0), None, "responding"),
        (Input(GET_SMALL), None, "responding"),
        (Room(1), Some(Stall), "responding"),
        (Room(0), None, "responding"),
        (Room(100), Some(Stall), "responding"),
        // The rest, and the second request, which has waited in the socket.
        (ALL, Some(Idle), "idle"),
    ];
    let big_one: Steps = &[
        (Room(300), None, "idle"),
        (Input(GET_BIG), Some(Stall), "responding"),
        (Room(0), None, "responding"),
        (Room(5_000), Some(Stall), "responding"),
        (Room(0), None, "responding"),
        (ALL, Some(Idle), "idle"),
    ];
    let last: Steps = &[
        (Room(10), None, "idle"),
        (Input(LAST_AND_MORE), Some(Stall), "responding"),
        (ALL, Some(Closing), "closing"),
        (ALL, None, "closing"),
    ];
    let mut rig = Rig::new();
    rig.feed(GET_SMALL);
    for steps in [small_one, big_one, small_one, last] {
        walk(&mut rig, steps);
    }
}

/// What was read beyond the request decides which deadline comes after the answer.
#[test]
fn after_the_answer_comes_what_was_left_over() {
    use Deadline::{Closing, Head, Idle, Stall};
    let table = [
        ("", Idle, "idle"),
        ("GET /sm", Head, "partial"),
        ("\r\n", Idle, "partial"),
        (GET_SMALL, Idle, "idle"),
        (UNSOUND, Closing, "closing"),
        (LAST_AND_MORE, Closing, "closing"),
    ];
    for (rest, deadline, state) in table {
        let mut rig = Rig::new();
        rig.wire.borrow_mut().room = 1_000;
        let progress = rig.feed([GET_BIG, rest].concat());
        assert_eq!(progress.deadline, Some(Stall), "{rest:?}");
        let progress = rig.give_room(usize::MAX);
        assert_eq!(progress.deadline, Some(deadline), "{rest:?}");
        assert_eq!(rig.state(), state, "{rest:?}");
        // More of the same head pushes nothing back.
        if state == "partial" {
            assert_eq!(rig.feed("\r").deadline, None, "{rest:?}");
        }
    }
}
