use super::*;
use crate::events::close_reason::CloseReason;
use crate::events::event::{Direction, QueueKind, WakeReason};
use crate::http::status::Status;
use crate::testing::{READABLE, peer, trace_events};

const ID: ConnectionId = ConnectionId {
    slot: 4,
    generation: 9,
};

fn at(microseconds: u64) -> Duration {
    Duration::from_micros(microseconds)
}

fn now() -> crate::clock::Now {
    crate::clock::Now {
        monotonic: Duration::ZERO,
        wall: std::time::UNIX_EPOCH,
    }
}

/// The events of one connection, from its accept to its close, in two turns.
fn whole_life() -> Vec<(Option<ConnectionId>, Event)> {
    let id = Some(ID);
    vec![
        (None, Event::PollBegins(Some(at(5)))),
        (None, Event::TurnBegins(now(), 1)),
        (id, Event::Accepted(peer())),
        (id, Event::DeadlineSet(Deadline::FirstByte, at(50))),
        (None, Event::TurnEnds(ConnectionCounts::default())),
        (None, Event::PollBegins(None)),
        (None, Event::PollBegins(None)),
        (None, Event::TurnBegins(now(), 1)),
        (id, Event::Ready(READABLE)),
        (id, Event::WorkBegins(WakeReason::Event)),
        (id, Event::Read(40)),
        (
            id,
            Event::Changed(StateName::Reading, StateName::Responding),
        ),
        (id, Event::Responds(Status::Ok)),
        (id, Event::Wrote(100)),
        (id, Event::WouldBlock(Direction::Write)),
        (id, Event::Queued(QueueKind::Ready)),
        (id, Event::Logged(Status::Ok, 60, Some(CloseReason::Reset))),
        (id, Event::Closed(CloseReason::Reset)),
        (id, Event::WorkEnds),
        (None, Event::DumpRequested),
        (None, Event::TurnEnds(ConnectionCounts::default())),
        (None, Event::PollBegins(None)),
    ]
}

fn written(events: &[(Option<ConnectionId>, Event)], first: u64) -> String {
    let mut out = Vec::new();
    let mut chrome = ChromeTrace::begin(&mut out, at(first)).unwrap();
    for (time, &(id, event)) in (first..).zip(events) {
        chrome
            .on_event(at(time), id, event, "GET /\"\\\\x0a\"")
            .unwrap();
    }
    chrome.finish().unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn spans_and_instants_show_a_whole_connection() {
    let trace = trace_events::read(&written(&whole_life(), 0));
    assert_eq!(
        trace.turns(),
        ["poll", "turn", "poll", "poll", "turn", "poll"]
    );
    assert!((trace.total() - 21.0).abs() < 0.001);
    assert_eq!(trace.states(4), ["Reading", "Responding"]);
    let closed = trace.instants("closed");
    assert_eq!(closed.len(), 1);
    assert_eq!(closed[0]["args"]["cause"], "reset");
    assert_eq!(closed[0]["args"]["connection"], "4#9");
    let answers = trace.instants("answers");
    assert_eq!(answers[0]["args"]["request"], "GET /\"\\\\x0a\"");
    let named = |event: &&serde_json::Value| event["args"]["name"] == "slot 4";
    assert_eq!(trace.events.iter().filter(named).count(), 1);
}

/// A ring loses its oldest events, and a run can end after any event.
#[test]
fn every_part_of_a_run_is_a_valid_trace() {
    let events = whole_life();
    for first in 0..events.len() {
        for last in first..=events.len() {
            trace_events::read(&written(&events[first..last], first as u64));
        }
    }
}

/// A crash cuts off the end: the format's array lacks its closing bracket.
#[test]
fn a_trace_without_its_end_can_be_read() {
    let text = written(&whole_life(), 0);
    let whole = text.matches("\"ph\"").count();
    let cut = text.rsplit_once("\n]").unwrap().0;
    let events: Vec<serde_json::Value> = serde_json::from_str(&format!("{cut}]")).unwrap();
    assert_eq!(events.len(), whole);
}
