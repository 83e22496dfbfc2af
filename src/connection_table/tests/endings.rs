//! How responses and the server come to their ends.

use super::*;
use crate::testing::{BIG, CLOSE, kept, ok_head};

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
    let body = 1_000 - ok_head("application/octet-stream", &kept(997), BIG).len();
    let row = |outcome: &str| format!("GET /big.bin big.bin 200 {body} {outcome}");
    assert_eq!(rig.take_outcomes(), [row("reset")]);
    let file = rig.table.context().documents.file("big.bin");
    file.borrow_mut().clear();
    rig.give_room(&shrunk, usize::MAX);
    assert_eq!(rig.take_outcomes(), [row("file-shrank")]);
    assert!(rig.is_open(&abandoned) && rig.is_open(&idle));
    rig.table.close_all();
    rig.check();
    assert_eq!(rig.take_outcomes(), [row("stopped")]);
    assert!(rig.table.is_empty());
    rig.assert_closed("file-shrank 1, reset 1, stopped 3");
    assert_eq!(rig.table.accepted(), 5);
    assert_eq!(rig.table.context().log.recorded(), 5);
    assert_eq!(rig.table.next_timeout(), None);
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
    assert_same(&asked.wire.borrow().output, &small(CLOSE), "asked");
    assert_eq!(rig.deadline_of(&asked), Some(Deadline::Closing));
    assert_eq!(rig.deadline_of(&busy), Some(Deadline::Stall));

    rig.give_room(&busy, usize::MAX);
    assert_eq!(rig.deadline_of(&busy), Some(Deadline::Closing));
    rig.end(&busy);
    rig.end(&asked);
    assert!(rig.table.is_empty());
    rig.assert_closed("stopped 5");
    assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW, GET_BIG_ROW]);
}
