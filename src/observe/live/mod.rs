//! What the live view shows: the loop as it is now, kept up to date event by event.
//!
//! A view copies nothing from the pond. It is told of each event, like every observer, and keeps
//! what can be asked for later; so asking costs the same with one connection and with a million.
//! It takes 64 bytes for each slot of the slab.

mod heatmap;
mod loop_stats;
mod timeline;
mod watching;

use std::time::Duration;

use self::heatmap::Heatmap;
pub use self::loop_stats::{BOUNDS, LoopStats, Second};
pub use self::timeline::Timeline;
use crate::events::close_reason::{CloseCounts, CloseReason};
use crate::events::deadline::Deadline;
use crate::events::event::{Event, NoopObserver, Observer};
use crate::events::id::ConnectionId;
use crate::events::id::Peer;
use crate::events::state::StateName;
use crate::http::status::Status;

/// Every status, in the order in which they are shown.
pub const STATUSES: [Status; 4] = [
    Status::Ok,
    Status::NotModified,
    Status::BadRequest,
    Status::NotFound,
];

/// An observer that may keep a view.
pub trait HasLiveView: Observer {
    /// Its view, if it has one.
    fn view(&mut self) -> Option<&mut LiveView> {
        None
    }
}

impl HasLiveView for NoopObserver {}

/// What is known of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionSnapshot {
    /// Its name.
    pub id: ConnectionId,
    /// Its client.
    pub peer: Peer,
    /// Its state.
    pub state: StateName,
    /// The deadline that it has.
    pub deadline: Deadline,
    /// How many responses it has had.
    pub responses: u32,
    /// When it was accepted. This and the following are milliseconds since the start.
    pub accepted: u64,
    /// Since when it is in its state.
    pub since: u64,
    /// When its deadline passes.
    pub due: u64,
}

// There is one for each slot.
const _: () = assert!(size_of::<Option<ConnectionSnapshot>>() <= 64);

/// The loop as it is now.
#[derive(Debug, Default)]
pub struct LiveView {
    now: u64,
    /// By slot.
    known: Vec<Option<ConnectionSnapshot>>,
    heatmap: Heatmap,
    states: [usize; StateName::ALL.len()],
    accepted: u64,
    closed: CloseCounts,
    responses: [u64; STATUSES.len()],
    read: u64,
    written: u64,
    loop_stats: LoopStats,
    watches: Vec<(usize, Timeline)>,
}

impl LiveView {
    /// Takes one event in.
    pub fn on_event(
        &mut self,
        at: Duration,
        id: Option<ConnectionId>,
        event: Event,
        request: &str,
    ) {
        let now = millis(at);
        self.now = now;
        self.loop_stats.on_event(at, id.is_some(), event);
        let Some(id) = id else {
            return;
        };
        for (_, timeline) in &mut self.watches {
            timeline.on_event(at, id, event, request);
        }
        match event {
            Event::Accepted(peer) => self.accepted(now, id, peer),
            Event::Changed(_, to) => self.changed(now, id, to),
            Event::DeadlineSet(deadline, left) => {
                if let Some(known) = self.find(id) {
                    known.deadline = deadline;
                    known.due = now + millis(left);
                }
            }
            Event::Read(count) => self.read += count as u64,
            Event::Wrote(count) => self.written += count as u64,
            Event::Logged(status, _, _) => {
                let index = STATUSES.iter().position(|&one| one == status);
                self.responses[index.unwrap_or(0)] += 1;
                if let Some(known) = self.find(id) {
                    known.responses = known.responses.saturating_add(1);
                }
            }
            Event::Closed(cause) => self.closed(id, cause),
            _ => {}
        }
    }

    fn find(&mut self, id: ConnectionId) -> Option<&mut ConnectionSnapshot> {
        let known = self.known.get_mut(id.slot as usize)?.as_mut();
        known.filter(|known| known.id == id)
    }

    fn accepted(&mut self, now: u64, id: ConnectionId, peer: Peer) {
        let slot = id.slot as usize;
        if slot >= self.known.len() {
            self.known.resize(slot + 1, None);
        }
        let state = StateName::Reading;
        self.known[slot] = Some(ConnectionSnapshot {
            id,
            peer,
            state,
            deadline: Deadline::FirstByte,
            responses: 0,
            accepted: now,
            since: now,
            due: now,
        });
        self.accepted += 1;
        self.states[state as usize] += 1;
        self.heatmap.enter(slot, state, now);
    }

    fn changed(&mut self, now: u64, id: ConnectionId, to: StateName) {
        let Some(known) = self.find(id) else {
            return;
        };
        let (from, since) = (known.state, known.since);
        (known.state, known.since) = (to, now);
        let slot = id.slot as usize;
        self.heatmap.leave(slot, from, since);
        self.heatmap.enter(slot, to, now);
        self.states[from as usize] -= 1;
        self.states[to as usize] += 1;
    }

    fn closed(&mut self, id: ConnectionId, cause: CloseReason) {
        let Some(known) = self.find(id).copied() else {
            return;
        };
        let slot = id.slot as usize;
        self.known[slot] = None;
        self.heatmap.leave(slot, known.state, known.since);
        self.states[known.state as usize] -= 1;
        self.closed.add(cause);
    }

    /// How many connections are in this state.
    pub fn in_state(&self, state: StateName) -> usize {
        self.states[state as usize]
    }

    /// How many there are.
    pub fn open(&self) -> usize {
        self.states.iter().sum()
    }

    /// How many there have been.
    pub fn accepted_so_far(&self) -> u64 {
        self.accepted
    }

    /// How many have ended, and why.
    pub fn close_reasons(&self) -> &CloseCounts {
        &self.closed
    }

    /// How many responses of this status have ended.
    pub fn responses(&self, status: Status) -> u64 {
        let index = STATUSES.iter().position(|&one| one == status);
        index.map_or(0, |index| self.responses[index])
    }

    /// How many bytes have been read.
    pub fn bytes_read(&self) -> u64 {
        self.read
    }

    /// How many bytes have been written.
    pub fn bytes_written(&self) -> u64 {
        self.written
    }

    /// How fast the loop goes round.
    pub fn loop_stats(&self) -> &LoopStats {
        &self.loop_stats
    }

    /// The time of the last event, in milliseconds since the start. A turn begins with one, so
    /// within a turn this is now.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// How many slots a cell of the drawing stands for.
    pub fn slots_per_cell(&self) -> usize {
        self.heatmap.span()
    }

    /// Appends the slab, drawn small: see `heatmap.rs` for how.
    pub fn draw_cells(&self, out: &mut String) {
        self.heatmap.draw(self.now, out);
    }
}

/// Whole milliseconds. They last for longer than there were people.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
