//! Each law can be broken, and is seen to be.

use std::time::UNIX_EPOCH;

use super::*;
use crate::clock::Now;
use crate::events::event::{Direction, WakeReason};
use crate::testing::peer;

const KEY: ConnectionId = ConnectionId {
    slot: 1,
    generation: 2,
};
const OTHER: ConnectionId = ConnectionId {
    slot: 1,
    generation: 3,
};
const DUE: Duration = Duration::from_secs(10);

fn now(seconds: u64) -> Now {
    Now {
        monotonic: Duration::from_secs(seconds),
        wall: UNIX_EPOCH,
    }
}

/// One that has been accepted and is at work.
fn working() -> Invariants {
    let mut invariants = Invariants::default();
    invariants.event(None, Event::TurnBegins(now(0), 1));
    invariants.event(Some(KEY), Event::Accepted(peer()));
    invariants.event(Some(KEY), Event::DeadlineSet(Deadline::FirstByte, DUE));
    invariants.event(Some(KEY), Event::WorkBegins(WakeReason::Event));
    invariants
}

/// One that has begun an answer.
fn answering() -> Invariants {
    let mut invariants = working();
    invariants.event(
        Some(KEY),
        Event::Changed(StateName::Reading, StateName::Responding),
    );
    invariants.responds(KEY, "GET", "/", Status::Ok);
    invariants
}

#[test]
fn a_life_by_the_laws() {
    let mut invariants = answering();
    invariants.event(Some(KEY), Event::Wrote(100));
    invariants.event(Some(KEY), Event::Logged(Status::Ok, 60, None));
    invariants.event(
        Some(KEY),
        Event::Changed(StateName::Responding, StateName::Idle),
    );
    invariants.event(Some(KEY), Event::DeadlineSet(Deadline::Idle, DUE));
    invariants.event(Some(KEY), Event::WorkEnds);
    invariants.event(None, Event::TurnBegins(now(10), 0));
    invariants.event(Some(KEY), Event::DeadlinePassed(Deadline::Idle));
    invariants.event(Some(KEY), Event::WorkBegins(WakeReason::Deadline));
    invariants.event(Some(KEY), Event::WouldBlock(Direction::Read));
    invariants.event(Some(KEY), Event::Closed(CloseReason::IdleDeadline));
    invariants.event(Some(KEY), Event::WorkEnds);
    invariants.event(None, Event::TurnEnds(ConnectionCounts::default()));
    invariants.event(Some(OTHER), Event::Accepted(peer()));
    assert_eq!(invariants.violation, None);
    assert_eq!(
        (
            invariants.accepted,
            invariants.closed.total(),
            invariants.rows
        ),
        (2, 1, 1)
    );
    assert_eq!(invariants.state(OTHER), Some(StateName::Reading));
}

#[test]
fn breaches() {
    type Start = fn() -> Invariants;
    type Step = fn(&mut Invariants);
    let table: [(Start, Step, &str); 15] = [
        (
            working,
            |invariants| invariants.event(Some(OTHER), Event::Accepted(peer())),
            "slot is taken",
        ),
        (
            working,
            |invariants| invariants.event(Some(OTHER), Event::Read(1)),
            "outside of its work",
        ),
        (
            working,
            |invariants| invariants.event(Some(KEY), Event::Wrote(1)),
            "without an answer",
        ),
        (
            working,
            |invariants| invariants.event(Some(KEY), Event::Wrote(0)),
            "wrote nothing",
        ),
        (
            working,
            |invariants| invariants.event(Some(OTHER), Event::Ready(crate::testing::READABLE)),
            "not open",
        ),
        (
            working,
            |invariants| invariants.event(Some(KEY), Event::WorkBegins(WakeReason::Stop)),
            "work within work",
        ),
        (
            working,
            |invariants| invariants.event(Some(OTHER), Event::WorkEnds),
            "did not begin",
        ),
        (
            working,
            |invariants| invariants.event(Some(KEY), Event::Logged(Status::Ok, 0, None)),
            "no answer",
        ),
        (
            working,
            |invariants| invariants.event(Some(KEY), Event::DeadlinePassed(Deadline::FirstByte)),
            "passed at",
        ),
        (
            working,
            |invariants| invariants.event(Some(KEY), Event::DeadlinePassed(Deadline::Idle)),
            "passed at",
        ),
        (
            working,
            |invariants| {
                invariants.event(
                    Some(KEY),
                    Event::Changed(StateName::Idle, StateName::Reading),
                );
            },
            "left Idle",
        ),
        (
            working,
            |invariants| {
                invariants.event(
                    Some(KEY),
                    Event::Changed(StateName::Reading, StateName::Closing),
                );
            },
            "no way",
        ),
        (
            working,
            |invariants| invariants.event(None, Event::TurnEnds(ConnectionCounts::default())),
            "census",
        ),
        (
            answering,
            |invariants| invariants.event(Some(KEY), Event::Closed(CloseReason::Reset)),
            "without its row",
        ),
        (
            answering,
            |invariants| invariants.event(Some(KEY), Event::Logged(Status::Ok, 1, None)),
            "more than was written",
        ),
    ];
    for (start, step, violation) in table {
        let mut invariants = start();
        assert_eq!(invariants.violation, None);
        step(&mut invariants);
        let text = invariants
            .violation
            .unwrap_or_else(|| panic!("not seen: {violation}"));
        assert!(text.contains(violation), "{text}, not {violation}");
    }
}

#[test]
fn nobody_is_closed_twice() {
    let mut invariants = working();
    invariants.event(Some(KEY), Event::Closed(CloseReason::Peer));
    assert_eq!(invariants.violation, None);
    invariants.event(Some(KEY), Event::Closed(CloseReason::Peer));
    assert!(invariants.violation.is_some());
}
