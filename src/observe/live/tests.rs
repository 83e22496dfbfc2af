//! The live view counts events, and forgets closed connections.

use std::net::SocketAddr;

use super::loop_stats::Second;
use super::*;
use crate::events::event::ConnectionCounts;

const ADDRESS: &str = "127.0.0.1:4321";

fn at(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn now() -> crate::clock::Now {
    crate::clock::Now {
        monotonic: Duration::ZERO,
        wall: std::time::UNIX_EPOCH,
    }
}

fn id(slot: u32, generation: u32) -> ConnectionId {
    ConnectionId { slot, generation }
}

fn accept(view: &mut LiveView, millis: u64, id: ConnectionId) {
    let peer: SocketAddr = ADDRESS.parse().unwrap();
    view.on_event(at(millis), Some(id), Event::Accepted(peer.into()), "");
}

fn counts(view: &LiveView) -> [usize; 4] {
    StateName::ALL.map(|state| view.in_state(state))
}

#[test]
fn states_are_counted_as_they_change() {
    let mut view = LiveView::default();
    for slot in 0..3 {
        accept(&mut view, 0, id(slot, slot));
    }
    assert_eq!((counts(&view), view.open()), ([3, 0, 0, 0], 3));
    let (reading, responding) = (StateName::Reading, StateName::Responding);
    view.on_event(
        at(5),
        Some(id(1, 1)),
        Event::Changed(reading, responding),
        "",
    );
    assert_eq!(counts(&view), [2, 1, 0, 0]);
    view.on_event(at(6), Some(id(1, 1)), Event::Closed(CloseReason::Reset), "");
    assert_eq!((counts(&view), view.open()), ([2, 0, 0, 0], 2));
    assert_eq!(view.closed().count(CloseReason::Reset), 1);
    assert_eq!(view.accepted(), 3);
    // A late event of an earlier connection does not concern the one that has its slot now.
    accept(&mut view, 7, id(1, 9));
    view.on_event(at(8), Some(id(1, 1)), Event::Closed(CloseReason::Reset), "");
    assert_eq!((counts(&view), view.closed().total()), ([3, 0, 0, 0], 1));
}

#[test]
fn the_last_events_of_a_watched_connection_are_recorded_and_no_others() {
    let mut view = LiveView::default();
    view.watch(1, 0);
    assert!(view.watched(0).is_none());
    assert!(
        view.watched(1)
            .is_some_and(|(_, snapshot)| snapshot.is_none())
    );
    accept(&mut view, 0, id(0, 0));
    accept(&mut view, 0, id(1, 1));
    view.on_event(
        at(10),
        Some(id(0, 0)),
        Event::DeadlineSet(Deadline::Idle, at(10_000)),
        "",
    );
    let (timeline, snapshot) = view.watched(1).unwrap();
    assert_eq!(
        (timeline.id(), timeline.lines().count()),
        (Some(id(0, 0)), 0)
    );
    let snapshot = snapshot.unwrap();
    assert_eq!((snapshot.deadline, snapshot.due), (Deadline::Idle, 10_010));
    for count in 1..=100 {
        view.on_event(at(20), Some(id(0, 0)), Event::Read(count), "");
        view.on_event(at(20), Some(id(1, 1)), Event::Read(5_000), "");
    }
    view.on_event(
        at(21),
        Some(id(0, 0)),
        Event::Responds(Status::Ok),
        "GET /a",
    );
    view.on_event(at(22), Some(id(0, 0)), Event::Closed(CloseReason::Peer), "");
    accept(&mut view, 23, id(0, 7));
    let (timeline, snapshot) = view.watched(1).unwrap();
    assert_eq!(snapshot, None);
    let lines: Vec<String> = timeline.lines().map(|(_, sentence)| sentence).collect();
    assert_eq!(lines.len(), 64);
    assert_eq!(lines[0], "reads 39 bytes");
    let last = [
        "reads 100 bytes",
        "answers GET /a with 200",
        "is closed: peer",
    ];
    assert_eq!(lines[61..], last);
    view.unwatch(1);
    assert!(view.watched(1).is_none());
}

#[test]
fn a_slot_that_never_had_a_connection_can_be_watched() {
    let mut view = LiveView::default();
    for slot in [0, 7, u32::MAX as usize] {
        view.watch(0, slot);
        assert!(
            view.watched(0)
                .is_some_and(|(_, snapshot)| snapshot.is_none())
        );
    }
}

#[test]
fn a_second_is_shown_when_it_is_over() {
    let mut view = LiveView::default();
    let turn = |view: &mut LiveView, begins, ends, events| {
        view.on_event(at(begins), None, Event::TurnBegins(now(), events), "");
        view.on_event(
            at(ends),
            None,
            Event::TurnEnds(ConnectionCounts::default()),
            "",
        );
    };
    turn(&mut view, 100, 101, 2);
    turn(&mut view, 200, 230, 1);
    // A turn without an event does not count, but its time does.
    turn(&mut view, 300, 340, 0);
    assert_eq!(view.loop_stats().last_second, Second::default());
    view.on_event(at(1_000), None, Event::TurnBegins(now(), 0), "");
    let second = Second {
        turns: 2,
        longest: at(40),
        ..Second::default()
    };
    assert_eq!(view.loop_stats().last_second, second);
    assert_eq!((view.loop_stats().turns, view.loop_stats().events), (2, 3));
    assert_eq!(view.loop_stats().last_batch, 1);
    assert_eq!(view.loop_stats().quantile(0.3), 1_000);
    assert_eq!(view.loop_stats().quantile(1.0), 50_000);
    view.on_event(at(5_000), None, Event::TurnBegins(now(), 0), "");
    assert_eq!(view.loop_stats().last_second, Second::default());
}
