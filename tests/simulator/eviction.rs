//! Which connection goes for another: the one that has waited longest of the first kind, and for the
//! bound on memory a response before a head.

use std::time::Duration;

use millpond::connection::close::{LINGER_SILENCE, LINGER_TOTAL};
use millpond::connection_table::evict::EVICTION_AGE;
use millpond::connection_table::timeouts::TICK;
use millpond::events::close_reason::CloseReason;

use crate::verdict::{Stage, TENTH};
use crate::world::World;

/// A connection that could be evicted.
#[derive(Debug, PartialEq)]
pub struct Evictable {
    /// Which kind goes first.
    order: u8,
    /// When it came to its place among those of its kind.
    place: Duration,
    /// The earliest that may have been.
    place_at_least: Duration,
    /// Since when it waits.
    since: Duration,
    index: usize,
}

impl World {
    /// What could be evicted. A connection in the ready queue could not; which those are can't be seen
    /// from here, so then none is sure to.
    pub fn evictable(&self) -> Vec<Evictable> {
        if self.table.next_timeout() == Some(self.scene.now.get()) {
            return vec![];
        }
        let of = |&index: &usize| {
            let wire = self.clients[index].wire.borrow();
            let (order, since) = match wire.stage() {
                Stage::Ended(_) => (0, wire.shutdown),
                Stage::Idle => (1, wire.tap.idle_since),
                Stage::Silent => (2, Some(wire.accepted)),
                Stage::Expecting => (3, wire.tap.head_since),
                Stage::Answering => return None,
            };
            let since = since.filter(|_| !wire.is_told && wire.unread() == 0)?;
            // Input pushes it to the end of its queue, as long as it pushes its deadline. Of input
            // that came too late for that, it is not known here when the last before it came.
            let (place, place_at_least) = match wire.stage() {
                Stage::Ended(_) => {
                    let latest = (since + LINGER_TOTAL).saturating_sub(LINGER_SILENCE + TENTH);
                    match wire.last_read.max(since) {
                        read if read < latest => (read, read),
                        _ => (latest, since),
                    }
                }
                _ => (since, since),
            };
            Some(Evictable {
                order,
                place,
                place_at_least,
                since,
                index,
            })
        };
        self.inside.iter().filter_map(of).collect()
    }

    /// The connection that has waited longest is evicted, unless that is not long.
    pub fn check_room(&self, has_evicted: bool, could: &[Evictable]) {
        let now = self.scene.now.get();
        let is_old = |one: &Evictable| now >= one.since + EVICTION_AGE + 2 * TICK;
        if !has_evicted {
            let locked_out = could.iter().find(|one| is_old(one));
            assert_eq!(locked_out, None, "none is evicted");
            return;
        }
        let gone = could.iter().find(|one| !self.inside.contains(&one.index));
        // One with input that no event has told of may go, too.
        let Some(gone) = gone else {
            return;
        };
        for other in could {
            let is_before = other.order < gone.order && is_old(other);
            // A tick is the grain of the queues.
            let is_older = other.order == gone.order
                && is_old(other)
                && other.place + TICK < gone.place_at_least;
            assert!(
                !is_before && !is_older,
                "{other:?} should have been evicted, not {gone:?}"
            );
        }
    }

    /// A connection without a response is closed for the bound on memory only if there is none with one:
    /// none that has had a part of its response for a while, and still has.
    pub fn check_buffer_limit(
        &self,
        gone: &[usize],
        possible: &[Vec<CloseReason>],
        close_reasons: &[CloseReason],
    ) {
        let now = self.scene.now.get();
        let is_reading = |&index: &usize| {
            let wire = self.clients[index].wire.borrow();
            !wire.is_dropped && wire.tap.is_midway() && wire.tap.progress < now
        };
        let Some(reader) = self.inside.iter().copied().find(is_reading) else {
            return;
        };
        for (&index, possible) in gone.iter().zip(possible) {
            let other = |reason: &&CloseReason| **reason != CloseReason::BufferLimit;
            let has_other = possible
                .iter()
                .filter(other)
                .any(|it| close_reasons.contains(it));
            let wire = self.clients[index].wire.borrow();
            assert!(
                has_other || wire.tap.is_midway() || wire.is_write_pending,
                "client {index} was closed for the bound on memory before client {reader}"
            );
        }
    }
}
