//! Who has a turn: names that can't be mistaken, and fairness.

use super::*;
use crate::connection::step::SEND_BUDGET;
use crate::testing::{kept, ok_head};

/// An event that was on its way to a connection that is gone reaches nobody.
#[test]
fn a_slot_used_again_is_another_connection() {
    let mut rig = Rig::new();
    let old = rig.arrive();
    rig.end(&old);
    assert!(!rig.is_open(&old));
    rig.assert_closed("peer 1");

    let new = rig.arrive();
    assert_eq!(new.id.slot, old.id.slot);
    assert_ne!(new.id.generation, old.id.generation);
    // There is a request, but the event is not for this one.
    new.wire.borrow_mut().arrive(GET_SMALL.as_bytes());
    rig.event(&old, READABLE);
    rig.event(&old, HALF_CLOSED);
    assert_eq!(new.wire.borrow().calls(), 0);
    rig.event(&new, READABLE);
    assert_same(&new.wire.borrow().output, &small(&kept(997)), "new");

    // A slot that nobody uses.
    let nobody = Client {
        id: ConnectionId {
            slot: 77,
            generation: 0,
        },
        wire: Wire::new(),
    };
    rig.event(&nobody, READABLE);
}

/// The same for a turn that was to come.
#[test]
fn a_turn_in_the_queue_does_not_pass_to_the_next_in_the_slot() {
    let mut rig = Rig::new();
    let old = rig.arrive();
    rig.send(&old, GET_SMALL.repeat(40));
    assert_eq!(rig.table.ready.len(), 1);
    rig.table.close(old.id.slot, CloseReason::Reset);
    let new = rig.arrive();
    assert_eq!(new.id.slot, old.id.slot);
    new.wire.borrow_mut().arrive(GET_SMALL.as_bytes());
    rig.run_ready();
    assert_eq!(new.wire.borrow().calls(), 0);
    assert!(rig.table.ready.is_empty());
}

#[test]
fn serials_wrap() {
    let mut rig = Rig::new();
    rig.table.next_generation = u32::MAX;
    let last = rig.arrive();
    let first = rig.arrive();
    assert_eq!([last.id.generation, first.id.generation], [u32::MAX, 0]);
    rig.send(&last, GET_SMALL);
    rig.send(&first, GET_SMALL);
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW; 2]);
}

/// Two large downloads share the turns evenly, and a small request does not wait for either.
#[test]
fn large_downloads_take_turns() {
    let length = 10 * SEND_BUDGET - 1_000;
    let mut rig = Rig::new();
    let documents = &mut rig.table.context_mut().documents;
    documents.add("huge.bin", pattern(length));
    let request = GET_BIG.replace("big", "huge");
    let greedy = [rig.arrive(), rig.arrive()];
    for client in &greedy {
        rig.send(client, &request);
    }
    let head = ok_head("application/octet-stream", &kept(997), length).len();
    let sent = |client: &Client| client.wire.borrow().output.len();
    let mut modest = Vec::new();
    for turn in 1..10 {
        for client in &greedy {
            // The head may count or not, and the second may come a turn after the first.
            let fair = (turn - 1) * SEND_BUDGET..=turn * SEND_BUDGET + head;
            let sent = sent(client);
            assert!(fair.contains(&sent), "{sent} bytes by turn {turn}");
        }
        // As long as somebody is ready, nobody sleeps.
        assert_eq!(
            rig.table.next_timeout(),
            Some(Duration::ZERO),
            "turn {turn}"
        );
        // Events that come meanwhile bring no turn beyond the one in the queue.
        for client in &greedy {
            let before = sent(client);
            rig.event(client, WRITABLE);
            assert_eq!(sent(client), before, "turn {turn}");
        }
        let client = rig.arrive();
        rig.send(&client, GET_SMALL);
        rig.run_ready();
        assert_same(&client.wire.borrow().output, &small(&kept(997)), "modest");
        modest.push(client);
    }
    rig.run_ready();
    assert!(rig.table.ready.is_empty());
    for client in &greedy {
        assert_eq!(rig.deadline_of(client), Some(Deadline::Idle));
        let output = client.wire.borrow().output.clone();
        assert!(responses(&output)[0].body == pattern(length));
    }
    let rows = rig.take_outcomes();
    let huge = format!("GET /huge.bin huge.bin 200 {length} complete");
    assert_eq!(rows.iter().filter(|row| **row == huge).count(), 2);
    assert_eq!(rows.iter().filter(|row| *row == GET_SMALL_ROW).count(), 9);
}

/// A stop, or a deadline, gives a turn to one that stands in the queue already.
#[test]
fn a_turn_out_of_turn_does_not_queue_twice() {
    let length = 4 * SEND_BUDGET;
    let mut rig = Rig::new();
    let documents = &mut rig.table.context_mut().documents;
    documents.add("huge.bin", pattern(length));
    let client = rig.arrive();
    rig.send(&client, GET_BIG.replace("big", "huge"));
    assert_eq!(
        (rig.table.ready.len(), rig.table.ready.count(client.id)),
        (1, 1)
    );
    rig.at(40_000);
    rig.handle_timeouts(&[&client]);
    assert_eq!(
        (rig.table.ready.len(), rig.table.ready.count(client.id)),
        (1, 1)
    );
    rig.stop(&[]);
    assert_eq!(
        (rig.table.ready.len(), rig.table.ready.count(client.id)),
        (1, 1)
    );
    while !rig.table.ready.is_empty() {
        rig.run_ready();
    }
    assert_eq!(rig.deadline_of(&client), Some(Deadline::Closing));
    let row = format!("GET /huge.bin huge.bin 200 {length} complete");
    assert_eq!(rig.take_outcomes(), [row]);
}

/// Whoever yields goes to the back, so that the order within a turn is the order of coming.
#[test]
fn the_ready_queue_goes_round() {
    let mut rig = Rig::new();
    let clients = [rig.arrive(), rig.arrive(), rig.arrive()];
    for client in &clients {
        rig.send(client, GET_SMALL.repeat(70));
    }
    let mut turns = 0;
    while !rig.table.ready.is_empty() {
        let answered = clients.each_ref().map(|client| {
            let output = client.wire.borrow().output.clone();
            responses(&output).len()
        });
        let (least, most) = (
            answered.iter().min().unwrap(),
            answered.iter().max().unwrap(),
        );
        assert!(most - least <= 32, "{answered:?}");
        rig.run_ready();
        turns += 1;
    }
    assert!(turns <= 3, "{turns} turns");
    for client in &clients {
        let expected: Vec<u8> = (0..70)
            .flat_map(|number| small(&kept(997 - number)))
            .collect();
        assert!(client.wire.borrow().output == expected);
    }
    assert_eq!(rig.take_outcomes().len(), 210);
}
