//! No descriptor to open the file with.

use super::*;
use crate::http::profile::Profile;
use crate::os::descriptors::FILES_RESERVE;
use crate::response::pages;
use crate::testing::{BIG, CLOSE, big, error_page, kept, pattern, small};

const WANTS_ROOM: NextStep = NextStep::OutOfDescriptors;

#[test]
fn the_request_is_kept_and_answered_once() {
    for times in 1..=3 {
        // Cut anywhere, and with another behind it.
        for at in [0, 1, 10, GET_SMALL.len() - 1] {
            let mut rig = Rig::new();
            rig.context.documents.out_of_descriptors = times;
            let (before, after) = GET_SMALL.split_at(at);
            if at > 0 {
                rig.feed(before);
            }
            let mut then = rig.feed([after, GET_BIG].concat()).next;
            for _ in 0..times {
                assert_eq!((then, rig.state()), (WANTS_ROOM, "partial"));
                assert_eq!(rig.wire.borrow().output, b"");
                assert_eq!(rig.take_outcomes(), [""; 0]);
                then = rig.advance().next;
            }
            assert_eq!((then, rig.state()), (NextStep::Wait, "idle"));
            // It has counted once.
            let expected = [small(&kept(997)), big(&kept(996))].concat();
            assert_same(&rig.take_output(), &expected, "answered");
            assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW, GET_BIG_ROW]);
            assert_eq!(rig.context.documents.lookups, times + 2);
        }
    }
}

/// It is no longer idle, or it would be the one to go.
#[test]
fn it_waits_under_its_heads_deadline() {
    let mut rig = Rig::new();
    rig.feed(GET_SMALL);
    rig.context.documents.out_of_descriptors = 2;
    let progress = rig.feed(GET_SMALL);
    assert_eq!(progress.next, WANTS_ROOM);
    assert_eq!(progress.deadline, Some(Deadline::Head));
    // Trying again does not push it back.
    let progress = rig.advance();
    assert_eq!(progress.next, WANTS_ROOM);
    assert_eq!(progress.deadline, None);
}

#[test]
fn those_before_it_have_their_answers() {
    let mut rig = Rig::new();
    rig.feed(GET_SMALL.repeat(2));
    // Only the one in the middle.
    rig.wire.borrow_mut().room = 1_000;
    rig.feed([GET_BIG, GET_SMALL, GET_SMALL].concat());
    rig.context.documents.out_of_descriptors = 1;
    let progress = rig.give_room(usize::MAX);
    assert_eq!((progress.next, rig.state()), (WANTS_ROOM, "partial"));
    assert_eq!(progress.deadline, Some(Deadline::Head));
    let answered = [small(&kept(997)), small(&kept(996)), big(&kept(995))];
    assert_same(&rig.take_output(), &answered.concat(), "before");
    let progress = rig.advance();
    assert_eq!((progress.next, rig.state()), (NextStep::Wait, "idle"));
    let answered = [small(&kept(994)), small(&kept(993))];
    assert_same(&rig.take_output(), &answered.concat(), "after");
    assert_eq!(rig.take_outcomes().len(), 5);
}

/// The page of a 404 is no reason to give up: the built-in one is there.
#[test]
fn an_error_page_can_do_without() {
    let mut rig = Rig::new();
    rig.context.documents.out_of_descriptors = 1;
    let progress = rig.feed(UNSOUND);
    assert_eq!((progress.next, rig.state()), (NextStep::Wait, "closing"));
    let page = error_page("400 Bad Request", CLOSE, pages::BAD_REQUEST);
    assert_same(&rig.take_output(), &page, "built in");
    let row = format!("GET /big.bin - 400 {} complete", pages::BAD_REQUEST.len());
    assert_eq!(rig.take_outcomes(), [row]);
}

/// A whole head waits for a descriptor, not for its end: when its time is up it is tried once more,
/// and never called bad.
#[test]
fn a_whole_head_is_not_refused_as_late() {
    for out_of_descriptors in [1, 2] {
        let mut rig = Rig::new();
        rig.context.documents.out_of_descriptors = out_of_descriptors;
        rig.feed(GET_SMALL);
        let progress = rig.deadline_passed();
        if out_of_descriptors == 1 {
            assert_eq!((progress.next, rig.state()), (NextStep::Wait, "idle"));
            assert_same(&rig.take_output(), &small(&kept(997)), "answered");
            assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
        } else {
            assert_eq!(
                progress.next,
                NextStep::Close(CloseReason::OutOfDescriptors)
            );
            assert_same(&rig.take_output(), b"", "no answer");
            assert_eq!(rig.take_outcomes(), [""; 0]);
        }
    }
}

/// With all statuses there is one for it.
#[test]
fn a_whole_head_that_waits_in_vain_is_told_so_if_there_is_a_status() {
    let mut rig = Rig::new();
    rig.context.config.serving.profile = Profile::Full;
    rig.context.documents.out_of_descriptors = 2;
    rig.feed(GET_SMALL);
    let progress = rig.deadline_passed();
    assert_eq!((progress.next, rig.state()), (NextStep::Yield, "closing"));
    let output = String::from_utf8(rig.take_output()).unwrap();
    assert!(output.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    assert!(output.contains("\r\nRetry-After: 5\r\nCache-Control: no-store\r\n"));
    let row = rig.take_outcomes().pop().unwrap();
    assert!(row.starts_with("GET /small.txt - 503 "), "{row}");
}

/// A file that is sent from holds its descriptor, so it needs one that is free. A small file gives
/// its own back at once.
#[test]
fn a_large_file_needs_a_free_descriptor() {
    let table = [
        (GET_BIG, "partial"),
        (GET_SMALL, "idle"),
        // Only the head is sent.
        ("HEAD /big.bin HTTP/1.1\r\nHost: h\r\n\r\n", "idle"),
    ];
    for (request, state) in table {
        let mut rig = Rig::with(Limits {
            max_descriptors: 0,
            ..Limits::default()
        });
        hold_connections(&mut rig, FILES_RESERVE);
        let progress = rig.feed(request);
        assert_eq!(rig.state(), state, "{request}");
        if state == "partial" {
            assert_eq!(progress.next, WANTS_ROOM);
            assert_same(&rig.take_output(), b"", request);
            rig.context.descriptors.close_connection();
            assert_eq!(rig.advance().next, NextStep::Wait);
            assert_same(&rig.take_output(), &big(&kept(997)), request);
        }
        assert_eq!(rig.take_outcomes().len(), 1, "{request}");
    }
}

/// Nor is the root's own page for a bad request worth a descriptor that is not there.
#[test]
fn a_large_page_of_ones_own_needs_a_free_descriptor() {
    let mut rig = Rig::with(Limits {
        max_descriptors: 0,
        ..Limits::default()
    });
    rig.context.documents.add("400.html", pattern(BIG));
    hold_connections(&mut rig, FILES_RESERVE);
    rig.wire.borrow_mut().room = 1_000;
    rig.feed(UNSOUND);
    assert_eq!(rig.context.descriptors.left_for_files(), 0);
    assert_eq!(rig.context.descriptors.files(), 0);
}

/// As if there were so many other connections.
fn hold_connections(rig: &mut Rig, count: usize) {
    for _ in 0..count {
        rig.context.descriptors.open_connection();
    }
}
