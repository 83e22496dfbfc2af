use super::*;
use crate::cause::Cause;
use crate::observer::{Direction, Occasion, Queue};
use crate::status::Status;
use crate::testing::{READABLE, peer, trace_events};

const KEY: Key = Key { slot: 4, serial: 9 };

fn at(microseconds: u64) -> Duration {
    Duration::from_micros(microseconds)
}

fn now() -> crate::clock::Now {
    crate::clock::Now {
        monotonic: Duration::ZERO,
        wall: std::time::UNIX_EPOCH,
    }
}

/// A connection's life, in two turns.
fn life() -> Vec<(Option<Key>, Event)> {
    let key = Some(KEY);
    vec![
        (None, Event::PollBegins(Some(at(5)))),
        (None, Event::TurnBegins(now(), 1)),
        (key, Event::Accepted(peer())),
        (key, Event::DeadlineSet(Deadline::FirstByte, at(50))),
        (None, Event::TurnEnds(Census::default())),
        (None, Event::PollBegins(None)),
        (None, Event::PollBegins(None)),
        (None, Event::TurnBegins(now(), 1)),
        (key, Event::Ready(READABLE)),
        (key, Event::WorkBegins(Occasion::Event)),
        (key, Event::Read(40)),
        (
            key,
            Event::Changed(StateName::Reading, StateName::Responding),
        ),
        (key, Event::Responds(Status::Ok)),
        (key, Event::Wrote(100)),
        (key, Event::WouldBlock(Direction::Write)),
        (key, Event::Queued(Queue::Ready)),
        (key, Event::Logged(Status::Ok, 60, Some(Cause::Reset))),
        (key, Event::Closed(Cause::Reset)),
        (key, Event::WorkEnds),
        (None, Event::Asked),
        (None, Event::TurnEnds(Census::default())),
        (None, Event::PollBegins(None)),
    ]
}

fn written(events: &[(Option<Key>, Event)], first: u64) -> String {
    let mut out = Vec::new();
    let mut chrome = Chrome::begin(&mut out, at(first)).unwrap();
    for (time, &(key, event)) in (first..).zip(events) {
        chrome
            .see(at(time), key, event, "GET /\"\\\\x0a\"")
            .unwrap();
    }
    chrome.finish().unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_life() {
    let trace = trace_events::read(&written(&life(), 0));
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

/// As at the front of a ring that has lost its oldest, and as at any end.
#[test]
fn every_piece_of_it_is_a_sound_trace() {
    let life = life();
    for first in 0..life.len() {
        for last in first..=life.len() {
            trace_events::read(&written(&life[first..last], first as u64));
        }
    }
}

/// Without the end that a crash took, it is the format's array without its bracket.
#[test]
fn what_a_crash_leaves_can_be_read() {
    let text = written(&life(), 0);
    let whole = text.matches("\"ph\"").count();
    let cut = text.rsplit_once("\n]").unwrap().0;
    let events: Vec<serde_json::Value> = serde_json::from_str(&format!("{cut}]")).unwrap();
    assert_eq!(events.len(), whole);
}
