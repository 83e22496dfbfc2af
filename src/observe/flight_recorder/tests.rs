use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;
use crate::events::event::WakeReason;
use crate::events::state::StateName;
use crate::http::status::Status;
use crate::testing::trace_events;

const ID: ConnectionId = ConnectionId {
    slot: 0,
    generation: 5,
};

fn now() -> crate::clock::Now {
    crate::clock::Now {
        monotonic: Duration::ZERO,
        wall: std::time::UNIX_EPOCH,
    }
}

/// Records `count` turns with one request each.
fn record_turns(recorder: &mut FlightRecorder, count: u64) {
    for turn in 0..count {
        let events = [
            (None, Event::TurnBegins(now(), 1)),
            (Some(ID), Event::WorkBegins(WakeReason::Event)),
            (
                Some(ID),
                Event::Changed(StateName::Idle, StateName::Reading),
            ),
            (
                Some(ID),
                Event::Changed(StateName::Reading, StateName::Responding),
            ),
            (Some(ID), Event::Responds(Status::Ok)),
            (
                Some(ID),
                Event::Changed(StateName::Responding, StateName::Idle),
            ),
            (Some(ID), Event::WorkEnds),
        ];
        for (step, (id, event)) in (0..).zip(events) {
            recorder.on_event(Duration::from_micros(10 * turn + step), id, event, "GET /");
        }
    }
}

#[test]
fn a_request_writes_the_last_events_in_place_of_the_old_content() {
    let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    fs::write(&path, "x".repeat(100_000)).unwrap();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let mut recorder = FlightRecorder::new(file);
    record_turns(&mut recorder, 10);
    assert_eq!(fs::read_to_string(&path).unwrap(), "x".repeat(100_000));
    recorder.on_event(Duration::from_secs(1), None, Event::DumpRequested, "");
    let trace = trace_events::read(&fs::read_to_string(&path).unwrap());
    assert_eq!(trace.instants("answers").len(), 10);
    assert_eq!(trace.instants("answers")[3]["args"]["request"], "GET /");
    assert_eq!(trace.instants("asked").len(), 1);

    // Again, when the ring has lost its oldest events: the file holds the last ones only.
    record_turns(&mut recorder, RING as u64 / 6);
    recorder.on_event(Duration::from_secs(10), None, Event::DumpRequested, "");
    let trace = trace_events::read(&fs::read_to_string(&path).unwrap());
    let answers = trace.instants("answers").len();
    assert!(answers.abs_diff(RING / 7) <= 1, "{answers}");
    assert_eq!(trace.instants("asked").len(), 1);
    assert_eq!(recorder.ring.len(), RING);
}

#[test]
fn a_panic_writes_the_last_events() {
    let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let mut recorder = FlightRecorder::new(file);
    record_turns(&mut recorder, 3);
    let panicked = catch_unwind(AssertUnwindSafe(move || {
        let _recorder = recorder;
        panic!("planted");
    }));
    assert!(panicked.is_err());
    let trace = trace_events::read(&fs::read_to_string(&path).unwrap());
    assert_eq!(trace.instants("answers").len(), 3);
}

#[test]
fn an_end_without_a_panic_writes_nothing() {
    let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let mut recorder = FlightRecorder::new(file);
    record_turns(&mut recorder, 3);
    drop(recorder);
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
}
