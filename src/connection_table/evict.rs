//! Room: who goes when a newcomer or a file needs a descriptor, and who waits for one.

use std::time::Duration;

use super::{ConnectionId, ConnectionTable};
use crate::config::EVICTION_AGE;
use crate::connection::context::Env;
use crate::connection::{MadeRoom, Queued};
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::event::{Event, Observer, QueueKind};

/// A request that waits for a descriptor is tried again after this time, even if none is known to
/// be free: the shortage may be the whole system's.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// Who can be closed for another, in this order: those between requests, those who have never sent
/// a byte, those who have had their last answer.
const EVICTABLE: [Deadline; 3] = [Deadline::Idle, Deadline::FirstByte, Deadline::Closing];

impl<E: Env> ConnectionTable<E> {
    /// Whether another connection is within the bounds.
    pub fn has_room(&self) -> bool {
        self.connections.len() < self.context.limits.max_connections
            && self.context.descriptors.left_for_connections() > 0
    }

    /// Closes the connection that has been idle longest, unless it has only just become idle.
    /// Nobody who is being served is ever closed to make room.
    pub fn evict_oldest(&mut self) -> MadeRoom {
        let now = self.context.clock.now().monotonic;
        let oldest = EVICTABLE.iter().find_map(|&deadline| {
            // One in a queue has been told to have sent something, and has only not had its turn.
            let is_quiet = |slot: u32| {
                let connection = self.connections.get(slot as usize);
                connection.is_some_and(|connection| connection.queued == Queued::No)
            };
            let (slot, since) = self.timeouts.oldest(deadline, is_quiet)?;
            (now.saturating_sub(since) >= EVICTION_AGE).then_some(slot)
        });
        match oldest {
            Some(slot) => {
                self.close(slot, CloseReason::Evicted);
                MadeRoom::Yes
            }
            None => MadeRoom::No,
        }
    }

    /// A request could not have its file for want of a descriptor. Once for each request an idle
    /// connection is closed for it; if that is not enough, or nobody is idle, it waits until one
    /// is free, or until its head's deadline.
    pub(super) fn wait_for_fd(&mut self, id: ConnectionId) {
        let asked_before = self
            .find(id)
            .is_some_and(|connection| connection.room_made == MadeRoom::Yes);
        // It is not idle itself, so it is not the one to go.
        let room = if asked_before {
            MadeRoom::No
        } else {
            self.evict_oldest()
        };
        if room == MadeRoom::No && self.waiting_for_fd.is_empty() {
            self.retry_at = self.context.clock.now().monotonic + RETRY_AFTER;
        }
        let Some(connection) = self.find(id) else {
            return;
        };
        match room {
            MadeRoom::Yes => {
                connection.room_made = MadeRoom::Yes;
                self.queue(id);
            }
            MadeRoom::No if connection.queued == Queued::No => {
                connection.queued = Queued::WaitingForFd;
                self.waiting_for_fd.push_back(id);
                self.context
                    .observer
                    .event(Some(id), Event::Queued(QueueKind::WaitingForFd));
            }
            MadeRoom::No => {}
        }
    }

    /// Lets those who wait for a descriptor try again: as many as there is room for, or one when
    /// it is time to see whether the system has one.
    pub(super) fn retry_waiters(&mut self) {
        if self.waiting_for_fd.is_empty() {
            return;
        }
        let now = self.context.clock.now().monotonic;
        let is_time = now >= self.retry_at;
        if is_time {
            self.retry_at = now + RETRY_AFTER;
        }
        let room = self.context.descriptors.left_for_files();
        let count = room
            .max(usize::from(is_time))
            .min(self.waiting_for_fd.len());
        for id in self.waiting_for_fd.drain(..count).collect::<Vec<_>>() {
            if let Some(connection) = self.find(id)
                && connection.queued == Queued::WaitingForFd
            {
                connection.queued = Queued::No;
                self.queue(id);
            }
        }
    }
}
