//! What all connections together may do in one turn.

use super::*;
use crate::connection::context::STAGE_SEND_BUDGET;
use crate::connection::step::SEND_BUDGET;
use crate::log::request_lines::RequestLines;

/// A turn as a whole has a budget too; whoever comes after it is used up waits in the queue, and
/// nobody waits longer than the others.
#[test]
fn a_turn_is_bounded_however_many_want_something() {
    let length = 4 * SEND_BUDGET;
    let mut rig = Rig::new();
    let documents = &mut rig.table.context_mut().documents;
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
        assert!((sum - before) * SEND_BUDGET <= STAGE_SEND_BUDGET + SEND_BUDGET);
        before = sum;
        let (least, most) = (found.iter().min().unwrap(), found.iter().max().unwrap());
        // Those whom the first turn served stand before those for whom it was full.
        assert!(most - least <= 2, "{found:?}");
        if rig.table.ready.is_empty() {
            break;
        }
        assert_eq!(rig.table.next_timeout(), Some(Duration::ZERO));
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
        rig.table.run_ready();
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
    rig.table.context_mut().lines = RequestLines::new(false);
    let documents = &mut rig.table.context_mut().documents;
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
        let most = STAGE_SEND_BUDGET + SEND_BUDGET + 20 * (length + 1_000);
        assert!(now - before <= most, "{} bytes in one turn", now - before);
        before = now;
        if rig.table.ready.is_empty() {
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
        let bytes = rig.table.context().lines.as_bytes().len();
        assert!(bytes <= 32 * 1024 + 2 * 4_100, "{bytes} bytes of lines");
        answered += rig.take_outcomes().len();
        if rig.table.ready.is_empty() {
            break;
        }
        rig.run_ready();
    }
    assert_eq!(answered, 60);
}

/// Downloads of four shares each, all asked for in one turn.
fn downloads(rig: &mut Rig, count: usize) -> Vec<Client> {
    let documents = &mut rig.table.context_mut().documents;
    documents.add("huge.bin", pattern(4 * SEND_BUDGET));
    let clients: Vec<Client> = (0..count).map(|_| rig.arrive()).collect();
    for client in &clients {
        ask(rig, client, &GET_BIG.replace("big", "huge"));
    }
    clients
}

/// An event alone, without the ready queue's part of the turn.
fn ask(rig: &mut Rig, client: &Client, request: &str) {
    client.wire.borrow_mut().arrive(request.as_bytes());
    client.wire.borrow_mut().tell(READABLE);
    rig.table.event(client.id, READABLE);
    rig.check();
}

fn shares(clients: &[Client]) -> usize {
    let share = |client: &Client| client.wire.borrow().output.len() / SEND_BUDGET;
    clients.iter().map(share).sum()
}

const PHASE_SHARES: usize = STAGE_SEND_BUDGET / SEND_BUDGET;

/// Events and the ready queue have a budget each, new in every turn: neither can use up what
/// belongs to the other.
#[test]
fn each_phase_of_a_turn_has_its_own_budget() {
    let mut rig = Rig::new();
    let clients = downloads(&mut rig, 3 * PHASE_SHARES);
    assert_eq!(shares(&clients), PHASE_SHARES, "events");
    rig.table.run_ready();
    assert_eq!(shares(&clients), 2 * PHASE_SHARES, "ready queue");
    rig.run_ready();
    assert_eq!(shares(&clients), 3 * PHASE_SHARES, "the next turn");
    // The queue has used up its budget; the events of the turn after have theirs.
    rig.turn();
    let late = [rig.arrive()];
    ask(&mut rig, &late[0], &GET_BIG.replace("big", "huge"));
    assert_eq!(shares(&late), 1, "late");
}

/// Requests come first: whoever is in the middle of an answer goes on from the queue.
#[test]
fn an_answer_under_way_goes_on_from_the_queue() {
    let mut rig = Rig::new();
    let busy = rig.arrive_busy();
    busy.wire.borrow_mut().room = usize::MAX;
    busy.wire.borrow_mut().tell(WRITABLE);
    let writes = busy.wire.borrow().calls();
    rig.table.event(busy.id, WRITABLE);
    rig.check();
    assert_eq!(busy.wire.borrow().calls(), writes);
    // This one comes later in the turn, and has its answer earlier.
    let modest = rig.arrive();
    ask(&mut rig, &modest, GET_SMALL);
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
    rig.table.run_ready();
    assert_eq!(rig.take_outcomes(), [GET_BIG_ROW]);
}

/// Once the crowd is gone, nobody queues up behind it.
#[test]
fn a_crowd_passes() {
    let target = "x".repeat(7_000);
    let mut rig = Rig::new();
    let crowd: Vec<Client> = (0..20).map(|_| rig.arrive()).collect();
    for client in &crowd {
        ask(&mut rig, client, &GET_SMALL.replace("small.txt", &target));
    }
    let mut turns = 0;
    while !rig.table.ready.is_empty() {
        rig.run_ready();
        turns += 1;
    }
    assert!((2..20).contains(&turns), "{turns} turns");
    assert_eq!(rig.take_outcomes().len(), 20);
    let modest = rig.arrive();
    ask(&mut rig, &modest, GET_SMALL);
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
}

/// A stall deadline's one try is made whatever the others have sent.
#[test]
fn the_last_write_is_tried_in_a_full_turn() {
    let mut rig = Rig::new();
    let stalled = rig.arrive_busy();
    rig.at(30_000);
    let clients = downloads(&mut rig, 2 * PHASE_SHARES);
    rig.table.run_ready();
    assert_eq!(shares(&clients), 2 * PHASE_SHARES);
    stalled.wire.borrow_mut().room = 500;
    rig.handle_timeouts(&[&stalled]);
    assert_eq!(stalled.wire.borrow().output.len(), 1_500);
    assert_eq!(rig.deadline_of(&stalled), Some(Deadline::Stall));
}
