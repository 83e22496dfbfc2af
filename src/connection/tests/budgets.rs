//! What one connection may do in one turn.

use super::super::send::READ_AHEAD;
use super::*;
use crate::connection::context::STAGE_SEND_BUDGET;
use crate::testing::{CLOSE, kept, ok_head, pattern, responses, small};

#[test]
fn pipelined_requests_are_answered_some_at_a_time() {
    // More than the read buffer holds.
    let count = 300;
    let mut rig = Rig::new();
    rig.wire
        .borrow_mut()
        .arrive(GET_SMALL.repeat(count).as_bytes());
    let mut progress = rig.event(READABLE);
    let mut answered = 0;
    loop {
        let found = rig.take_outcomes();
        assert!(found.iter().all(|row| row == GET_SMALL_ROW));
        answered += found.len();
        if answered == count {
            break;
        }
        assert_eq!(found.len(), 32, "after {answered}");
        assert_eq!(progress.next, NextStep::Yield, "after {answered}");
        assert_eq!(rig.state(), "partial");
        progress = rig.advance();
    }
    assert_eq!((progress.next, rig.state()), (NextStep::Wait, "idle"));
    let expected: Vec<u8> = (0..300)
        .flat_map(|number| small(&kept(997 - number)))
        .collect();
    assert_same(&rig.take_output(), &expected, "all of them");
}

/// The budget is used up by the very last request that is here: there is nothing to come back
/// for.
#[test]
fn a_budget_that_just_suffices_is_no_reason_to_yield() {
    let mut rig = Rig::new();
    let progress = rig.feed(GET_SMALL.repeat(32));
    assert_eq!((progress.next, rig.state()), (NextStep::Wait, "idle"));
    // And one more.
    let progress = rig.feed(GET_SMALL.repeat(33));
    assert_eq!((progress.next, rig.state()), (NextStep::Yield, "partial"));
    let progress = rig.advance();
    assert_eq!((progress.next, rig.state()), (NextStep::Wait, "idle"));
    assert_eq!(rig.take_outcomes().len(), 65);
}

/// However it is cut, each window of the file but the first is asked for once, one before it is sent.
#[test]
fn a_large_file_is_read_ahead() {
    let windows = [1, 2, 3].map(|window| (window * READ_AHEAD, READ_AHEAD));
    let length = usize::try_from(3 * READ_AHEAD).unwrap() + 1;
    for room in [usize::MAX, 300_000, 65_536, 1_000] {
        let mut rig = Rig::new();
        rig.context.documents.add("huge.bin", pattern(length));
        rig.wire.borrow_mut().room = room;
        rig.feed(GET_BIG.replace("big", "huge"));
        while rig.take_outcomes().is_empty() {
            rig.wire.borrow_mut().room = room;
            rig.event(WRITABLE);
            let sent = rig.wire.borrow().output.len() as u64;
            for (begin, _) in &rig.wire.borrow().ahead {
                assert!(
                    *begin < sent + 2 * READ_AHEAD,
                    "{begin} when {sent} had left"
                );
            }
        }
        assert_eq!(rig.wire.borrow().ahead, windows, "room {room}");
    }
    // A file that ends within the first window has nothing ahead.
    let mut rig = Rig::new();
    rig.feed(GET_BIG);
    assert!(rig.wire.borrow().ahead.is_empty());
}

#[test]
fn a_large_file_goes_out_some_at_a_time() {
    let length = 10_000_000;
    let mut rig = Rig::new();
    rig.context.documents.add("huge.bin", pattern(length));
    let head = ok_head("application/octet-stream", &kept(997), length);
    let mut progress = rig.feed(GET_BIG.replace("big", "huge"));
    let mut before = 0;
    for step in 1..=length / SEND_BUDGET {
        assert_eq!(progress.next, NextStep::Yield, "turn {step}");
        assert_eq!(progress.deadline, Some(Deadline::Stall), "turn {step}");
        let after = rig.wire.borrow().output.len();
        // The head may count or not.
        let bounds = SEND_BUDGET..=SEND_BUDGET + head.len();
        let sent = after - before;
        assert!(bounds.contains(&sent), "{sent} bytes in turn {step}");
        before = after;
        progress = rig.advance();
    }
    assert_eq!((progress.next, rig.state()), (NextStep::Wait, "idle"));
    let expected = [head, pattern(length)].concat();
    assert_same(&rig.take_output(), &expected, "all of it");
    let row = format!("GET /huge.bin huge.bin 200 {length} complete");
    assert_eq!(rig.take_outcomes(), [row]);
}

/// The bytes of a turn are bounded whatever they are bytes of.
#[test]
fn small_responses_count_towards_the_bytes_of_a_turn() {
    let length = 16 * 1024;
    let mut rig = Rig::new();
    rig.context.documents.add("page.bin", pattern(length));
    let head = ok_head("application/octet-stream", &kept(997), length);
    rig.wire.borrow_mut().arrive(
        GET_SMALL
            .replace("small.txt", "page.bin")
            .repeat(32)
            .as_bytes(),
    );
    let mut progress = rig.event(READABLE);
    let mut sent = 0;
    loop {
        let now = rig.wire.borrow().output.len();
        let most = SEND_BUDGET + head.len() + length;
        assert!(now - sent <= most, "{} bytes in one turn", now - sent);
        sent = now;
        if progress.next != NextStep::Yield {
            break;
        }
        progress = rig.advance();
    }
    assert_eq!((progress.next, rig.state()), (NextStep::Wait, "idle"));
    assert_eq!(responses(&rig.take_output()).len(), 32);
}

/// What was read beyond a request is answered after it, and what is still in the socket after
/// that.
#[test]
fn what_comes_while_a_response_is_on_its_way_is_answered_after_it() {
    let mut rig = Rig::new();
    rig.wire.borrow_mut().room = 1_000;
    rig.feed([GET_BIG, GET_SMALL, "GET /sm"].concat());
    rig.feed("all.txt HTTP/1.1\r\nHost: h\r\n\r\n");
    rig.feed(LAST_SMALL);
    assert_eq!(rig.wire.borrow().reads, 1);
    let State::Responding(pending) = &rig.connection.state else {
        panic!("{}", rig.state());
    };
    assert_eq!(
        *pending.leftover,
        *[GET_SMALL, "GET /sm"].concat().as_bytes()
    );
    rig.run(1_000);
    let expected = [
        crate::testing::big(&kept(997)),
        small(&kept(996)),
        small(&kept(995)),
        small(CLOSE),
    ]
    .concat();
    assert_same(&rig.take_output(), &expected, "in order");
    let rows = [GET_BIG_ROW, GET_SMALL_ROW, GET_SMALL_ROW, GET_SMALL_ROW];
    assert_eq!(rig.take_outcomes(), rows);
    assert_eq!(rig.state(), "closed");
}

/// A lingering close throws away whatever comes, a share of it in each step.
#[test]
fn a_lingering_close_throws_input_away_in_shares() {
    const INPUT: usize = 8 * 1024 * 1024;
    let mut rig = Rig::new();
    rig.feed(LAST_AND_MORE);
    assert_eq!(rig.state(), "closing");
    rig.wire.borrow_mut().arrive(&vec![b'x'; INPUT]);
    let mut next = rig.event(READABLE).next;
    let mut steps = 1;
    while next == NextStep::Yield {
        next = rig.advance().next;
        steps += 1;
    }
    assert_eq!((next, rig.state()), (NextStep::Wait, "closing"));
    assert_eq!(steps, INPUT / SEND_BUDGET + 1);
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
}

/// What other connections have sent in a stage counts for what is thrown away, too.
#[test]
fn a_lingering_close_waits_when_the_stage_has_spent_its_budget() {
    let mut rig = Rig::new();
    rig.feed(LAST_AND_MORE);
    rig.wire.borrow_mut().arrive(b"x");
    rig.wire.borrow_mut().tell(READABLE);
    rig.connection.mark_ready(READABLE);
    rig.context.send_budget.spend(STAGE_SEND_BUDGET);
    let reads = rig.wire.borrow().reads;
    let progress = rig.advance_in_this_stage();
    assert_eq!(progress.next, NextStep::Yield);
    assert_eq!(rig.wire.borrow().reads, reads);
}
