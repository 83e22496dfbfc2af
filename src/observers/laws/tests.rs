//! Each law can be broken, and is seen to be.

use std::time::UNIX_EPOCH;

use super::*;
use crate::testing::peer;

const KEY: Key = Key { slot: 1, serial: 2 };
const OTHER: Key = Key { slot: 1, serial: 3 };
const DUE: Duration = Duration::from_secs(10);

fn now(seconds: u64) -> Now {
    Now {
        monotonic: Duration::from_secs(seconds),
        wall: UNIX_EPOCH,
    }
}

/// One that has been accepted and is at work.
fn working() -> Laws {
    let mut laws = Laws::default();
    laws.turn_begins(now(0), 1);
    laws.accepted(KEY, peer());
    laws.deadline_set(KEY, Deadline::FirstByte, DUE);
    laws.work_begins(KEY, Occasion::Event);
    laws
}

/// One that has begun an answer.
fn answering() -> Laws {
    let mut laws = working();
    laws.changed(KEY, StateName::Reading, StateName::Responding);
    laws.responds(KEY, "GET", "/", Status::Ok);
    laws
}

#[test]
fn a_life_by_the_laws() {
    let mut laws = answering();
    laws.wrote(KEY, 100);
    laws.logged(KEY, Status::Ok, 60, None);
    laws.changed(KEY, StateName::Responding, StateName::Idle);
    laws.deadline_set(KEY, Deadline::Idle, DUE);
    laws.work_ends(KEY);
    laws.turn_begins(now(10), 0);
    laws.deadline_passed(KEY, Deadline::Idle);
    laws.work_begins(KEY, Occasion::Deadline);
    laws.would_block(KEY, Direction::Read);
    laws.closed(KEY, Cause::IdleDeadline);
    laws.work_ends(KEY);
    laws.turn_ends(Census::default());
    laws.accepted(OTHER, peer());
    assert_eq!(laws.breach, None);
    assert_eq!((laws.accepted, laws.closed.total(), laws.rows), (2, 1, 1));
    assert_eq!(laws.state(OTHER), Some(StateName::Reading));
}

#[test]
fn breaches() {
    type Start = fn() -> Laws;
    type Step = fn(&mut Laws);
    let table: [(Start, Step, &str); 15] = [
        (
            working,
            |laws| laws.accepted(OTHER, peer()),
            "slot is taken",
        ),
        (working, |laws| laws.read(OTHER, 1), "outside of its work"),
        (working, |laws| laws.wrote(KEY, 1), "without an answer"),
        (working, |laws| laws.wrote(KEY, 0), "wrote nothing"),
        (
            working,
            |laws| laws.ready(OTHER, crate::testing::READABLE),
            "not open",
        ),
        (
            working,
            |laws| laws.work_begins(KEY, Occasion::Stop),
            "work within work",
        ),
        (working, |laws| laws.work_ends(OTHER), "did not begin"),
        (
            working,
            |laws| laws.logged(KEY, Status::Ok, 0, None),
            "no answer",
        ),
        (
            working,
            |laws| laws.deadline_passed(KEY, Deadline::FirstByte),
            "passed at",
        ),
        (
            working,
            |laws| laws.deadline_passed(KEY, Deadline::Idle),
            "passed at",
        ),
        (
            working,
            |laws| laws.changed(KEY, StateName::Idle, StateName::Reading),
            "left Idle",
        ),
        (
            working,
            |laws| laws.changed(KEY, StateName::Reading, StateName::Closing),
            "no way",
        ),
        (working, |laws| laws.turn_ends(Census::default()), "census"),
        (
            answering,
            |laws| laws.closed(KEY, Cause::Reset),
            "without its row",
        ),
        (
            answering,
            |laws| laws.logged(KEY, Status::Ok, 1, None),
            "more than was written",
        ),
    ];
    for (start, step, breach) in table {
        let mut laws = start();
        assert_eq!(laws.breach, None);
        step(&mut laws);
        let text = laws.breach.unwrap_or_else(|| panic!("not seen: {breach}"));
        assert!(text.contains(breach), "{text}, not {breach}");
    }
}

#[test]
fn nobody_is_closed_twice() {
    let mut laws = working();
    laws.closed(KEY, Cause::Peer);
    assert_eq!(laws.breach, None);
    laws.closed(KEY, Cause::Peer);
    assert!(laws.breach.is_some());
}
