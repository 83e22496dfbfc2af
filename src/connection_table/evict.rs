//! Which connection is closed when another needs its descriptor, and which waits for one.

use std::time::Duration;

use super::ConnectionTable;
use super::slot::Queued;
use crate::connection::context::Env;
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::event::{Event, QueueKind};
use crate::events::id::ConnectionId;

/// A connection that has been idle, or silent, for less than this is not evicted: its client may be
/// about to use it.
pub const EVICTION_AGE: Duration = Duration::from_millis(500);

/// What may be evicted, by the deadline that it waits for, in this order: connections between two
/// requests, those that have never sent a byte, those that have had their last response.
const EVICTABLE: [Deadline; 3] = [Deadline::Idle, Deadline::FirstByte, Deadline::Closing];

impl<E: Env> ConnectionTable<E> {
    /// Whether another connection is within the bounds.
    pub fn has_room(&self) -> bool {
        self.slots.len() < self.context.config.limits.max_connections
            && self.context.descriptors.left_for_connections() > 0
    }

    /// Evicts the connection that has been idle longest, unless that has only just become idle. A
    /// connection that is being served is never evicted. Returns whether one was.
    pub fn evict_oldest(&mut self) -> bool {
        let now = self.context.clock.now().monotonic;
        let oldest = EVICTABLE.iter().find_map(|&deadline| {
            // The event of a connection in a queue has announced input or room to write: it is not
            // idle, it has only not run yet.
            let is_quiet = |index: u32| {
                let slot = self.slots.get(index as usize);
                slot.is_some_and(|slot| slot.queued == Queued::No)
            };
            let (index, since) = self.timeouts.oldest(deadline, is_quiet)?;
            (now.saturating_sub(since) >= EVICTION_AGE).then_some(index)
        });
        if let Some(index) = oldest {
            self.close(index, CloseReason::Evicted);
        }
        oldest.is_some()
    }

    /// A request could not have its file for want of a descriptor. Once per request an idle
    /// connection is evicted for it; if that is not enough, or no connection is idle, it waits until
    /// a descriptor is free, or until its head's deadline.
    pub(super) fn wait_for_fd(&mut self, id: ConnectionId) {
        // The connection itself is not idle, so it is not the one that is evicted.
        let has_evicted_before = self.find(id).is_some_and(|slot| slot.has_evicted);
        if !has_evicted_before && self.evict_oldest() {
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
