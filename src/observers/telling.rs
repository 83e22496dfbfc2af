//! The methods of an observer → events.

use std::time::Duration;

use super::Observers;
use super::event::Event;
use crate::cause::Cause;
use crate::clock::Now;
use crate::escape;
use crate::key::Key;
use crate::observer::{Census, Direction, Observer, Occasion, Queue};
use crate::peer::Peer;
use crate::states::StateName;
use crate::status::Status;
use crate::timeouts::Deadline;
use crate::transport::Readiness;

impl Observer for Observers {
    fn poll_begins(&mut self, timeout: Option<Duration>) {
        self.see(None, Event::PollBegins(timeout));
    }

    fn turn_begins(&mut self, now: Now, events: usize) {
        self.now = now.monotonic;
        self.see(None, Event::TurnBegins(events));
    }

    fn turn_ends(&mut self, census: Census) {
        self.see(None, Event::TurnEnds(census));
    }

    fn accepted(&mut self, key: Key, peer: Peer) {
        self.see(Some(key), Event::Accepted(peer));
    }

    fn ready(&mut self, key: Key, readiness: Readiness) {
        self.see(Some(key), Event::Ready(readiness));
    }

    fn work_begins(&mut self, key: Key, occasion: Occasion) {
        self.see(Some(key), Event::WorkBegins(occasion));
    }

    fn work_ends(&mut self, key: Key) {
        self.see(Some(key), Event::WorkEnds);
    }

    fn read(&mut self, key: Key, count: usize) {
        self.see(Some(key), Event::Read(count));
    }

    fn wrote(&mut self, key: Key, count: usize) {
        self.see(Some(key), Event::Wrote(count));
    }

    fn would_block(&mut self, key: Key, direction: Direction) {
        self.see(Some(key), Event::WouldBlock(direction));
    }

    fn responds(&mut self, key: Key, method: &str, target: &str, status: Status) {
        if !self.wants_requests() {
            return self.see(Some(key), Event::Responds("", status));
        }
        let mut request = String::new();
        if method.is_empty() {
            request.push('-');
        } else {
            escape::append(&mut request, method.as_bytes());
            request.push(' ');
            escape::append(&mut request, target.as_bytes());
        }
        self.see(Some(key), Event::Responds(&request, status));
    }

    fn changed(&mut self, key: Key, from: StateName, to: StateName) {
        self.see(Some(key), Event::Changed(from, to));
    }

    fn deadline_set(&mut self, key: Key, deadline: Deadline, due: Duration) {
        let left = due.saturating_sub(self.now);
        self.see(Some(key), Event::DeadlineSet(deadline, left));
    }

    fn deadline_passed(&mut self, key: Key, deadline: Deadline) {
        self.see(Some(key), Event::DeadlinePassed(deadline));
    }

    fn queued(&mut self, key: Key, queue: Queue) {
        self.see(Some(key), Event::Queued(queue));
    }

    fn logged(&mut self, key: Key, status: Status, bytes: u64, cut_short: Option<Cause>) {
        self.see(Some(key), Event::Logged(status, bytes, cut_short));
    }

    fn closed(&mut self, key: Key, cause: Cause) {
        self.see(Some(key), Event::Closed(cause));
    }

    fn asked(&mut self) {
        self.see(None, Event::Asked);
    }
}
