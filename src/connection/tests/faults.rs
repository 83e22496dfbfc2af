//! Errors at every place where they can strike.

use std::io::{Error, ErrorKind};

use super::*;
use crate::testing::{BIG, Fault, big, kept, small};

/// Every call in turn answers `WouldBlock` or `Interrupted` once: nothing changes but the number
/// of calls.
#[test]
fn a_call_that_fails_for_now_changes_nothing() {
    let faults: [Fault; 2] = [
        || ErrorKind::WouldBlock.into(),
        || ErrorKind::Interrupted.into(),
    ];
    let conversation = format!("{GET_BIG}{GET_SMALL}{LAST_AND_MORE}");
    let expected = [
        big(&kept(997)),
        small(&kept(996)),
        small(crate::testing::CLOSE),
    ]
    .concat();
    for fault in faults {
        for step in [100, 7_000, usize::MAX] {
            let mut calls = 1;
            let mut number = 0;
            while number < calls {
                let mut rig = Rig::new();
                rig.wire.borrow_mut().fault = Some((number, fault));
                rig.wire.borrow_mut().arrive(&conversation.as_bytes()[..50]);
                rig.run(step);
                rig.wire.borrow_mut().arrive(&conversation.as_bytes()[50..]);
                rig.run(step);
                // What was blocked before its input had been read is told by another event.
                rig.event(READABLE);
                rig.run(step);
                let context = format!("{:?} at call {number}, step {step}", fault().kind());
                assert_same(&rig.take_output(), &expected, &context);
                let rows = [GET_BIG_ROW, GET_SMALL_ROW, GET_SMALL_ROW];
                assert_eq!(rig.take_outcomes(), rows, "{context}");
                assert_eq!(rig.state(), "closing", "{context}");
                calls = rig.wire.borrow().calls();
                number += 1;
            }
            assert!(calls >= 6, "{calls} calls");
        }
    }
}

/// Breaks the connection when `at` bytes have left, and checks the rows.
fn break_at(requests: &str, at: usize, kind: ErrorKind, step: usize, expected: &[String]) {
    let mut rig = Rig::new();
    rig.wire.borrow_mut().breaks_at = Some((at, kind));
    rig.wire.borrow_mut().arrive(requests.as_bytes());
    rig.run(step);
    let context = format!("{kind:?} after {at} bytes, step {step}");
    assert_eq!(rig.closed, Some(CloseReason::Reset), "{context}");
    assert_eq!(rig.take_outcomes(), expected, "{context}");
    assert_eq!(rig.wire.borrow().output.len(), at, "{context}");
    assert_eq!(rig.wire.borrow().shutdowns, 0, "{context}");
}

fn reset_row(name: &str, bytes: usize) -> String {
    format!("GET /{name} {name} 200 {bytes} reset")
}

#[test]
fn a_reset_at_every_byte_gives_one_row_with_what_left() {
    let whole = small(&kept(997));
    let head = whole.len() - 10;
    let kinds = [
        ErrorKind::ConnectionReset,
        ErrorKind::BrokenPipe,
        ErrorKind::TimedOut,
    ];
    for kind in kinds {
        for step in [1, 100, usize::MAX] {
            for at in 0..whole.len() {
                let row = reset_row("small.txt", at.saturating_sub(head));
                break_at(GET_SMALL, at, kind, step, &[row]);
            }
        }
    }
}

#[test]
fn a_reset_in_the_second_of_two_responses() {
    let both = format!("{GET_SMALL}{GET_SMALL}");
    let whole = small(&kept(997)).len();
    for at in whole..2 * whole {
        let second = reset_row("small.txt", (at - whole).saturating_sub(whole - 10));
        let rows = [GET_SMALL_ROW.to_owned(), second];
        break_at(&both, at, ErrorKind::ConnectionReset, 50, &rows);
    }
}

#[test]
fn a_reset_in_a_file() {
    let head = big(&kept(997)).len() - BIG;
    let places = (0..head + 10).chain([head + 8_192, head + BIG - 1]);
    for at in places {
        let row = reset_row("big.bin", at.saturating_sub(head));
        for step in [3_000, usize::MAX] {
            break_at(
                GET_BIG,
                at,
                ErrorKind::ConnectionReset,
                step,
                std::slice::from_ref(&row),
            );
        }
    }
}

#[test]
fn a_reset_while_reading_leaves_no_row() {
    let beginnings = ["", "\r\n", "GET /small.t"];
    for beginning in beginnings {
        let mut rig = Rig::new();
        if !beginning.is_empty() {
            rig.feed(beginning);
        }
        let call = rig.wire.borrow().calls();
        rig.wire.borrow_mut().fault = Some((call, || ErrorKind::ConnectionReset.into()));
        let progress = rig.event(READABLE);
        assert_eq!(
            progress.next,
            NextStep::Close(CloseReason::Reset),
            "{beginning:?}"
        );
        assert_eq!(rig.take_outcomes(), [""; 0], "{beginning:?}");
        assert_eq!(rig.wire.borrow().output, b"", "{beginning:?}");
    }
}

/// The answer has been sent whole, so its row says so, and the connection ends for its own cause.
#[test]
fn an_end_of_our_side_that_fails_ends_it_all() {
    for step in [usize::MAX, 100] {
        let mut rig = Rig::new();
        rig.wire.borrow_mut().shutdown_fails = true;
        rig.wire.borrow_mut().arrive(LAST_SMALL.as_bytes());
        rig.run(step);
        assert_eq!(rig.closed, Some(CloseReason::CloseAsked), "step {step}");
        assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW], "step {step}");
    }
}

#[test]
fn a_file_that_shrinks_ends_the_connection() {
    let whole = big(&kept(997));
    let head = whole.len() - BIG;
    // Bytes of the body that have left before the file shrinks, and to what.
    let table = [
        (0, 0),
        (0, 5_000),
        (10_000, 0),
        (10_000, 9_999),
        (10_000, 10_000),
        (10_000, 10_001),
        (10_000, BIG - 1),
        (BIG - 1, BIG - 1),
    ];
    for (before, length) in table {
        let mut rig = Rig::new();
        rig.wire.borrow_mut().room = head + before;
        rig.feed([GET_BIG, GET_SMALL].concat());
        let file = rig.context.documents.file("big.bin");
        file.borrow_mut().truncate(length);
        let progress = rig.give_room(usize::MAX);
        let context = format!("{before} bytes sent, then cut to {length}");
        assert_eq!(
            progress.next,
            NextStep::Close(CloseReason::FileShrank),
            "{context}"
        );
        let sent = before.max(length);
        // No padding, and no answer to the next request.
        assert_same(&rig.take_output(), &whole[..head + sent], &context);
        let row = format!("GET /big.bin big.bin 200 {sent} file-shrank");
        assert_eq!(rig.take_outcomes(), [row], "{context}");
    }
}

#[test]
fn a_file_that_grows_is_sent_as_promised() {
    let mut rig = Rig::new();
    rig.wire.borrow_mut().room = 10_000;
    rig.feed(GET_BIG);
    let file = rig.context.documents.file("big.bin");
    file.borrow_mut().extend_from_slice(b"more");
    rig.run(1_000);
    assert_same(&rig.take_output(), &big(&kept(997)), "grown");
    assert_eq!(rig.take_outcomes(), [GET_BIG_ROW]);
    assert_eq!(rig.state(), "idle");
}

/// The disk fails, not the peer.
#[test]
fn a_file_that_can_no_longer_be_read() {
    let mut rig = Rig::new();
    rig.wire.borrow_mut().room = 1_000;
    rig.feed(GET_BIG);
    let sent = 1_000 - (big(&kept(997)).len() - BIG);
    let call = rig.wire.borrow().calls();
    // EIO.
    rig.wire.borrow_mut().fault = Some((call, || Error::from_raw_os_error(5)));
    let progress = rig.give_room(usize::MAX);
    assert_eq!(progress.next, NextStep::Close(CloseReason::FileShrank));
    let row = format!("GET /big.bin big.bin 200 {sent} file-shrank");
    assert_eq!(rig.take_outcomes(), [row]);
}
