//! A connection that has just been accepted: what its client has sent already is read before any event
//! tells of it.

use super::*;

/// Accepts a connection whose client has sent `input` already, and tries it at once. Gives it, and whether
/// its socket is to be watched.
fn accept(rig: &mut Rig, input: &str) -> (Client, bool) {
    let wire = Wire::new();
    if !input.is_empty() {
        wire.borrow_mut().arrive(input.as_bytes());
    }
    // It may be tried without having been told of.
    wire.borrow_mut().tell(BOTH);
    let id = rig.table.insert(Scripted(Rc::clone(&wire)), peer());
    let is_watched = rig.table.try_immediately(id).is_some();
    rig.check();
    (Client { id, wire }, is_watched)
}

#[test]
fn what_has_come_already_decides_what_it_waits_for() {
    let table = [
        ("", Some(Deadline::FirstByte), None),
        ("GET /sm", Some(Deadline::Head), None),
        (GET_SMALL, Some(Deadline::Idle), Some(GET_SMALL_ROW)),
        (GET_BIG, Some(Deadline::Idle), Some(GET_BIG_ROW)),
        (LAST_AND_MORE, Some(Deadline::Closing), Some(GET_SMALL_ROW)),
        // It asked once and is gone: there is nothing to watch.
        (LAST_SMALL, None, Some(GET_SMALL_ROW)),
    ];
    for (input, deadline, row) in table {
        let mut rig = Rig::new();
        let (client, is_watched) = accept(&mut rig, input);
        assert_eq!(rig.deadline_of(&client), deadline, "{input:?}");
        assert_eq!(is_watched, deadline.is_some(), "{input:?}");
        assert_eq!(rig.take_outcomes(), Vec::from_iter(row), "{input:?}");
    }
}

/// When a turn has enough to write down, accepted connections wait in the queue like all others.
#[test]
fn a_crowded_turn_puts_it_off() {
    let request = GET_SMALL.replace("small.txt", &"x".repeat(4_000));
    let mut rig = Rig::new();
    while !rig.table.context().output_is_full() {
        accept(&mut rig, &request);
    }
    let (client, is_watched) = accept(&mut rig, GET_SMALL);
    assert!(is_watched);
    assert_eq!(rig.deadline_of(&client), Some(Deadline::FirstByte));
    rig.run_ready();
    assert_eq!(rig.deadline_of(&client), Some(Deadline::Idle));
}

#[test]
fn one_that_can_not_be_watched_is_given_up() {
    let mut rig = Rig::new();
    let (client, _) = accept(&mut rig, "GET /sm");
    rig.table.give_up(client.id);
    rig.check();
    // Nor is another connection that has its slot by now.
    let (other, _) = accept(&mut rig, "");
    rig.table.give_up(client.id);
    assert!(rig.is_open(&other));
    rig.assert_closed("exhausted 1");
}
