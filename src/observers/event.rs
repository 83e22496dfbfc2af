//! An event of the loop as a value: what observers that treat all alike are handed.

use std::time::Duration;

use crate::cause::Cause;
use crate::observer::{Census, Direction, Occasion, Queue};
use crate::peer::Peer;
use crate::states::StateName;
use crate::status::Status;
use crate::timeouts::Deadline;
use crate::transport::Readiness;

/// What happened. Each variant stands for a method of [`crate::observer::Observer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The loop sleeps until something comes, for this long at the most.
    PollBegins(Option<Duration>),
    /// The kernel gave so many events.
    TurnBegins(usize),
    /// All of the turn is done.
    TurnEnds(Census),
    /// A new connection.
    Accepted(Peer),
    /// Its socket has become ready.
    Ready(Readiness),
    /// It is its turn.
    WorkBegins(Occasion),
    /// It can do no more for now.
    WorkEnds,
    /// Its socket gave so many bytes.
    Read(usize),
    /// Its socket took so many bytes.
    Wrote(usize),
    /// Its socket would have made us wait.
    WouldBlock(Direction),
    /// It begins an answer. The request is method and target, escaped; `-` if it is unreadable.
    Responds(&'a str, Status),
    /// It has left one state for another.
    Changed(StateName, StateName),
    /// It has a new deadline, which passes so long after the turn began.
    DeadlineSet(Deadline, Duration),
    /// Its deadline has passed.
    DeadlinePassed(Deadline),
    /// It goes on later.
    Queued(Queue),
    /// A response has its row: status, bytes of body, and why it was cut short.
    Logged(Status, u64, Option<Cause>),
    /// It has ended.
    Closed(Cause),
    /// The operator's signal has come.
    Asked,
}

impl Event<'_> {
    /// The event without its text, to be kept beyond the call, and the text.
    pub(super) fn without_text(self) -> (Event<'static>, Option<Box<str>>) {
        let event = match self {
            Event::Responds(request, status) => {
                return (Event::Responds("", status), Some(cut(request).into()));
            }
            Event::PollBegins(timeout) => Event::PollBegins(timeout),
            Event::TurnBegins(events) => Event::TurnBegins(events),
            Event::TurnEnds(census) => Event::TurnEnds(census),
            Event::Accepted(peer) => Event::Accepted(peer),
            Event::Ready(readiness) => Event::Ready(readiness),
            Event::WorkBegins(occasion) => Event::WorkBegins(occasion),
            Event::WorkEnds => Event::WorkEnds,
            Event::Read(count) => Event::Read(count),
            Event::Wrote(count) => Event::Wrote(count),
            Event::WouldBlock(direction) => Event::WouldBlock(direction),
            Event::Changed(from, to) => Event::Changed(from, to),
            Event::DeadlineSet(deadline, left) => Event::DeadlineSet(deadline, left),
            Event::DeadlinePassed(deadline) => Event::DeadlinePassed(deadline),
            Event::Queued(queue) => Event::Queued(queue),
            Event::Logged(status, bytes, cause) => Event::Logged(status, bytes, cause),
            Event::Closed(cause) => Event::Closed(cause),
            Event::Asked => Event::Asked,
        };
        (event, None)
    }
}

impl Event<'static> {
    /// The event with the text that was taken from it.
    pub(super) fn with_text(self, text: Option<&str>) -> Event<'_> {
        match (self, text) {
            (Event::Responds(_, status), Some(text)) => Event::Responds(text, status),
            (event, _) => event,
        }
    }
}

/// The most of a request that is kept, in bytes.
const KEPT: usize = 64;

fn cut(text: &str) -> &str {
    // A character is four bytes long at the most.
    let end = (0..=KEPT.min(text.len())).rfind(|&end| text.is_char_boundary(end));
    &text[..end.unwrap_or(0)]
}
