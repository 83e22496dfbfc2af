//! What happens without an event: deadlines that pass, and when the next one does.

use std::time::Duration;

use super::Pond;
use crate::connection::Advance;
use crate::observer::{Event, Observer, Occasion};
use crate::resource::Documents;
use crate::shared::Env;

/// How many deadlines are dealt with in one turn. A million that pass in one tick do not keep
/// the others waiting.
const EXPIRIES: usize = 1024;

impl<E: Env> Pond<E> {
    /// Deals with the deadlines that have passed, up to a budget.
    pub fn expire(&mut self) {
        let now = self.shared.clock.now().monotonic;
        for _ in 0..EXPIRIES {
            let Some((slot, deadline)) = self.timeouts.passed(now) else {
                return;
            };
            let Some(connection) = self.connections.get_mut(slot as usize) else {
                self.timeouts.remove(slot);
                continue;
            };
            let key = connection.key();
            self.shared
                .observer
                .event(Some(key), Event::DeadlinePassed(deadline));
            self.shared
                .observer
                .event(Some(key), Event::WorkBegins(Occasion::Deadline));
            // One last write is tried whatever the others have sent.
            self.shared.sent_in_phase = 0;
            let advance = connection.deadline_passed(&mut self.shared, &mut self.input);
            // Whoever lives on has a deadline ahead of it, or this loop would find it again.
            let ahead = advance.deadline.or(Some(deadline));
            self.settle(
                key,
                Advance {
                    deadline: ahead,
                    ..advance
                },
            );
            self.shared.observer.event(Some(key), Event::WorkEnds);
        }
    }

    /// When there is something to do without an event, on the monotonic clock.
    pub fn wake_at(&self) -> Option<Duration> {
        if !self.ready.is_empty() {
            return Some(self.shared.clock.now().monotonic);
        }
        let retry = (!self.parked.is_empty()).then_some(self.retry_at);
        let documents = self.shared.documents.wake_at();
        [self.timeouts.next(), retry, documents]
            .into_iter()
            .flatten()
            .min()
    }
}
