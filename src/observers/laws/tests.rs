//! Each law can be broken, and is seen to be.

use std::time::UNIX_EPOCH;

use super::*;
use crate::clock::Now;
use crate::observer::{Direction, Occasion};
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
    laws.event(None, Event::TurnBegins(now(0), 1));
    laws.event(Some(KEY), Event::Accepted(peer()));
    laws.event(Some(KEY), Event::DeadlineSet(Deadline::FirstByte, DUE));
    laws.event(Some(KEY), Event::WorkBegins(Occasion::Event));
    laws
}

/// One that has begun an answer.
fn answering() -> Laws {
    let mut laws = working();
    laws.event(
        Some(KEY),
        Event::Changed(StateName::Reading, StateName::Responding),
    );
    laws.responds(KEY, "GET", "/", Status::Ok);
    laws
}

#[test]
fn a_life_by_the_laws() {
    let mut laws = answering();
    laws.event(Some(KEY), Event::Wrote(100));
    laws.event(Some(KEY), Event::Logged(Status::Ok, 60, None));
    laws.event(
        Some(KEY),
        Event::Changed(StateName::Responding, StateName::Idle),
    );
    laws.event(Some(KEY), Event::DeadlineSet(Deadline::Idle, DUE));
    laws.event(Some(KEY), Event::WorkEnds);
    laws.event(None, Event::TurnBegins(now(10), 0));
    laws.event(Some(KEY), Event::DeadlinePassed(Deadline::Idle));
    laws.event(Some(KEY), Event::WorkBegins(Occasion::Deadline));
    laws.event(Some(KEY), Event::WouldBlock(Direction::Read));
    laws.event(Some(KEY), Event::Closed(Cause::IdleDeadline));
    laws.event(Some(KEY), Event::WorkEnds);
    laws.event(None, Event::TurnEnds(Census::default()));
    laws.event(Some(OTHER), Event::Accepted(peer()));
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
            |laws| laws.event(Some(OTHER), Event::Accepted(peer())),
            "slot is taken",
        ),
        (
            working,
            |laws| laws.event(Some(OTHER), Event::Read(1)),
            "outside of its work",
        ),
        (
            working,
            |laws| laws.event(Some(KEY), Event::Wrote(1)),
            "without an answer",
        ),
        (
            working,
            |laws| laws.event(Some(KEY), Event::Wrote(0)),
            "wrote nothing",
        ),
        (
            working,
            |laws| laws.event(Some(OTHER), Event::Ready(crate::testing::READABLE)),
            "not open",
        ),
        (
            working,
            |laws| laws.event(Some(KEY), Event::WorkBegins(Occasion::Stop)),
            "work within work",
        ),
        (
            working,
            |laws| laws.event(Some(OTHER), Event::WorkEnds),
            "did not begin",
        ),
        (
            working,
            |laws| laws.event(Some(KEY), Event::Logged(Status::Ok, 0, None)),
            "no answer",
        ),
        (
            working,
            |laws| laws.event(Some(KEY), Event::DeadlinePassed(Deadline::FirstByte)),
            "passed at",
        ),
        (
            working,
            |laws| laws.event(Some(KEY), Event::DeadlinePassed(Deadline::Idle)),
            "passed at",
        ),
        (
            working,
            |laws| {
                laws.event(
                    Some(KEY),
                    Event::Changed(StateName::Idle, StateName::Reading),
                );
            },
            "left Idle",
        ),
        (
            working,
            |laws| {
                laws.event(
                    Some(KEY),
                    Event::Changed(StateName::Reading, StateName::Closing),
                );
            },
            "no way",
        ),
        (
            working,
            |laws| laws.event(None, Event::TurnEnds(Census::default())),
            "census",
        ),
        (
            answering,
            |laws| laws.event(Some(KEY), Event::Closed(Cause::Reset)),
            "without its row",
        ),
        (
            answering,
            |laws| laws.event(Some(KEY), Event::Logged(Status::Ok, 1, None)),
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
    laws.event(Some(KEY), Event::Closed(Cause::Peer));
    assert_eq!(laws.breach, None);
    laws.event(Some(KEY), Event::Closed(Cause::Peer));
    assert!(laws.breach.is_some());
}
