//! What is done when a deadline passes.

use super::deadlines::Action::DeadlinePassed;
use super::deadlines::walk;
use super::*;
use crate::testing::{BAD_PAGE, BIG, CLOSE, big, error_page, kept, small};

/// A head that does not come, or not whole. The same for the first and for a later one.
#[test]
fn a_heads_deadline_passes() {
    let page = || error_page("400 Bad Request", CLOSE, BAD_PAGE);
    let head_only = || {
        let page = page();
        page[..page.len() - BAD_PAGE.len()].to_vec()
    };
    // What has come, what goes out, and how the row begins.
    let table = [
        ("\r\n", vec![], None),
        ("\r\n\r\n\r", vec![], None),
        ("G", page(), Some("- - 400.html 400 10")),
        (
            "\r\nGET /small.txt HTTP/1.1\r\nHost: h\r\n",
            page(),
            Some("GET /small.txt 400.html 400 10"),
        ),
        (
            "HEAD / HTTP/1.1\r\nHost: h\r\n",
            head_only(),
            Some("HEAD / 400.html 400 0"),
        ),
    ];
    for earlier in ["", GET_SMALL] {
        for (beginning, output, refused) in &table {
            let mut rig = Rig::new();
            if !earlier.is_empty() {
                rig.feed(earlier);
                rig.take_output();
                rig.take_outcomes();
            }
            rig.feed(beginning);
            let progress = rig.deadline_passed();
            let context = format!("{beginning:?} after {earlier:?}");
            assert_same(&rig.take_output(), output, &context);
            if let Some(row) = refused {
                assert_eq!(progress.deadline, Some(Deadline::Closing), "{context}");
                assert_eq!(rig.state(), "closing", "{context}");
                assert_eq!(
                    rig.take_outcomes(),
                    [format!("{row} complete")],
                    "{context}"
                );
                // What else was on its way is thrown away.
                rig.feed(GET_SMALL);
                rig.wire.borrow_mut().end();
                rig.event(HALF_CLOSED);
            } else {
                assert_eq!(
                    progress.next,
                    NextStep::Close(CloseReason::HeadDeadline),
                    "{context}"
                );
            }
            assert_eq!(rig.closed, Some(CloseReason::HeadDeadline), "{context}");
            assert_eq!(rig.take_outcomes(), [""; 0], "{context}");
        }
    }
    // Nothing at all.
    let mut rig = Rig::new();
    let progress = rig.deadline_passed();
    assert_eq!(progress.next, NextStep::Close(CloseReason::HeadDeadline));
    assert_eq!(rig.wire.borrow().output, b"");
    assert_eq!(rig.take_outcomes(), [""; 0]);
}

/// Before that, it is read once more: the rest may have come in time.
#[test]
fn a_head_is_read_once_more() {
    let page = error_page("400 Bad Request", CLOSE, BAD_PAGE);
    let rest = &GET_SMALL[10..];
    // Before; in the socket when the time is up; what is sent then, and the state.
    let table = [
        ("", GET_SMALL, small(&kept(997)), "idle"),
        ("\r\n", GET_SMALL, small(&kept(997)), "idle"),
        (&GET_SMALL[..10], rest, small(&kept(997)), "idle"),
        // A byte more is no head.
        (&GET_SMALL[..10], &rest[..5], page, "closing"),
        // The first byte of all has its time before it.
        ("", &GET_SMALL[..10], vec![], "partial"),
        // More empty lines do not.
        ("\r\n", "\r\n", vec![], "closed"),
    ];
    for (before, found, output, state) in table {
        let mut rig = Rig::new();
        if !before.is_empty() {
            rig.feed(before);
        }
        rig.wire.borrow_mut().arrive(found.as_bytes());
        rig.deadline_passed();
        let context = format!("{found:?} after {before:?}");
        assert_same(&rig.take_output(), &output, &context);
        assert_eq!(rig.state(), state, "{context}");
        let rows = usize::from(!output.is_empty());
        assert_eq!(rig.take_outcomes().len(), rows, "{context}");
    }
}

/// The 400 for a head that came too late may find the send queue full.
#[test]
fn a_late_heads_400_waits_for_room() {
    let mut rig = Rig::new();
    rig.wire.borrow_mut().room = 10;
    rig.feed("GET");
    let progress = rig.deadline_passed();
    assert_eq!(progress.deadline, Some(Deadline::Stall));
    assert_eq!(rig.state(), "responding");
    rig.run(50);
    let page = error_page("400 Bad Request", CLOSE, BAD_PAGE);
    assert_same(&rig.take_output(), &page, "in pieces");
    assert_eq!(rig.take_outcomes(), ["- - 400.html 400 10 complete"]);
    assert_eq!(rig.state(), "closing");
    assert_eq!(
        rig.deadline_passed().next,
        NextStep::Close(CloseReason::HeadDeadline)
    );
    assert_eq!(rig.take_outcomes(), [""; 0]);
}

#[test]
fn an_idle_deadline_passes() {
    // One last read: whatever it finds is answered as if it had come in time.
    let table = [
        ("", None, "closed"),
        (GET_SMALL, Some(Deadline::Idle), "idle"),
        ("GET /sm", Some(Deadline::Head), "partial"),
        (LAST_AND_MORE, Some(Deadline::Closing), "closing"),
    ];
    for requests in 1..=3 {
        for (found, deadline, state) in table {
            let mut rig = Rig::new();
            for _ in 0..requests {
                rig.feed(GET_SMALL);
            }
            rig.take_output();
            rig.take_outcomes();
            if !found.is_empty() {
                rig.wire.borrow_mut().arrive(found.as_bytes());
            }
            let reads = rig.wire.borrow().reads;
            let progress = rig.deadline_passed();
            let context = format!("{found:?} after {requests}");
            assert_eq!(rig.wire.borrow().reads, reads + 1, "{context}");
            assert_eq!(progress.deadline, deadline, "{context}");
            assert_eq!(rig.state(), state, "{context}");
            let (output, rows) = match found {
                GET_SMALL => (small(&kept(997 - requests)), vec![GET_SMALL_ROW]),
                LAST_AND_MORE => (small(CLOSE), vec![GET_SMALL_ROW]),
                _ => (vec![], vec![]),
            };
            assert_same(&rig.take_output(), &output, &context);
            assert_eq!(rig.take_outcomes(), rows, "{context}");
            if state == "closed" {
                assert_eq!(rig.closed, Some(CloseReason::IdleDeadline), "{context}");
            }
        }
    }
}

#[test]
fn a_stall_deadline_passes() {
    use Deadline::{Idle, Stall};
    let whole = big(&kept(997));
    let head = whole.len() - BIG;
    let room = head + 1_000;
    let mut rig = Rig::new();
    rig.wire.borrow_mut().room = room;
    rig.feed(GET_BIG);
    // No event told of room, for only a little has become free; the one try finds it.
    for _ in 0..3 {
        rig.wire.borrow_mut().room = 500;
        walk(&mut rig, &[(DeadlinePassed, Some(Stall), "responding")]);
    }
    let calls = rig.wire.borrow().calls();
    let progress = rig.deadline_passed();
    assert_eq!(progress.next, NextStep::Close(CloseReason::StallDeadline));
    assert_eq!(rig.wire.borrow().calls(), calls + 1, "one try");
    assert_same(&rig.take_output(), &whole[..room + 1_500], "what left");
    let row = "GET /big.bin big.bin 200 2500 stall-deadline";
    assert_eq!(rig.take_outcomes(), [row]);

    // Memory is tried as well, and the try may bring the answer to its end.
    let mut rig = Rig::new();
    rig.wire.borrow_mut().room = 5;
    rig.feed(GET_SMALL);
    rig.wire.borrow_mut().room = usize::MAX;
    walk(&mut rig, &[(DeadlinePassed, Some(Idle), "idle")]);
    assert_same(&rig.take_output(), &small(&kept(997)), "whole");
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);

    // No byte of the body left.
    let mut rig = Rig::new();
    rig.wire.borrow_mut().room = 5;
    rig.feed(GET_SMALL);
    let progress = rig.deadline_passed();
    assert_eq!(progress.next, NextStep::Close(CloseReason::StallDeadline));
    let row = "GET /small.txt small.txt 200 0 stall-deadline";
    assert_eq!(rig.take_outcomes(), [row]);
}

#[test]
fn a_closing_deadline_passes() {
    let table = [
        (LAST_AND_MORE, CloseReason::CloseAsked),
        (UNSOUND, CloseReason::BadRequest),
    ];
    for (request, cause) in table {
        let mut rig = Rig::new();
        rig.feed(request);
        rig.take_outcomes();
        assert_eq!(rig.deadline_passed().next, NextStep::Close(cause));
        assert_eq!(rig.take_outcomes(), [""; 0], "{request}");
    }
}
