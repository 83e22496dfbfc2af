//! The server is told to stop.

use super::*;
use crate::testing::{CLOSE, big, kept, small};

#[test]
fn who_waits_is_closed_and_who_asked_is_answered() {
    let partial = "GET /small.txt HTTP/1.1\r\n";
    let rest = "Host: h\r\n\r\n";
    // Before the stop; in the socket when it comes; what is sent then.
    let table = [
        ("", "", vec![]),
        ("\r\n", "", vec![]),
        (partial, "", vec![]),
        (GET_SMALL, "", vec![]),
        ("", GET_SMALL, small(CLOSE)),
        (partial, rest, small(CLOSE)),
        (GET_SMALL, GET_SMALL, small(CLOSE)),
        (GET_SMALL, GET_BIG, big(CLOSE)),
        (GET_SMALL, partial, vec![]),
    ];
    for (before, found, output) in table {
        let mut rig = Rig::new();
        if !before.is_empty() {
            rig.feed(before);
        }
        rig.take_output();
        rig.take_outcomes();
        if !found.is_empty() {
            rig.wire.borrow_mut().arrive(found.as_bytes());
        }
        let progress = rig.stop();
        let context = format!("{found:?} after {before:?}");
        assert_same(&rig.take_output(), &output, &context);
        if output.is_empty() {
            assert_eq!(
                progress.next,
                NextStep::Close(CloseReason::Stopped),
                "{context}"
            );
            assert_eq!(rig.take_outcomes(), [""; 0], "{context}");
        } else {
            assert_eq!(rig.state(), "closing", "{context}");
            assert_eq!(rig.take_outcomes().len(), 1, "{context}");
            rig.wire.borrow_mut().end();
            rig.event(HALF_CLOSED);
            assert_eq!(rig.closed, Some(CloseReason::Stopped), "{context}");
        }
    }
}

/// The first of several requests gets the last answer.
#[test]
fn requests_behind_the_last_answer_are_not_answered() {
    let mut rig = Rig::new();
    rig.wire.borrow_mut().arrive(GET_SMALL.repeat(3).as_bytes());
    rig.stop();
    assert_same(&rig.take_output(), &small(CLOSE), "one");
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
    // Those that a budget has left over.
    let mut rig = Rig::new();
    rig.feed(GET_SMALL.repeat(40));
    rig.take_output();
    assert_eq!(rig.state(), "partial");
    rig.stop();
    assert_same(&rig.take_output(), &small(CLOSE), "the next");
    assert_eq!(rig.state(), "closing");
}

#[test]
fn what_is_being_sent_is_sent_to_its_end() {
    for (request, connection) in [
        (GET_BIG.to_owned(), kept(997)),
        // What waits behind it is dropped: its answer would be one more.
        ([GET_BIG, GET_SMALL].concat(), kept(997)),
        (GET_BIG.replace("1.1", "1.0") + "\r\n", CLOSE.to_owned()),
    ] {
        let mut rig = Rig::new();
        rig.wire.borrow_mut().room = 1_000;
        rig.feed(&request);
        let progress = rig.stop();
        assert_eq!((progress.next, rig.state()), (NextStep::Wait, "responding"));
        rig.run(3_000);
        // The head had left before the stop, and may have promised more.
        assert_same(&rig.take_output(), &big(&connection), "whole");
        assert_eq!(rig.take_outcomes(), [GET_BIG_ROW]);
        assert_eq!(rig.state(), "closing");
        assert_eq!(rig.deadline, Deadline::Closing);
        assert_eq!(rig.wire.borrow().shutdowns, 1);
    }
}

/// A closing connection goes on closing, for the cause that it had.
#[test]
fn a_closing_one_goes_on() {
    let mut rig = Rig::new();
    rig.feed(LAST_AND_MORE);
    let progress = rig.stop();
    assert_eq!((progress.next, rig.state()), (NextStep::Wait, "closing"));
    rig.wire.borrow_mut().end();
    rig.event(HALF_CLOSED);
    assert_eq!(rig.closed, Some(CloseReason::CloseAsked));
}
