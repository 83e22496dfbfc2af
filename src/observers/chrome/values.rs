//! The values that go with an event, as members of a JSON object.

use std::time::Duration;

use crate::observer::{Direction, Event, Occasion, Queue};

/// What is an instant on its connection's track: name and values.
pub(super) fn happening(event: Event, request: &str) -> Option<(&'static str, String)> {
    Some(match event {
        Event::Ready(readiness) => {
            let values = format!(
                "\"readable\":{},\"writable\":{},\"read_closed\":{}",
                readiness.readable, readiness.writable, readiness.read_closed
            );
            ("ready", values)
        }
        Event::Read(count) => ("read", format!("\"bytes\":{count}")),
        Event::Wrote(count) => ("wrote", format!("\"bytes\":{count}")),
        Event::WouldBlock(Direction::Read) => ("read would block", String::new()),
        Event::WouldBlock(Direction::Write) => ("write would block", String::new()),
        Event::Responds(status) => {
            let request = quoted(request);
            let status = status.code();
            (
                "answers",
                format!("\"request\":{request},\"status\":{status}"),
            )
        }
        Event::DeadlineSet(deadline, left) => {
            let (kind, left) = (deadline.name(), micros(left));
            (
                "deadline set",
                format!("\"kind\":\"{kind}\",\"left_us\":{left}"),
            )
        }
        Event::DeadlinePassed(deadline) => {
            let kind = deadline.name();
            ("deadline passed", format!("\"kind\":\"{kind}\""))
        }
        Event::Queued(Queue::Ready) => ("queued", "\"queue\":\"ready\"".to_owned()),
        Event::Queued(Queue::Parked) => ("queued", "\"queue\":\"parked\"".to_owned()),
        Event::Logged(status, bytes, cut_short) => {
            let outcome = cut_short.map_or("complete", crate::cause::Cause::name);
            let status = status.code();
            let values = format!("\"status\":{status},\"bytes\":{bytes},\"outcome\":\"{outcome}\"");
            ("logged", values)
        }
        _ => return None,
    })
}

pub(super) fn occasion_name(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::Accept => "accept",
        Occasion::Event => "event",
        Occasion::Queue => "ready queue",
        Occasion::Deadline => "deadline",
        Occasion::Stop => "stop",
    }
}

/// A text without controls, as a JSON string.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// Microseconds with their decimals, the format's unit.
pub(super) fn micros(time: Duration) -> String {
    format!("{}.{:03}", time.as_micros(), time.subsec_nanos() % 1_000)
}
