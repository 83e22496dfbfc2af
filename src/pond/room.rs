//! Room: who goes when a newcomer or a file needs a descriptor, and who waits for one.

use std::time::Duration;

use super::{Key, Pond};
use crate::cause::Cause;
use crate::connection::{MadeRoom, Queued};
use crate::observer::{Event, Observer, Queue};
use crate::shared::Env;
use crate::timeouts::Deadline;

/// A connection that has been idle, or silent, for less than this is not evicted: its client may be
/// about to use it.
pub const EVICTION_AGE: Duration = Duration::from_millis(500);

/// A request that waits for a descriptor is tried again after this time, even if none is known to
/// be free: the shortage may be the whole system's.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// Who can be closed for another, in this order: those between requests, those who have never sent
/// a byte, those who have had their last answer.
const EVICTABLE: [Deadline; 3] = [Deadline::Idle, Deadline::FirstByte, Deadline::Closing];

impl<E: Env> Pond<E> {
    /// Whether another connection is within the bounds.
    pub fn has_room(&self) -> bool {
        self.connections.len() < self.shared.limits.max_connections
            && self.shared.descriptors.room_for_connections() > 0
    }

    /// Closes the connection that has been idle longest, unless it has only just become idle.
    /// Nobody who is being served is ever closed to make room.
    pub fn make_room(&mut self) -> MadeRoom {
        let now = self.shared.clock.now().monotonic;
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
                self.close(slot, Cause::Evicted);
                MadeRoom::Yes
            }
            None => MadeRoom::No,
        }
    }

    /// A request could not have its file for want of a descriptor. Once for each request an idle
    /// connection is closed for it; if that is not enough, or nobody is idle, it waits until one
    /// is free, or until its head's deadline.
    pub(super) fn find_descriptor(&mut self, key: Key) {
        let asked_before = self
            .find(key)
            .is_some_and(|connection| connection.room_made == MadeRoom::Yes);
        // It is not idle itself, so it is not the one to go.
        let room = if asked_before {
            MadeRoom::No
        } else {
            self.make_room()
        };
        if room == MadeRoom::No && self.parked.is_empty() {
            self.retry_at = self.shared.clock.now().monotonic + RETRY_AFTER;
        }
        let Some(connection) = self.find(key) else {
            return;
        };
        match room {
            MadeRoom::Yes => {
                connection.room_made = MadeRoom::Yes;
                self.queue(key);
            }
            MadeRoom::No if connection.queued == Queued::No => {
                connection.queued = Queued::Parked;
                self.parked.push_back(key);
                self.shared
                    .observer
                    .event(Some(key), Event::Queued(Queue::Parked));
            }
            MadeRoom::No => {}
        }
    }

    /// Lets those who wait for a descriptor try again: as many as there is room for, or one when
    /// it is time to see whether the system has one.
    pub(super) fn unpark(&mut self) {
        if self.parked.is_empty() {
            return;
        }
        let now = self.shared.clock.now().monotonic;
        let is_time = now >= self.retry_at;
        if is_time {
            self.retry_at = now + RETRY_AFTER;
        }
        let room = self.shared.descriptors.room_for_files();
        let count = room.max(usize::from(is_time)).min(self.parked.len());
        for key in self.parked.drain(..count).collect::<Vec<_>>() {
            if let Some(connection) = self.find(key)
                && connection.queued == Queued::Parked
            {
                connection.queued = Queued::No;
                self.queue(key);
            }
        }
    }
}
