//! The two remembered bits, and that no call is made that can only block.

use super::*;
use crate::testing::{BIG, big, kept, small};

/// Readable, writable, and the calls so far: reads, writes, pieces of files.
fn look(rig: &Rig) -> (bool, bool, [usize; 3]) {
    let wire = rig.wire.borrow();
    let ready = rig.connection.ready;
    let calls = [wire.reads, wire.writes, wire.sends];
    (ready.readable, ready.writable, calls)
}

#[test]
fn a_request_costs_one_read_and_one_write() {
    let mut rig = Rig::new();
    assert_eq!(look(&rig), (false, true, [0, 0, 0]));
    for step in 1..=3 {
        rig.feed(GET_SMALL);
        // The short read has drained the socket; nobody asks it again.
        assert_eq!(look(&rig), (false, true, [step, step, 0]));
        // Nor without an event.
        rig.advance();
        rig.event(WRITABLE);
        assert_eq!(look(&rig), (false, true, [step, step, 0]));
    }
    // Pipelined ones share the read.
    rig.feed(GET_SMALL.repeat(10));
    assert_eq!(look(&rig), (false, true, [4, 13, 0]));
}

#[test]
fn a_file_costs_a_write_for_its_head_and_one_for_its_body() {
    let mut rig = Rig::new();
    rig.feed(GET_BIG);
    assert_eq!(look(&rig), (false, true, [1, 1, 1]));
}

#[test]
fn a_full_read_is_followed_by_another() {
    let mut rig = Rig::new();
    let request = filling();
    assert_eq!(request.len(), DEFAULT_HEAD_MAX);
    rig.feed(&request);
    assert_eq!(look(&rig), (false, true, [2, 1, 0]));
    // A kept beginning takes its part of the room.
    let (before, after) = request.split_at(100);
    rig.feed(before);
    assert_eq!(look(&rig), (false, true, [3, 1, 0]));
    rig.feed(after);
    assert_eq!(look(&rig), (false, true, [5, 2, 0]));
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW, GET_SMALL_ROW]);
}

/// After the peer's end a short read leaves that end to be read, and no event may tell of it.
#[test]
fn a_short_read_after_the_peers_end_is_followed_by_another() {
    let mut rig = Rig::new();
    rig.wire.borrow_mut().arrive(GET_SMALL.as_bytes());
    rig.wire.borrow_mut().end();
    let progress = rig.event(HALF_CLOSED);
    assert_eq!(progress.next, NextStep::Close(CloseReason::Peer));
    let wire = rig.wire.borrow();
    assert_eq!([wire.reads, wire.writes], [2, 1]);
    assert_same(&wire.output, &small(&kept(997)), "half-closed");
}

#[test]
fn an_event_without_input_clears_the_bit() {
    let mut rig = Rig::new();
    let nothing = Progress {
        next: NextStep::Wait,
        deadline: None,
    };
    assert_eq!(rig.event(READABLE), nothing);
    assert_eq!(look(&rig), (false, true, [1, 0, 0]));
    assert_eq!(rig.advance(), nothing);
    assert_eq!(look(&rig), (false, true, [1, 0, 0]));
}

#[test]
fn a_short_write_clears_the_bit() {
    let whole = small(&kept(997)).len();
    let mut rig = Rig::new();
    rig.wire.borrow_mut().room = 10;
    rig.feed(GET_SMALL);
    assert_eq!(look(&rig), (false, false, [1, 1, 0]));
    // What comes meanwhile is left in the socket: the answers before it go first.
    rig.feed(GET_SMALL);
    assert_eq!(look(&rig), (true, false, [1, 1, 0]));
    // A short one again, then one that finds no room at all.
    rig.give_room(10);
    assert_eq!(look(&rig), (true, false, [1, 2, 0]));
    rig.give_room(0);
    assert_eq!(look(&rig), (true, false, [1, 3, 0]));
    // The rest exactly, head and body in a write each: the bit stays, and the next request meets a
    // full queue.
    rig.give_room(whole - 20);
    assert_eq!(look(&rig), (false, false, [2, 6, 0]));
    rig.give_room(usize::MAX);
    assert_eq!(look(&rig), (false, true, [2, 8, 0]));
    let expected = [small(&kept(997)), small(&kept(996))].concat();
    assert_same(&rig.take_output(), &expected, "both");
}

#[test]
fn a_file_waits_for_room_too() {
    let head = big(&kept(997)).len() - BIG;
    let mut rig = Rig::new();
    // A short head: the body is not tried.
    rig.wire.borrow_mut().room = head - 1;
    rig.feed(GET_BIG);
    assert_eq!(look(&rig), (false, false, [1, 1, 0]));
    // The head's last byte, and a piece of the body. A short piece may mean that the file has
    // ended, so the next call must tell: it would block.
    rig.give_room(1 + 5_000);
    assert_eq!(look(&rig), (false, false, [1, 2, 2]));
    rig.advance();
    assert_eq!(look(&rig), (false, false, [1, 2, 2]));
    rig.give_room(usize::MAX);
    assert_eq!(look(&rig), (false, true, [1, 2, 3]));
    assert_same(&rig.take_output(), &big(&kept(997)), "whole");
}

/// A queue that was full stays full until an event says otherwise, for the next request as well.
#[test]
fn a_request_that_meets_a_full_queue_does_not_try_it() {
    let mut rig = Rig::new();
    rig.connection.ready.writable = false;
    rig.wire.borrow_mut().told.writable = false;
    rig.feed(GET_SMALL);
    assert_eq!(look(&rig), (false, false, [1, 0, 0]));
    assert_eq!(rig.state(), "responding");
    rig.event(WRITABLE);
    assert_eq!(look(&rig), (false, true, [1, 2, 0]));
    assert_same(&rig.take_output(), &small(&kept(997)), "late");
}
