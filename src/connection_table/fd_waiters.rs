//! Connections that wait for a descriptor to open their file with.

use std::collections::VecDeque;
use std::time::Duration;

use crate::events::id::ConnectionId;

/// A request that waits for a descriptor is tried again after this time, even if no descriptor is
/// known to be free: the shortage may be the whole system's.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// The connections that wait, first come, first served.
#[derive(Debug, Default)]
pub(super) struct FdWaiters {
    ids: VecDeque<ConnectionId>,
    /// When one of them is tried again without a descriptor that is known to be free.
    retry_at: Duration,
}

impl FdWaiters {
    /// Adds one at the time `now`. The wait of the first one begins with it.
    pub(super) fn push(&mut self, id: ConnectionId, now: Duration) {
        if self.ids.is_empty() {
            self.retry_at = now + RETRY_AFTER;
        }
        self.ids.push_back(id);
    }

    /// Takes out a connection that waits no longer.
    pub(super) fn remove(&mut self, id: ConnectionId) {
        self.ids.retain(|waiting| *waiting != id);
    }

    /// Takes out those that may try again: as many as there are descriptors left, and one when it is
    /// time to see whether the system has one.
    pub(super) fn take(&mut self, descriptors_left: usize, now: Duration) -> Vec<ConnectionId> {
        let is_time = now >= self.retry_at;
        if is_time {
            self.retry_at = now + RETRY_AFTER;
        }
        let count = descriptors_left
            .max(usize::from(is_time))
            .min(self.ids.len());
        self.ids.drain(..count).collect()
    }

    /// When one of them is tried again.
    pub(super) fn next_timeout(&self) -> Option<Duration> {
        (!self.ids.is_empty()).then_some(self.retry_at)
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// How often `id` stands here. For the audit.
    pub(super) fn count(&self, id: ConnectionId) -> usize {
        self.ids.iter().filter(|&&waiting| waiting == id).count()
    }
}
