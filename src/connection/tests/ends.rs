//! How connections are kept and how they end.

use std::num::NonZeroU32;

use super::*;
use crate::testing::{
    BAD_PAGE, BIG, CLOSE, MISSING_PAGE, big, error_page, head, kept, ok_head, small,
};

/// One request: the whole output, the row, and the state after it.
#[test]
fn what_a_request_leaves_behind() {
    let bad = |connection: &str| error_page("400 Bad Request", connection, BAD_PAGE);
    let lookup_error = |connection: &str| error_page("404 Not Found", connection, MISSING_PAGE);
    let binary = "application/octet-stream";
    let table = [
        (GET_SMALL, small(&kept(997)), GET_SMALL_ROW, "idle"),
        (LAST_SMALL, small(CLOSE), GET_SMALL_ROW, "closed"),
        (LAST_AND_MORE, small(CLOSE), GET_SMALL_ROW, "closing"),
        (GET_BIG, big(&kept(997)), GET_BIG_ROW, "idle"),
        (
            "GET /big.bin HTTP/1.0\r\n\r\n",
            big(CLOSE),
            GET_BIG_ROW,
            "closed",
        ),
        (
            "GET /big.bin HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
            big(&kept(997)),
            GET_BIG_ROW,
            "idle",
        ),
        (
            "HEAD /big.bin HTTP/1.1\r\nHost: h\r\n\r\n",
            ok_head(binary, &kept(997), BIG),
            "HEAD /big.bin big.bin 200 0 complete",
            "idle",
        ),
        (
            "HEAD /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
            {
                let fields = format!(
                    "Content-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n",
                    MISSING_PAGE.len()
                );
                head("404 Not Found", CLOSE, &fields)
            },
            "HEAD /none 404.html 404 0 complete",
            "closed",
        ),
        (
            "GET /none?q=1 HTTP/1.1\r\nHost: h\r\n\r\n",
            lookup_error(&kept(997)),
            "GET /none?q=1 404.html 404 11 complete",
            "idle",
        ),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
            bad(&kept(997)),
            "POST / 400.html 400 10 complete",
            "idle",
        ),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
            bad(CLOSE),
            "POST / 400.html 400 10 complete",
            "closing",
        ),
        (UNSOUND, bad(CLOSE), UNSOUND_ROW, "closing"),
        (
            "nonsense\r\n",
            bad(CLOSE),
            "- - 400.html 400 10 complete",
            "closing",
        ),
    ];
    for (request, output, row, state) in table {
        for step in [1, 100, usize::MAX] {
            let mut rig = Rig::new();
            rig.wire.borrow_mut().arrive(request.as_bytes());
            rig.run(step);
            assert_same(&rig.take_output(), &output, request);
            assert_eq!(rig.take_outcomes(), [row], "{request}");
            assert_eq!(rig.state(), state, "{request}");
            let shutdowns = usize::from(state == "closing");
            assert_eq!(rig.wire.borrow().shutdowns, shutdowns, "{request}");
        }
    }
}

/// The peer's end of input, in every state.
#[test]
fn end_of_input() {
    let table = [
        ("", vec![], None, CloseReason::Peer),
        ("\r\n", vec![], None, CloseReason::Peer),
        ("GET /small.t", vec![], None, CloseReason::Peer),
        (
            GET_SMALL,
            small(&kept(997)),
            Some(GET_SMALL_ROW),
            CloseReason::Peer,
        ),
        (
            GET_BIG,
            big(&kept(997)),
            Some(GET_BIG_ROW),
            CloseReason::Peer,
        ),
        (
            LAST_SMALL,
            small(CLOSE),
            Some(GET_SMALL_ROW),
            CloseReason::CloseAsked,
        ),
        (
            UNSOUND,
            error_page("400 Bad Request", CLOSE, BAD_PAGE),
            Some(UNSOUND_ROW),
            CloseReason::BadRequest,
        ),
    ];
    for (input, output, row, cause) in table {
        // With the input, as one event; and as an event of its own.
        for together in [true, false] {
            for step in [100, usize::MAX] {
                let mut rig = Rig::new();
                rig.wire.borrow_mut().room = step;
                if !input.is_empty() {
                    rig.wire.borrow_mut().arrive(input.as_bytes());
                }
                if !together {
                    rig.event(READABLE);
                }
                rig.wire.borrow_mut().end();
                if rig.closed.is_none() {
                    rig.event(HALF_CLOSED);
                }
                if rig.closed.is_none() {
                    rig.run(step);
                }
                let context = format!("{input:?}, together: {together}, step {step}");
                assert_eq!(rig.closed, Some(cause), "{context}");
                assert_same(&rig.take_output(), &output, &context);
                assert_eq!(rig.take_outcomes(), Vec::from_iter(row), "{context}");
            }
        }
    }
}

/// A client that asked for the end, and sends more while the answer leaves, is not closed at once.
#[test]
fn what_comes_after_the_last_request_keeps_it_open() {
    for (more, state) in [("", "closed"), ("more", "closing")] {
        let mut rig = Rig::new();
        rig.wire.borrow_mut().room = 10;
        rig.feed(LAST_SMALL);
        assert_eq!(rig.state(), "responding");
        if !more.is_empty() {
            rig.feed(more);
        }
        rig.give_room(usize::MAX);
        assert_same(&rig.take_output(), &small(CLOSE), more);
        assert_eq!(rig.state(), state, "{more:?}");
        assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
    }
}

/// However the peer takes its leave from a closing connection, the cause is what came before.
#[test]
fn a_closing_connection_keeps_its_cause() {
    let mut rig = Rig::new();
    rig.feed([LAST_SMALL, GET_SMALL].concat());
    rig.feed("more");
    let call = rig.wire.borrow().calls();
    rig.wire.borrow_mut().fault = Some((call, || std::io::ErrorKind::ConnectionReset.into()));
    let progress = rig.event(READABLE);
    assert_eq!(progress.next, NextStep::Close(CloseReason::CloseAsked));
    assert_same(&rig.take_output(), &small(CLOSE), "the one answer");
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
}

#[test]
fn max_counts_down_to_the_last() {
    let of = |count| Limits {
        keep_alive_requests: NonZeroU32::new(count),
        ..Limits::default()
    };
    // Sent one by one, and all at once with one too many.
    for at_once in [true, false] {
        let mut rig = Rig::with(of(3));
        if at_once {
            rig.feed(GET_SMALL.repeat(4));
        } else {
            for _ in 0..4 {
                rig.feed(GET_SMALL);
            }
        }
        let expected = [small(&kept(2)), small(&kept(1)), small(CLOSE)].concat();
        assert_same(&rig.take_output(), &expected, "three");
        assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW; 3]);
        assert_eq!(rig.state(), "closing");
        rig.wire.borrow_mut().end();
        rig.event(HALF_CLOSED);
        assert_eq!(rig.closed, Some(CloseReason::RequestLimit));
    }
    // Errors count as well.
    let mut rig = Rig::with(of(2));
    rig.feed(GET_SMALL.replace("small.txt", "none").repeat(2));
    let page = |connection: &str| error_page("404 Not Found", connection, MISSING_PAGE);
    let expected = [page(&kept(1)), page(CLOSE)].concat();
    assert_same(&rig.take_output(), &expected, "errors");
}

#[test]
fn other_limits() {
    let seconds = Duration::from_secs;
    let millis = Duration::from_millis;
    let none = None;
    let one = NonZeroU32::new(1);
    let many = NonZeroU32::new(998);
    let ending = |text: &str| format!("Connection: Keep-Alive\r\nKeep-Alive: {text}\r\n");
    let table = [
        (seconds(10), none, ending("timeout=10")),
        (seconds(3), many, ending("timeout=3, max=997")),
        // What is said is a promise, so it is rounded down.
        (millis(1_900), many, ending("timeout=1, max=997")),
        (seconds(10), one, CLOSE.to_owned()),
        (Duration::ZERO, many, CLOSE.to_owned()),
        (Duration::ZERO, none, CLOSE.to_owned()),
    ];
    for (keep_alive, keep_alive_requests, connection) in table {
        let context = format!("{keep_alive:?} {keep_alive_requests:?}");
        let mut rig = Rig::with(Limits {
            keep_alive,
            keep_alive_requests,
            ..Limits::default()
        });
        rig.feed(GET_SMALL);
        assert_same(&rig.take_output(), &small(&connection), &context);
        let state = if connection == CLOSE {
            "closing"
        } else {
            "idle"
        };
        assert_eq!(rig.state(), state, "{context}");
        if state == "closing" {
            rig.wire.borrow_mut().end();
            rig.event(HALF_CLOSED);
            assert_eq!(rig.closed, Some(CloseReason::RequestLimit), "{context}");
        }
    }
}

/// Without a limit the thousandth request is one like any other.
#[test]
fn no_limit() {
    let mut rig = Rig::with(Limits {
        keep_alive_requests: None,
        ..Limits::default()
    });
    for _ in 0..2_000 {
        rig.feed(GET_SMALL);
    }
    let answer = small("Connection: Keep-Alive\r\nKeep-Alive: timeout=10\r\n");
    assert_same(&rig.take_output(), &answer.repeat(2_000), "all alike");
    assert_eq!(rig.state(), "idle");
}
