//! Events → sentences, for people who learn how the loop works.

use std::time::Duration;

use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::event::{ConnectionCounts, Direction, Event, QueueKind, Readiness, WakeReason};
use crate::events::id::ConnectionId;
use crate::events::state::{StateName, Transition};

/// A connection as it is named in traces: slot and generation.
pub(super) fn connection_name(id: ConnectionId) -> String {
    format!("{}#{}", id.slot, id.generation)
}

/// A sentence about the event, without its subject. `None` for [`Event::WorkEnds`]: [`waiting`]
/// says what the connection waits for.
pub(super) fn sentence(event: Event, request: &str) -> Option<String> {
    Some(match event {
        Event::PollBegins(timeout) => poll(timeout),
        Event::TurnBegins(_, events) => turn_begins(events),
        Event::TurnEnds(counts) => turn_ends(&counts),
        Event::Accepted(peer) => format!(
            "accepted from {}; it begins in Reading",
            std::net::SocketAddr::from(peer)
        ),
        Event::Ready(readiness) => ready(readiness),
        Event::WorkBegins(reason) => wake_reason(reason).to_owned(),
        Event::Read(0) => "reads the end of input: the client sends no more".to_owned(),
        Event::Read(count) => format!("reads {}", bytes(count as u64)),
        Event::Wrote(count) => format!("writes {}", bytes(count as u64)),
        Event::WouldBlock(Direction::Read) => {
            "read would block: all that has come is read".to_owned()
        }
        Event::WouldBlock(Direction::Write) => {
            "write would block: the send queue is full".to_owned()
        }
        Event::Responds(status) => {
            format!("answers {request} with {}", status.code())
        }
        Event::Changed(from, to) => changed(from, to),
        Event::DeadlineSet(deadline, left) => {
            format!("{} deadline in {}", deadline.name(), seconds(left))
        }
        Event::DeadlinePassed(deadline) => format!(
            "its {} deadline has passed: it tries once more",
            deadline.name()
        ),
        Event::Queued(QueueKind::Ready) => {
            "has had its share: it goes on in the ready queue".to_owned()
        }
        Event::Queued(QueueKind::WaitingForFd) => "waits for a descriptor for its file".to_owned(),
        Event::Logged(status, count, aborted_by) => {
            let outcome = aborted_by.map_or("complete", CloseReason::name);
            let (status, bytes) = (status.code(), bytes(count));
            format!("gets its row in the log: {status}, {bytes} of body, {outcome}")
        }
        Event::Closed(reason) => format!("is closed: {}", reason.name()),
        Event::DumpRequested => "a signal asks for the recorded events".to_owned(),
        Event::WorkEnds => return None,
    })
}

/// A sentence about a connection that can do no more now.
pub(super) fn waiting(state: StateName, deadline: Deadline, left: Duration) -> String {
    format!(
        "waits for {}; the {} deadline passes in {}",
        state.waits_for(),
        deadline.name(),
        seconds(left)
    )
}

fn poll(timeout: Option<Duration>) -> String {
    match timeout {
        Some(Duration::ZERO) => "polls without waiting: there is work left".to_owned(),
        Some(most) => format!(
            "polls: sleeps until a socket is ready, for {} at the most",
            seconds(most)
        ),
        None => "polls: sleeps until a socket is ready".to_owned(),
    }
}

fn turn_begins(events: usize) -> String {
    match events {
        0 => "a turn begins without an event: something is due".to_owned(),
        1 => "a turn begins with 1 event".to_owned(),
        _ => format!("a turn begins with {events} events"),
    }
}

fn turn_ends(counts: &ConnectionCounts) -> String {
    format!(
        "the turn is over: {} open, of these {} idle and {} sending; {} in the ready queue",
        counts.open,
        counts.waiting_for(Deadline::Idle),
        counts.waiting_for(Deadline::Stall),
        counts.ready
    )
}

fn ready(readiness: Readiness) -> String {
    let mut parts = Vec::new();
    if readiness.readable {
        parts.push("readable");
    }
    if readiness.writable {
        parts.push("writable");
    }
    if readiness.read_closed {
        parts.push("ended by the client");
    }
    format!("is {}", parts.join(", "))
}

fn wake_reason(reason: WakeReason) -> &'static str {
    match reason {
        WakeReason::Accept => "runs: it is new, and may have sent its request already",
        WakeReason::Event => "runs: its socket is ready",
        WakeReason::Queue => "runs: it stood in the ready queue",
        WakeReason::Deadline => "runs: its deadline has passed",
        WakeReason::Stop => "runs: the server stops",
    }
}

fn changed(from: StateName, to: StateName) -> String {
    let why = Transition::find(Some(from), Some(to)).map_or("", |transition| transition.when);
    format!("{} -> {}: {why}", from.name(), to.name())
}

fn bytes(count: u64) -> String {
    match count {
        1 => "1 byte".to_owned(),
        _ => format!("{count} bytes"),
    }
}

/// Tenths of a second: precise enough for people.
fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
