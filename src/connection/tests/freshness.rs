//! Which requests may be answered with what the turn has found already, and which look again.

use super::*;

/// One step, and how often it has the files looked at again.
type Step = (&'static str, fn(&mut Rig), usize);

const STEPS: &[Step] = &[
    ("announced", |rig| _ = rig.feed(GET_SMALL), 0),
    // All but the first of those read together may have come after the turn began; one look does.
    (
        "announced, with three behind it",
        |rig| _ = rig.feed(GET_SMALL.repeat(4)),
        1,
    ),
    ("announced again", |rig| _ = rig.feed(GET_SMALL), 0),
    (
        "announced in two pieces",
        |rig| {
            rig.feed(&GET_SMALL[..10]);
            rig.feed(&GET_SMALL[10..]);
        },
        0,
    ),
    (
        "an event for nothing, and then a try without one",
        |rig| {
            rig.event(READABLE);
            try_to_read(rig, GET_SMALL);
        },
        1,
    ),
    (
        "no more than an empty line announced, and then a try",
        |rig| {
            rig.feed("\r\n");
            try_to_read(rig, GET_SMALL);
        },
        1,
    ),
    (
        "announced as an empty line, and here behind it",
        |rig| _ = rig.feed(format!("\r\n{GET_SMALL}")),
        1,
    ),
    (
        "behind a buffer that was full",
        |rig| _ = rig.feed(filling() + GET_SMALL),
        1,
    ),
    (
        "found when the deadline passes",
        |rig| {
            rig.wire.borrow_mut().arrive(GET_SMALL.as_bytes());
            rig.deadline_passed();
        },
        1,
    ),
    (
        "left over from the read before an answer that had to wait",
        |rig| {
            rig.wire.borrow_mut().room = 100;
            rig.feed([GET_BIG, GET_SMALL].concat());
            rig.give_room(usize::MAX);
        },
        1,
    ),
];

#[test]
fn what_was_not_announced_is_looked_for_again() {
    let mut rig = Rig::new();
    for (name, step, expected) in STEPS {
        let before = rig.context.documents.looks;
        step(&mut rig);
        assert_eq!(rig.context.documents.looks - before, *expected, "{name}");
        assert_eq!(rig.state(), "idle", "{name}");
        assert!(!rig.take_outcomes().is_empty(), "{name}");
    }
}

/// They have a page of the root's own, too.
const REFUSALS: [Step; 2] = [
    (
        "behind one that was announced",
        |rig| _ = rig.feed([GET_SMALL, UNSOUND].concat()),
        1,
    ),
    (
        "half a head at its deadline",
        |rig| {
            rig.feed("GET /sm");
            rig.deadline_passed();
        },
        1,
    ),
];

#[test]
fn refusals_look_again() {
    for (name, step, expected) in REFUSALS {
        let mut rig = Rig::new();
        step(&mut rig);
        assert_eq!(rig.context.documents.looks, expected, "{name}");
    }
}

#[test]
fn what_the_stop_finds_looks_again() {
    let mut rig = Rig::new();
    rig.wire.borrow_mut().arrive(GET_SMALL.as_bytes());
    rig.stop();
    assert_eq!(rig.context.documents.looks, 1);
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
}

/// The first request of one that has just been let in.
#[test]
fn an_accepted_connection_looks_again() {
    let mut rig = Rig::new();
    try_to_read(&mut rig, GET_SMALL);
    assert_eq!(rig.context.documents.looks, 1);
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
}

/// As the table does with accepted connections: it reads, though no event has told of input.
fn try_to_read(rig: &mut Rig, input: &str) {
    let mut wire = rig.wire.borrow_mut();
    wire.arrive(input.as_bytes());
    wire.tell(READABLE);
    drop(wire);
    rig.connection.assume_readable();
    rig.advance();
}
