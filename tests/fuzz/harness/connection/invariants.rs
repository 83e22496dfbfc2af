//! What must hold of a world after every turn of the loop, as far as it can be seen from outside.

use std::time::Duration;

use millpond::events::close_reason::CloseReason;
use millpond::events::deadline::Deadline;
use millpond::http::request::is_blank;

use super::wire::Wire;
use super::world::World;

impl World {
    /// No connection was given up before its deadline.
    pub(super) fn check_patience(&self) {
        let waited = self.now.saturating_sub(self.progress.0);
        let [reason] = self.close_reasons[..] else {
            return;
        };
        if self.has_bystanders {
            return;
        }
        match reason {
            CloseReason::IdleDeadline => {
                assert!(
                    waited >= self.limits.keep_alive,
                    "closed before the promised time"
                );
            }
            CloseReason::StallDeadline => assert!(
                waited >= self.limits.stall_timeout,
                "closed before the deadline"
            ),
            // The time of a head begins after everything that was sent before.
            CloseReason::HeadDeadline => assert!(
                self.now >= self.limits.head_timeout,
                "closed before the deadline"
            ),
            _ => {}
        }
    }

    pub(super) fn check(&self, expires: bool) {
        let waiting = |deadline| self.table.waiting_for(deadline);
        let total: usize = Deadline::ALL.into_iter().map(waiting).sum();
        assert_eq!(total, self.table.len(), "exactly one deadline each");
        let ended = usize::try_from(self.table.closed().total()).unwrap_or(usize::MAX);
        assert_eq!(
            usize::try_from(self.table.accepted()),
            Ok(self.table.len() + ended),
            "one close reason each"
        );
        let descriptors = self.table.context().descriptors;
        assert_eq!(
            descriptors.connections(),
            self.table.len(),
            "descriptors of connections"
        );
        let files = descriptors.files() - if self.has_taken_descriptors { 1_000 } else { 0 };
        let wire = self.wire.borrow();
        assert!(
            files <= usize::from(waiting(Deadline::Stall) > 0),
            "a file without a response"
        );
        if !wire.is_dropped {
            self.check_state(&wire, expires);
        }
    }

    /// The deadline determines the state; everything that can be seen from outside must agree with
    /// it.
    fn check_state(&self, wire: &Wire, expires: bool) {
        let others = self.table.len() - 1;
        let has = |deadline| self.table.waiting_for(deadline) > 0;
        let client = &wire.client;
        // Edges that arose during the turn are reported in the next: until then nothing is at rest.
        // Nor is it while a budget holds it back.
        let is_ready = self.table.next_timeout() == Some(self.now);
        let is_at_rest = !wire.readable && !wire.writable && !is_ready;
        let has_read_all = wire.read_to == wire.fed.len();
        if has(Deadline::Idle) {
            assert!(client.is_between_responses(), "idle within a response");
            assert!(!wire.is_shut, "idle after the end of the server's side");
            // Empty lines do not begin a request.
            let unanswered = &wire.fed[client.answered_to()..wire.read_to];
            assert!(is_blank(unanswered), "idle with a request unanswered");
            assert!(!is_at_rest || has_read_all, "idle beside input");
            let longest = self.limits.keep_alive + Duration::from_millis(500);
            assert!(
                !expires || self.now < self.progress.0 + longest,
                "idle for too long"
            );
        } else if has(Deadline::Stall) {
            assert!(!wire.is_shut, "sends after the end of the server's side");
            assert!(
                !is_at_rest || wire.is_blocked,
                "waits for space that there is"
            );
        } else if has(Deadline::Closing) {
            assert!(wire.is_shut, "closing, but the server's side is open");
            assert!(!is_at_rest || has_read_all, "closing beside input");
        } else if has(Deadline::Head) {
            assert!(client.is_between_responses(), "reads within a response");
            assert!(wire.read_to > 0 && !wire.is_shut, "a head without a byte");
        } else {
            assert_eq!(self.table.waiting_for(Deadline::FirstByte), others + 1);
            let has_been_silent = is_blank(&wire.fed[..wire.read_to]);
            assert!(has_been_silent && client.responses.is_empty(), "not silent");
            assert!(!is_at_rest || has_read_all, "silent beside input");
        }
    }
}
