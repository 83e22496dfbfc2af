//! Which connection is closed when another needs its descriptor, and which waits for one.

use std::time::Duration;

use super::ConnectionTable;
use super::slot::Queued;
use super::timeouts::TICK;
use crate::connection::context::Env;
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::event::{Event, QueueKind};
use crate::events::id::ConnectionId;
use crate::response::resource::Documents as _;

/// A connection that has been idle, or silent, for less than this is not evicted: its client may be
/// about to use it.
pub const EVICTION_AGE: Duration = Duration::from_millis(500);

/// What may be evicted, by the deadline that it waits for, in this order: connections that have had
/// their last response and linger, those between two requests, those that have never sent a byte,
/// those that have begun a head and not finished it.
const EVICTABLE: [Deadline; 4] = [
    Deadline::Closing,
    Deadline::Idle,
    Deadline::FirstByte,
    Deadline::Head,
];

/// A response is judged by `--min-send-rate` once it has been sent for this time.
const RATE_AGE: Duration = Duration::from_secs(5);

impl<E: Env> ConnectionTable<E> {
    /// Whether another connection is within the bounds.
    pub fn has_room(&self) -> bool {
        self.slots.len() < self.context.config.limits.max_connections
            && self.context.descriptors.left_for_connections() > 0
    }

    /// Evicts a connection that is not being served, the one that has waited longest of the first
    /// kind of `EVICTABLE` that has one old enough; if there is none, a response that is slower than
    /// `--min-send-rate`, if that is set. Returns whether a connection was evicted.
    pub fn evict_oldest(&mut self) -> bool {
        self.evict_for(None)
    }

    /// The same for the sake of the connection in the slot `wanting`, which is not the one to go.
    fn evict_for(&mut self, wanting: Option<u32>) -> bool {
        let now = self.context.clock.now().monotonic;
        let oldest = EVICTABLE
            .iter()
            .find_map(|&deadline| self.oldest_waiting(deadline, now, wanting))
            .or_else(|| self.oldest_slow_response(now));
        if let Some(index) = oldest {
            self.close(index, CloseReason::Evicted);
        }
        oldest.is_some()
    }

    fn oldest_waiting(
        &self,
        deadline: Deadline,
        now: Duration,
        wanting: Option<u32>,
    ) -> Option<u32> {
        let is_evictable = |index: u32| {
            self.slots.get(index as usize).is_some_and(|slot| {
                // The event of a connection in a queue has announced input or room to write: the
                // connection does not wait, it has only not run yet.
                wanting != Some(index)
                    && slot.queued == Queued::No
                    // Input pushes the deadline of a lingering close back, but not its age: a client
                    // that goes on sending would hold its slot otherwise.
                    && (deadline != Deadline::Closing
                        || slot.connection.lingers_for(now) >= EVICTION_AGE + TICK)
            })
        };
        let (index, since) = self.timeouts.oldest(deadline, is_evictable)?;
        let is_old = deadline == Deadline::Closing || now.saturating_sub(since) >= EVICTION_AGE;
        is_old.then_some(index)
    }

    fn oldest_slow_response(&self, now: Duration) -> Option<u32> {
        let rate = self.context.config.limits.min_send_rate?;
        let is_slow = |index: u32| {
            let slot = self.slots.get(index as usize);
            slot.is_some_and(|slot| slot.connection.is_slower_than(rate, RATE_AGE, now))
        };
        let (index, _) = self.timeouts.oldest(Deadline::Stall, is_slow)?;
        Some(index)
    }

    /// Closes the connections that hold memory and have waited longest, until all together hold no
    /// more than `--buffers`: responses that their clients do not read first, then begun heads.
    pub(super) fn bound_buffers(&mut self) {
        while self.buffered + self.context.documents.uncached_bytes()
            > self.context.config.limits.buffers
        {
            let oldest = [Deadline::Stall, Deadline::Head]
                .iter()
                .find_map(|&deadline| self.timeouts.oldest(deadline, |_| true));
            let Some((index, _)) = oldest else {
                return;
            };
            self.close(index, CloseReason::BufferLimit);
        }
    }

    /// A request could not have its file for want of a descriptor. Once per request an idle
    /// connection is evicted for it; if that is not enough, or no connection is idle, it waits until
    /// a descriptor is free, or until its head's deadline.
    pub(super) fn wait_for_fd(&mut self, id: ConnectionId) {
        let has_evicted_before = self.find(id).is_some_and(|slot| slot.has_evicted);
        if !has_evicted_before && self.evict_for(Some(id.slot)) {
            if let Some(slot) = self.find(id) {
                slot.has_evicted = true;
            }
            return self.queue(id);
        }
        let now = self.context.clock.now().monotonic;
        if let Some(slot) = self.find(id)
            && slot.queued == Queued::No
        {
            slot.queued = Queued::WaitingForFd;
            self.fd_waiters.push(id, now);
            self.context
                .emit(id, Event::Queued(QueueKind::WaitingForFd));
        }
    }

    /// A connection has its file, or needs none: its next request may evict again. If its deadline
    /// or a stop let it run while it waited, it stops waiting, or its next events would be kept
    /// behind those that still wait.
    pub(super) fn forget_descriptor_wait(&mut self, id: ConnectionId) {
        if let Some(slot) = self.find(id) {
            slot.has_evicted = false;
            if slot.queued == Queued::WaitingForFd {
                slot.queued = Queued::No;
                self.fd_waiters.remove(id);
            }
        }
    }

    /// Lets those that wait for a descriptor try again.
    pub(super) fn retry_waiters(&mut self) {
        if self.fd_waiters.is_empty() {
            return;
        }
        let now = self.context.clock.now().monotonic;
        let left = self.context.descriptors.left_for_files();
        for id in self.fd_waiters.take(left, now) {
            if let Some(slot) = self.find(id)
                && slot.queued == Queued::WaitingForFd
            {
                slot.queued = Queued::No;
                self.queue(id);
            }
        }
    }
}
