//! Deadlines in constant time, however many connections there are.
//!
//! Each kind of deadline has one fixed duration, so the slot that enters a queue last leaves it last:
//! a queue that only ever appends at its tail is sorted by time without sorting. To set, push back,
//! remove or expire a deadline changes a few links; there is no heap, no timer wheel, no timer per
//! connection. The links are in one array with the same indices as the slab of connections.
//!
//! Time is counted in ticks of [`TICK`], so that deadlines that fall close together pass together: a
//! million idle connections wake the loop at most ten times a second.

use std::time::Duration;

use crate::config::Limits;
use crate::connection::close::LINGER_SILENCE;
use crate::events::deadline::Deadline;

/// The resolution of deadlines. A deadline passes at the first tick at or after its time: never
/// early, and late by less than one tick.
pub const TICK: Duration = Duration::from_millis(100);

/// What an idle connection gets beyond the time that its client was promised, since the client's last
/// request may still be crossing the network.
const IDLE_GRACE: Duration = Duration::from_millis(300);

// A connection may outlive the promise by the grace and then by one tick. The contract allows half a
// second for both.
const _: () = assert!(IDLE_GRACE.as_millis() + TICK.as_millis() <= 500);

/// How many slots of a queue [`Timeouts::oldest`] looks at.
const LOOKED_AT: usize = 256;

/// No slot: the end of a queue.
const NONE: u32 = u32::MAX;

impl Limits {
    /// The length of each kind of deadline.
    pub fn duration_of(&self, deadline: Deadline) -> Duration {
        match deadline {
            Deadline::FirstByte | Deadline::Head => self.head_timeout,
            Deadline::Stall => self.stall_timeout,
            Deadline::Idle => self.keep_alive + IDLE_GRACE,
            Deadline::Closing => LINGER_SILENCE,
        }
    }
}

/// One queue: its slots in the order of their time.
#[derive(Debug)]
struct DeadlineQueue {
    duration: Duration,
    first: u32,
    last: u32,
    length: usize,
}

/// A slot's place in its queue: 16 bytes per connection.
#[derive(Clone, Copy, Debug)]
struct Link {
    previous: u32,
    next: u32,
    /// The tick at which the deadline passes.
    expires: u32,
    /// `None` for a slot that has no deadline: it is in no queue.
    deadline: Option<Deadline>,
}

const UNLINKED: Link = Link {
    previous: NONE,
    next: NONE,
    expires: 0,
    deadline: None,
};

/// All deadlines of all connections, at most one each.
#[derive(Debug)]
pub struct Timeouts {
    /// One queue for each [`Deadline`], indexed by it.
    queues: [DeadlineQueue; Deadline::ALL.len()],
    links: Vec<Link>,
}

impl Timeouts {
    /// No deadlines yet. `duration` gives the length of each kind.
    pub fn new(duration: impl Fn(Deadline) -> Duration) -> Self {
        Self {
            queues: Deadline::ALL.map(|deadline| DeadlineQueue {
                duration: duration(deadline),
                first: NONE,
                last: NONE,
                length: 0,
            }),
            links: Vec::new(),
        }
    }

    /// Gives `slot` this deadline, counted from `now`, in place of the one it had.
    ///
    /// `now` must not run backwards from call to call: the order of the queues depends on it.
    pub fn set(&mut self, slot: u32, deadline: Deadline, now: Duration) {
        self.remove(slot);
        let index = slot as usize;
        if index >= self.links.len() {
            self.links.resize(index + 1, UNLINKED);
        }
        let queue = &mut self.queues[deadline as usize];
        let previous = queue.last;
        self.links[index] = Link {
            previous,
            next: NONE,
            expires: tick_at_or_after(now.saturating_add(queue.duration)),
            deadline: Some(deadline),
        };
        queue.last = slot;
        queue.length += 1;
        match previous {
            NONE => queue.first = slot,
            _ => self.links[previous as usize].next = slot,
        }
    }

    /// Takes `slot` out of its queue, if it is in one.
    pub fn remove(&mut self, slot: u32) {
        let Some(link) = self.links.get_mut(slot as usize) else {
            return;
        };
        let Link { previous, next, .. } = *link;
        let Some(deadline) = link.deadline.take() else {
            return;
        };
        let queue = &mut self.queues[deadline as usize];
        queue.length -= 1;
        match previous {
            NONE => queue.first = next,
            _ => self.links[previous as usize].next = next,
        }
        match next {
            NONE => queue.last = previous,
            _ => self.links[next as usize].previous = previous,
        }
    }

    /// A slot whose deadline has passed, the longest overdue first within its queue. It stays queued
    /// until its deadline is set again or removed.
    pub fn first_expired(&self, now: Duration) -> Option<(u32, Deadline)> {
        let tick = tick_at_or_before(now);
        Deadline::ALL
            .into_iter()
            .map(|deadline| (self.queues[deadline as usize].first, deadline))
            .find(|&(slot, _)| slot != NONE && self.links[slot as usize].expires <= tick)
    }

    /// When the next deadline passes.
    pub fn next_timeout(&self) -> Option<Duration> {
        self.queues
            .iter()
            .filter(|queue| queue.first != NONE)
            .map(|queue| self.links[queue.first as usize].expires)
            .min()
            .map(|tick| TICK * tick)
    }

    /// Of the slots that are wanted, the one that entered this queue first, and when it did. Only the
    /// first `LOOKED_AT` of the queue are looked at, so that the time of a call is bounded.
    pub fn oldest(
        &self,
        deadline: Deadline,
        is_wanted: impl Fn(u32) -> bool,
    ) -> Option<(u32, Duration)> {
        let queue = &self.queues[deadline as usize];
        let mut slot = queue.first;
        for _ in 0..LOOKED_AT {
            if slot == NONE || is_wanted(slot) {
                break;
            }
            slot = self.links[slot as usize].next;
        }
        let link = self.links.get(slot as usize)?;
        if !is_wanted(slot) {
            return None;
        }
        Some((slot, (TICK * link.expires).saturating_sub(queue.duration)))
    }

    /// The deadline that `slot` has.
    pub fn deadline_of(&self, slot: u32) -> Option<Deadline> {
        self.links.get(slot as usize)?.deadline
    }

    /// When the deadline that `slot` has passes.
    pub fn expires_at(&self, slot: u32) -> Option<Duration> {
        let link = self.links.get(slot as usize)?;
        link.deadline.map(|_| TICK * link.expires)
    }

    /// How many slots have this deadline.
    pub fn count(&self, deadline: Deadline) -> usize {
        self.queues[deadline as usize].length
    }
}

/// The tick at which a deadline at `time` passes. Ticks last for 13 years of running.
fn tick_at_or_after(time: Duration) -> u32 {
    u32::try_from(time.as_millis().div_ceil(TICK.as_millis())).unwrap_or(u32::MAX)
}

/// The last tick that has begun at `time`.
fn tick_at_or_before(time: Duration) -> u32 {
    u32::try_from(time.as_millis() / TICK.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
