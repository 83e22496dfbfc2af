//! The values that go with an event, as members of a JSON object.

use std::time::Duration;

use crate::events::event::{Direction, Event, QueueKind, WakeReason};

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
        Event::Queued(QueueKind::Ready) => ("queued", "\"queue\":\"ready\"".to_owned()),
        Event::Queued(QueueKind::WaitingForFd) => ("queued", "\"queue\":\"parked\"".to_owned()),
        Event::Logged(status, bytes, aborted_by) => {
            let outcome =
                aborted_by.map_or("complete", crate::events::close_reason::CloseReason::name);
            let status = status.code();
            let values = format!("\"status\":{status},\"bytes\":{bytes},\"outcome\":\"{outcome}\"");
            ("logged", values)
        }
        _ => return None,
    })
}

pub(super) fn occasion_name(occasion: WakeReason) -> &'static str {
    match occasion {
        WakeReason::Accept => "accept",
        WakeReason::Event => "event",
        WakeReason::Queue => "ready queue",
        WakeReason::Deadline => "deadline",
        WakeReason::Stop => "stop",
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

/// The loop's process in the file; a viewer groups tracks by process.
pub(super) const LOOP: Track = Track { group: 1, row: 1 };
/// The process of the connections, one row a slot.
pub(super) const CONNECTIONS: u32 = 2;

/// Where something is drawn.
#[derive(Clone, Copy)]
pub(super) struct Track {
    pub(super) group: u32,
    pub(super) row: u32,
}

/// The track of a slot.
pub(super) fn track_of(slot: u32) -> Track {
    Track {
        group: CONNECTIONS,
        // Row zero is the process itself.
        row: slot.saturating_add(1),
    }
}
