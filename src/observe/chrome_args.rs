//! Which events a trace viewer shows as instants on the track of their connection, with which
//! values; and where tracks are.

use std::time::Duration;

use super::json::Json;
use crate::events::close_reason::CloseReason;
use crate::events::event::{Direction, Event, QueueKind, WakeReason};

/// Appends the values of an instant to `args`, and returns its name. `None` for an event that is
/// not shown, or is shown otherwise.
pub(super) fn instant(event: Event, request: &str, args: &mut Json) -> Option<&'static str> {
    Some(match event {
        Event::Ready(readiness) => {
            args.number("readable", readiness.readable);
            args.number("writable", readiness.writable);
            args.number("read_closed", readiness.read_closed);
            "ready"
        }
        Event::Read(count) => {
            args.number("bytes", count);
            "read"
        }
        Event::Wrote(count) => {
            args.number("bytes", count);
            "wrote"
        }
        Event::WouldBlock(Direction::Read) => "read would block",
        Event::WouldBlock(Direction::Write) => "write would block",
        Event::Responds(status) => {
            args.string("request", request);
            args.number("status", status.code());
            "answers"
        }
        Event::DeadlineSet(deadline, left) => {
            args.string("kind", deadline.name());
            args.number("left_us", micros(left));
            "deadline set"
        }
        Event::DeadlinePassed(deadline) => {
            args.string("kind", deadline.name());
            "deadline passed"
        }
        Event::Queued(queue) => {
            let name = match queue {
                QueueKind::Ready => "ready",
                QueueKind::WaitingForFd => "parked",
            };
            args.string("queue", name);
            "queued"
        }
        Event::Logged(status, bytes, aborted_by) => {
            args.number("status", status.code());
            args.number("bytes", bytes);
            args.string("outcome", aborted_by.map_or("complete", CloseReason::name));
            "logged"
        }
        _ => return None,
    })
}

pub(super) fn wake_reason(reason: WakeReason) -> &'static str {
    match reason {
        WakeReason::Accept => "accept",
        WakeReason::Event => "event",
        WakeReason::Queue => "ready queue",
        WakeReason::Deadline => "deadline",
        WakeReason::Stop => "stop",
    }
}

/// Microseconds with three decimals: the format's unit of time.
pub(super) fn micros(time: Duration) -> String {
    format!("{}.{:03}", time.as_micros(), time.subsec_nanos() % 1_000)
}

/// Where an event is drawn. A viewer groups tracks by process.
#[derive(Clone, Copy)]
pub(super) struct Track {
    pub(super) process: u32,
    pub(super) thread: u32,
}

/// The loop's track.
pub(super) const LOOP: Track = Track {
    process: 1,
    thread: 1,
};

/// The process of all connections. It has a track per slot.
pub(super) const CONNECTIONS: Track = Track {
    process: 2,
    thread: 0,
};

pub(super) fn track_of(slot: u32) -> Track {
    Track {
        // Thread zero names the process itself.
        thread: slot.saturating_add(1),
        ..CONNECTIONS
    }
}
