//! Requests for files that there is no descriptor for.

use super::*;
use crate::testing::{CLOSE, big, kept};

#[test]
fn an_idle_connection_gives_its_descriptor() {
    let mut rig = Rig::new();
    let oldest = rig.arrive_idle();
    let idle = rig.arrive_idle();
    rig.at(1_000);
    let asking = rig.arrive();
    rig.take_outcomes();
    rig.table.context_mut().documents.out_of_descriptors = 1;
    rig.send(&asking, GET_SMALL);
    assert!(!rig.is_open(&oldest) && rig.is_open(&idle));
    // It has its next turn at once.
    assert_eq!(rig.table.next_timeout(), Some(Duration::from_secs(1)));
    assert_same(&asking.wire.borrow().output, b"", "not yet");
    rig.run_ready();
    let answer = rig.small_now(&kept(997));
    assert_same(&asking.wire.borrow().output, &answer, "answered");
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
    rig.assert_closed("evicted 1");
    // The next request may ask again.
    rig.table.context_mut().documents.out_of_descriptors = 1;
    rig.send(&asking, GET_SMALL);
    rig.assert_closed("evicted 2");
    rig.run_ready();
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
}

/// One request costs one connection at most, however often it has to try.
#[test]
fn one_request_evicts_once() {
    let mut rig = Rig::new();
    let idle: Vec<Client> = (0..5).map(|_| rig.arrive_idle()).collect();
    rig.at(1_000);
    let asking = rig.arrive();
    rig.take_outcomes();
    rig.table.context_mut().documents.out_of_descriptors = 4;
    rig.send(&asking, GET_SMALL);
    for number in 1..10 {
        rig.at(1_000 + 100 * number);
        rig.run_ready();
    }
    assert_eq!(idle.iter().filter(|one| rig.is_open(one)).count(), 4);
    rig.assert_closed("evicted 1");
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
}

/// One that asks is not idle, even if it was the oldest of all a moment ago. It waits, and does not
/// make the loop spin.
#[test]
fn whoever_finds_no_room_waits_for_it() {
    let mut rig = Rig::new();
    let asking = rig.arrive_idle();
    rig.at(1_000);
    rig.table.context_mut().documents.out_of_descriptors = 1;
    rig.send(&asking, GET_SMALL);
    assert!(rig.is_open(&asking));
    assert_eq!(rig.deadline_of(&asking), Some(Deadline::Head));
    assert_eq!(rig.table.next_timeout(), Some(Duration::from_millis(1_100)));
    // More of its input does not bring its turn.
    let calls = asking.wire.borrow().calls();
    rig.send(&asking, GET_BIG);
    assert_eq!(asking.wire.borrow().calls(), calls);
    rig.at(1_100);
    rig.run_ready();
    let mut expected = rig.small_now(&kept(996));
    expected.extend(rig.now_in(big(&kept(995))));
    assert_same(&asking.wire.borrow().output, &expected, "both");
    let rows = [GET_SMALL_ROW, GET_SMALL_ROW, GET_BIG_ROW];
    assert_eq!(rig.take_outcomes(), rows);
}

/// It waits until its head's deadline, and is then tried a last time. If that fails, it ends
/// without an answer: neither a 404, which caches keep, nor a 400.
#[test]
fn it_waits_no_longer_than_its_heads_deadline() {
    for out_of_descriptors in [true, false] {
        let mut rig = Rig::new();
        let asking = rig.arrive();
        rig.at(1_000);
        rig.table.context_mut().documents.out_of_descriptors = usize::MAX;
        rig.send(&asking, GET_SMALL);
        for number in 1..100 {
            rig.at(1_000 + 100 * number);
            rig.run_ready();
            rig.handle_timeouts(&[]);
            assert_eq!(rig.deadline_of(&asking), Some(Deadline::Head));
        }
        if !out_of_descriptors {
            rig.table.context_mut().documents.out_of_descriptors = 0;
        }
        rig.at(11_000);
        rig.handle_timeouts(&[&asking]);
        if out_of_descriptors {
            assert_same(&asking.wire.borrow().output, b"", "no answer");
            rig.assert_closed("exhausted 1");
            assert_eq!(rig.take_outcomes(), [""; 0]);
        } else {
            let expected = rig.small_now(&kept(997));
            assert_same(&asking.wire.borrow().output, &expected, "answered");
            assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
            assert_eq!(rig.deadline_of(&asking), Some(Deadline::Idle));
            // It is a connection like any other again.
            rig.send(&asking, LAST_SMALL);
            rig.run_ready();
            assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
        }
    }
}

/// At the bound, large files wait their turn until descriptors are free; small ones, whose
/// descriptor is given back at once, do not.
#[test]
fn large_files_wait_for_descriptors() {
    // Sixteen are for files and for connections beyond the bound.
    let mut rig = Rig::with(Limits {
        max_descriptors: 0,
        ..Limits::default()
    });
    let busy: Vec<Client> = (0..8).map(|_| rig.arrive_busy()).collect();
    assert_eq!(rig.table.context().descriptors.left_for_files(), 0);
    let asking = [rig.arrive(), rig.arrive()];
    for client in &asking {
        rig.send(client, GET_BIG);
    }
    let modest = rig.arrive();
    rig.send(&modest, GET_SMALL);
    rig.end(&modest);
    assert_same(&modest.wire.borrow().output, &small(&kept(997)), "small");
    rig.take_outcomes();

    let lookups = |rig: &Rig| rig.table.context().documents.lookups;
    let before = lookups(&rig);
    rig.run_ready();
    assert_eq!(lookups(&rig), before, "there is nothing to try for");
    // In time one of them is tried in any case: the shortage may have been the whole system's.
    rig.at(100);
    rig.run_ready();
    assert_eq!(lookups(&rig), before + 1);
    rig.run_ready();
    assert_eq!(lookups(&rig), before + 1);

    // Two connections end in mid-answer, with their files: that is room for two.
    for client in &busy[..2] {
        let at = client.wire.borrow().output.len();
        client.wire.borrow_mut().breaks_at = Some((at, std::io::ErrorKind::BrokenPipe));
        rig.give_room(client, usize::MAX);
    }
    rig.run_ready();
    for client in &asking {
        let expected = rig.now_in(big(&kept(997)));
        assert_same(&client.wire.borrow().output, &expected, "large");
    }
    assert!(rig.table.fd_waiters.is_empty());
}

/// Found when the server stops, too: a connection evicted for it is no longer there to be stopped.
#[test]
fn exhausted_while_stopping() {
    let mut rig = Rig::new();
    let asking = rig.arrive_idle();
    let idle = rig.arrive_idle();
    rig.at(1_000);
    // Its answer makes the asking one the younger of the two.
    rig.send(&asking, GET_SMALL);
    asking.wire.borrow_mut().output.clear();
    asking.wire.borrow_mut().arrive(GET_SMALL.as_bytes());
    rig.table.context_mut().documents.out_of_descriptors = 1;
    rig.stop(&[&asking, &idle]);
    rig.assert_closed("evicted 1");
    rig.run_ready();
    let expected = rig.small_now(CLOSE);
    assert_same(&asking.wire.borrow().output, &expected, "the last answer");
    assert_eq!(rig.deadline_of(&asking), Some(Deadline::Closing));
}
