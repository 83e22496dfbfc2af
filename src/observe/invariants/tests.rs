//! Each invariant can be violated, and the violation is found.

use std::time::UNIX_EPOCH;

use super::*;
use crate::clock::Now;
use crate::events::event::{Direction, WakeReason};
use crate::testing::peer;

const ID: ConnectionId = ConnectionId {
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

/// A connection has been accepted and is at work.
fn working() -> Invariants {
    let mut invariants = Invariants::default();
    invariants.event(None, Event::TurnBegins(now(0), 1));
    invariants.event(Some(ID), Event::Accepted(peer()));
    invariants.event(Some(ID), Event::DeadlineSet(Deadline::FirstByte, DUE));
    invariants.event(Some(ID), Event::WorkBegins(WakeReason::Event));
    invariants
}

/// A connection has begun a response.
fn answering() -> Invariants {
    let mut invariants = working();
    invariants.event(
        Some(ID),
        Event::Changed(StateName::Reading, StateName::Responding),
    );
    invariants.responds(ID, "GET", "/", Status::Ok);
    invariants
}

#[test]
fn a_correct_run_violates_nothing() {
    let mut invariants = answering();
    invariants.event(Some(ID), Event::Wrote(100));
    invariants.event(Some(ID), Event::Logged(Status::Ok, 60, None));
    invariants.event(
        Some(ID),
        Event::Changed(StateName::Responding, StateName::Idle),
    );
    invariants.event(Some(ID), Event::DeadlineSet(Deadline::Idle, DUE));
    invariants.event(Some(ID), Event::WorkEnds);
    invariants.event(None, Event::TurnBegins(now(10), 0));
    invariants.event(Some(ID), Event::DeadlinePassed(Deadline::Idle));
    invariants.event(Some(ID), Event::WorkBegins(WakeReason::Deadline));
    invariants.event(Some(ID), Event::WouldBlock(Direction::Read));
    invariants.event(Some(ID), Event::Closed(CloseReason::IdleDeadline));
    invariants.event(Some(ID), Event::WorkEnds);
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
fn each_violation_is_found() {
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
            |invariants| invariants.event(Some(ID), Event::Wrote(1)),
            "without an answer",
        ),
        (
            working,
            |invariants| invariants.event(Some(ID), Event::Wrote(0)),
            "wrote nothing",
        ),
        (
            working,
            |invariants| invariants.event(Some(OTHER), Event::Ready(crate::testing::READABLE)),
            "not open",
        ),
        (
            working,
            |invariants| invariants.event(Some(ID), Event::WorkBegins(WakeReason::Stop)),
            "work within work",
        ),
        (
            working,
            |invariants| invariants.event(Some(OTHER), Event::WorkEnds),
            "did not begin",
        ),
        (
            working,
            |invariants| invariants.event(Some(ID), Event::Logged(Status::Ok, 0, None)),
            "no answer",
        ),
        (
            working,
            |invariants| invariants.event(Some(ID), Event::DeadlinePassed(Deadline::FirstByte)),
            "passed at",
        ),
        (
            working,
            |invariants| invariants.event(Some(ID), Event::DeadlinePassed(Deadline::Idle)),
            "passed at",
        ),
        (
            working,
            |invariants| {
                invariants.event(
                    Some(ID),
                    Event::Changed(StateName::Idle, StateName::Reading),
                );
            },
            "left Idle",
        ),
        (
            working,
            |invariants| {
                invariants.event(
                    Some(ID),
                    Event::Changed(StateName::Reading, StateName::Closing),
                );
            },
            "no way",
        ),
        (
            working,
            |invariants| invariants.event(None, Event::TurnEnds(ConnectionCounts::default())),
            "counts",
        ),
        (
            answering,
            |invariants| invariants.event(Some(ID), Event::Closed(CloseReason::Reset)),
            "without its row",
        ),
        (
            answering,
            |invariants| invariants.event(Some(ID), Event::Logged(Status::Ok, 1, None)),
            "more than was written",
        ),
    ];
    for (start, step, violation) in table {
        let mut invariants = start();
        assert_eq!(invariants.violation, None);
        step(&mut invariants);
        let text = invariants
            .violation
            .unwrap_or_else(|| panic!("not found: {violation}"));
        assert!(text.contains(violation), "{text}, not {violation}");
    }
}

#[test]
fn closing_a_connection_twice_is_a_violation() {
    let mut invariants = working();
    invariants.event(Some(ID), Event::Closed(CloseReason::Peer));
    assert_eq!(invariants.violation, None);
    invariants.event(Some(ID), Event::Closed(CloseReason::Peer));
    assert!(invariants.violation.is_some());
}
