use std::fs::{self, OpenOptions};

use super::*;
use crate::http::status::Status;
use crate::testing::trace_events;

/// A request must not break the JSON of a trace, or control a terminal.
#[test]
fn requests_are_escaped_and_shortened() {
    let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    let mut observers = Observers {
        start: Instant::now(),
        now: Duration::ZERO,
        trace: None,
        trace_file: None,
        recorder: Some(FlightRecorder::new(file)),
        view: None,
        files: Vec::new(),
    };
    let id = ConnectionId {
        slot: 0,
        generation: 0,
    };
    observers.responds(id, "GET", "/\u{1b}]0;\u{7}\"\r\n\\", Status::Ok);
    observers.responds(id, "", "", Status::BadRequest);
    observers.responds(id, "GET", &"é".repeat(100), Status::Ok);
    observers.event(None, Event::DumpRequested);
    let trace = trace_events::read(&fs::read_to_string(&path).unwrap());
    let answers = trace.instants("answers");
    let requests: Vec<&str> = answers
        .iter()
        .map(|answer| answer["args"]["request"].as_str().unwrap())
        .collect();
    let long = format!("GET {}", "é".repeat(30));
    assert_eq!(requests, ["GET /\\x1b]0;\\x07\"\\x0d\\x0a\\\\", "-", &long]);
}
