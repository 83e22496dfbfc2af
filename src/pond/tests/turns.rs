//! Who has a turn: names that can't be mistaken, and fairness.

use super::*;
use crate::config::{PHASE_SEND_BUDGET, RequestsPrinted, SEND_BUDGET};
use crate::shared::RequestLines;
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
    assert_eq!(new.key.slot, old.key.slot);
    assert_ne!(new.key.serial, old.key.serial);
    // There is a request, but the event is not for this one.
    new.wire.borrow_mut().arrive(GET_SMALL.as_bytes());
    rig.event(&old, READABLE);
    rig.event(&old, HALF_CLOSED);
    assert_eq!(new.wire.borrow().calls(), 0);
    rig.event(&new, READABLE);
    assert_same(&new.wire.borrow().output, &small(&kept(997)), "new");

    // A slot that nobody uses.
    let nobody = Client {
        key: Key {
            slot: 77,
            serial: 0,
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
    assert_eq!(rig.pond.ready.len(), 1);
    rig.pond.close(old.key.slot, Cause::Reset);
    let new = rig.arrive();
    assert_eq!(new.key.slot, old.key.slot);
    new.wire.borrow_mut().arrive(GET_SMALL.as_bytes());
    rig.run_ready();
    assert_eq!(new.wire.borrow().calls(), 0);
    assert!(rig.pond.ready.is_empty());
}

#[test]
fn serials_wrap() {
    let mut rig = Rig::new();
    rig.pond.next_serial = u32::MAX;
    let last = rig.arrive();
    let first = rig.arrive();
    assert_eq!([last.key.serial, first.key.serial], [u32::MAX, 0]);
    rig.send(&last, GET_SMALL);
    rig.send(&first, GET_SMALL);
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW; 2]);
}

/// Two large downloads share the turns evenly, and a small request does not wait for either.
#[test]
fn large_downloads_take_turns() {
    let length = 10 * SEND_BUDGET - 1_000;
    let mut rig = Rig::new();
    let documents = &mut rig.pond.shared_mut().documents;
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
        assert_eq!(rig.pond.wake_at(), Some(Duration::ZERO), "turn {turn}");
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
    assert!(rig.pond.ready.is_empty());
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

/// A turn as a whole has a budget too; whoever comes after it is used up waits in the queue, and
/// nobody waits longer than the others.
#[test]
fn a_turn_is_bounded_however_many_want_something() {
    let length = 4 * SEND_BUDGET;
    let mut rig = Rig::new();
    let documents = &mut rig.pond.shared_mut().documents;
    documents.add("huge.bin", pattern(length));
    let clients: Vec<Client> = (0..40).map(|_| rig.arrive()).collect();
    let shares = |clients: &[Client]| -> Vec<usize> {
        let share = |client: &Client| client.wire.borrow().output.len() / SEND_BUDGET;
        clients.iter().map(share).collect()
    };
    for client in &clients {
        rig.send(client, GET_BIG.replace("big", "huge"));
    }
    let mut before = 0;
    for _ in 0..20 {
        let found = shares(&clients);
        let sum: usize = found.iter().sum();
        assert!((sum - before) * SEND_BUDGET <= PHASE_SEND_BUDGET + SEND_BUDGET);
        before = sum;
        let (least, most) = (found.iter().min().unwrap(), found.iter().max().unwrap());
        // Those whom the first turn served stand before those for whom it was full.
        assert!(most - least <= 2, "{found:?}");
        if rig.pond.ready.is_empty() {
            break;
        }
        assert_eq!(rig.pond.wake_at(), Some(Duration::ZERO));
        rig.run_ready();
    }
    let huge = format!("GET /huge.bin huge.bin 200 {length} complete");
    assert_eq!(rig.take_outcomes(), vec![huge; 40]);
}

/// What events bring may fill every turn. Those whom an earlier turn was too full for still have
/// theirs.
#[test]
fn events_do_not_keep_the_queue_waiting() {
    let target = "x".repeat(7_000);
    let flood = GET_SMALL.replace("small.txt", &target);
    let mut rig = Rig::new();
    let greedy: Vec<Client> = (0..10).map(|_| rig.arrive()).collect();
    let modest = rig.arrive();
    let mut turns = 0;
    while modest.wire.borrow().output.is_empty() {
        // The greedy have something new in each turn, told before all else.
        for client in &greedy {
            rig.send(client, &flood);
        }
        if turns == 0 {
            rig.send(&modest, GET_SMALL);
        }
        rig.pond.run_ready();
        rig.turn();
        turns += 1;
        assert!(turns <= 20, "one request has waited for {turns} turns");
    }
}

/// Bytes are bytes, be they those of large files or of many small ones.
#[test]
fn small_responses_count_towards_the_bytes_of_a_turn() {
    let length = 16 * 1024;
    let mut rig = Rig::new();
    rig.pond.shared_mut().lines = RequestLines::new(RequestsPrinted::No);
    let documents = &mut rig.pond.shared_mut().documents;
    documents.add("page.bin", pattern(length));
    let clients: Vec<Client> = (0..20).map(|_| rig.arrive()).collect();
    let sent = |clients: &[Client]| -> usize {
        let of = |client: &Client| client.wire.borrow().output.len();
        clients.iter().map(of).sum()
    };
    for client in &clients {
        let request = GET_SMALL.replace("small.txt", "page.bin");
        rig.send(client, request.repeat(32));
    }
    let mut before = 0;
    loop {
        let now = sent(&clients);
        // Everyone gets one answer, however full the turn is.
        let most = PHASE_SEND_BUDGET + SEND_BUDGET + 20 * (length + 1_000);
        assert!(now - before <= most, "{} bytes in one turn", now - before);
        before = now;
        if rig.pond.ready.is_empty() {
            break;
        }
        rig.run_ready();
    }
    assert_eq!(rig.take_outcomes().len(), 20 * 32);
}

/// Nor do rows and lines pile up without bound: a turn ends early to write them out.
#[test]
fn rows_and_lines_of_a_turn_are_bounded() {
    let target = "x".repeat(4_000);
    let request = GET_SMALL.replace("small.txt", &target);
    let mut rig = Rig::new();
    let clients: Vec<Client> = (0..30).map(|_| rig.arrive()).collect();
    for client in &clients {
        rig.send(client, request.repeat(2));
    }
    let mut answered = 0;
    loop {
        let bytes = rig.pond.shared().lines.as_bytes().len();
        assert!(bytes <= 32 * 1024 + 2 * 4_100, "{bytes} bytes of lines");
        answered += rig.take_outcomes().len();
        if rig.pond.ready.is_empty() {
            break;
        }
        rig.run_ready();
    }
    assert_eq!(answered, 60);
}

/// A stop, or a deadline, gives a turn to one that stands in the queue already.
#[test]
fn a_turn_out_of_turn_does_not_queue_twice() {
    let length = 4 * SEND_BUDGET;
    let mut rig = Rig::new();
    let documents = &mut rig.pond.shared_mut().documents;
    documents.add("huge.bin", pattern(length));
    let client = rig.arrive();
    rig.send(&client, GET_BIG.replace("big", "huge"));
    assert_eq!(rig.pond.ready, [client.key]);
    rig.at(40_000);
    rig.expire(&[&client]);
    assert_eq!(rig.pond.ready, [client.key]);
    rig.stop(&[]);
    assert_eq!(rig.pond.ready, [client.key]);
    while !rig.pond.ready.is_empty() {
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
    while !rig.pond.ready.is_empty() {
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

#[test]
fn every_response_has_one_row_however_it_ends() {
    let mut rig = Rig::new();
    // Whole; broken off by the peer; by a shrinking file; by the end of the server.
    let whole = rig.arrive_busy();
    let broken = rig.arrive_busy();
    let abandoned = rig.arrive_busy();
    let idle = rig.arrive_idle();
    let shrunk = rig.arrive_busy();
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);

    rig.give_room(&whole, usize::MAX);
    assert_eq!(rig.take_outcomes(), [GET_BIG_ROW]);
    broken.wire.borrow_mut().breaks_at = Some((1_000, std::io::ErrorKind::BrokenPipe));
    rig.give_room(&broken, usize::MAX);
    let body = 1_000 - ok_head("application/octet-stream", &kept(997), 20_000).len();
    let row = |outcome: &str| format!("GET /big.bin big.bin 200 {body} {outcome}");
    assert_eq!(rig.take_outcomes(), [row("reset")]);
    let file = rig.pond.shared().documents.file("big.bin");
    file.borrow_mut().clear();
    rig.give_room(&shrunk, usize::MAX);
    assert_eq!(rig.take_outcomes(), [row("file-shrank")]);
    assert!(rig.is_open(&abandoned) && rig.is_open(&idle));
    rig.pond.close_all();
    rig.check();
    assert_eq!(rig.take_outcomes(), [row("stopped")]);
    assert!(rig.pond.is_empty());
    rig.assert_closed("file-shrank 1, reset 1, stopped 3");
    assert_eq!(rig.pond.accepted(), 5);
    assert_eq!(rig.pond.shared().log.recorded(), 5);
    assert_eq!(rig.pond.wake_at(), None);
}

#[test]
fn stop_closes_the_idle_and_lets_the_busy_finish() {
    let mut rig = Rig::new();
    let silent = rig.arrive();
    let partial = rig.arrive();
    rig.send(&partial, "GET /");
    let idle = rig.arrive_idle();
    let asked = rig.arrive_idle();
    asked.wire.borrow_mut().arrive(GET_SMALL.as_bytes());
    let busy = rig.arrive_busy();
    rig.take_outcomes();

    // The busy one has no event to come: its bit of readable stays as it is.
    rig.stop(&[&silent, &partial, &idle, &asked]);
    for client in [&silent, &partial, &idle] {
        assert!(!rig.is_open(client));
        assert_eq!(client.wire.borrow().output, b"");
    }
    rig.assert_closed("stopped 3");
    assert_same(
        &asked.wire.borrow().output,
        &small(crate::testing::CLOSE),
        "asked",
    );
    assert_eq!(rig.deadline_of(&asked), Some(Deadline::Closing));
    assert_eq!(rig.deadline_of(&busy), Some(Deadline::Stall));

    rig.give_room(&busy, usize::MAX);
    assert_eq!(rig.deadline_of(&busy), Some(Deadline::Closing));
    rig.end(&busy);
    rig.end(&asked);
    assert!(rig.pond.is_empty());
    rig.assert_closed("stopped 5");
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW, GET_BIG_ROW]);
}
