//! The live view's model: the loop as it is now, kept up to date event by event.
//!
//! Invariant: every question costs the same with one connection and with a million. The model
//! copies nothing from the connection table: like every observer it gets each event, and keeps what
//! an answer needs. It takes 64 bytes per slot.
//!
//! Must not know: who asks. HTTP, JSON and viewers are in [`crate::admin`].
//!
//! Read in this order: this file, `snapshot` (the facts per connection), `heatmap` (all slots, drawn
//! small), `loop_stats` (how fast the loop turns), `timeline` (the events of one connection).

mod heatmap;
pub(crate) mod loop_stats;
mod snapshot;
mod timeline;

use std::time::Duration;

use self::heatmap::Heatmap;
use self::loop_stats::LoopStats;
pub(crate) use self::snapshot::ConnectionSnapshot;
use self::snapshot::Snapshots;
pub(crate) use self::timeline::Timeline;
use crate::events::close_reason::{CloseCounts, CloseReason};
use crate::events::deadline::Deadline;
use crate::events::event::{Event, NoopObserver, Observer};
use crate::events::id::{ConnectionId, Peer};
use crate::events::state::StateName;
use crate::http::status::Status;

/// An observer that may keep a live view.
pub trait HasLiveView: Observer {
    /// The live view, if the observer keeps one.
    fn view(&mut self) -> Option<&mut LiveView> {
        None
    }
}

impl HasLiveView for NoopObserver {}

/// The loop as it is now.
#[derive(Debug, Default)]
pub struct LiveView {
    /// The time of the last event, in milliseconds since the start.
    now: u64,
    snapshots: Snapshots,
    heatmap: Heatmap,
    states: [usize; StateName::ALL.len()],
    accepted: u64,
    closed: CloseCounts,
    responses: [u64; Status::ALL.len()],
    bytes_read: u64,
    bytes_written: u64,
    loop_stats: LoopStats,
    /// Viewer → the connection that it watches.
    timelines: Vec<(usize, Timeline)>,
}

impl LiveView {
    pub(super) fn on_event(
        &mut self,
        at: Duration,
        id: Option<ConnectionId>,
        event: Event,
        request: &str,
    ) {
        self.now = millis(at);
        self.loop_stats.on_event(at, id.is_some(), event);
        let Some(id) = id else {
            return;
        };
        for (_, timeline) in &mut self.timelines {
            timeline.on_event(at, id, event, request);
        }
        match event {
            Event::Accepted(peer) => self.on_accepted(id, peer),
            Event::Changed(_, to) => self.on_changed(id, to),
            Event::DeadlineSet(deadline, left) => {
                if let Some(snapshot) = self.snapshots.get_mut(id) {
                    snapshot.deadline = deadline;
                    snapshot.due = self.now + millis(left);
                }
            }
            Event::Read(count) => self.bytes_read += count as u64,
            Event::Wrote(count) => self.bytes_written += count as u64,
            Event::Logged(status, _, _) => {
                self.responses[status as usize] += 1;
                if let Some(snapshot) = self.snapshots.get_mut(id) {
                    snapshot.responses = snapshot.responses.saturating_add(1);
                }
            }
            Event::Closed(reason) => self.on_closed(id, reason),
            _ => {}
        }
    }

    fn on_accepted(&mut self, id: ConnectionId, peer: Peer) {
        let (now, state) = (self.now, StateName::Reading);
        self.snapshots.insert(ConnectionSnapshot {
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
        self.heatmap.enter(id.slot as usize, state, now);
    }

    fn on_changed(&mut self, id: ConnectionId, to: StateName) {
        let Some(snapshot) = self.snapshots.get_mut(id) else {
            return;
        };
        let (from, since) = (snapshot.state, snapshot.since);
        (snapshot.state, snapshot.since) = (to, self.now);
        let slot = id.slot as usize;
        self.heatmap.leave(slot, from, since);
        self.heatmap.enter(slot, to, self.now);
        self.states[from as usize] -= 1;
        self.states[to as usize] += 1;
    }

    fn on_closed(&mut self, id: ConnectionId, reason: CloseReason) {
        let Some(ConnectionSnapshot { state, since, .. }) = self.snapshots.remove(id) else {
            return;
        };
        self.heatmap.leave(id.slot as usize, state, since);
        self.states[state as usize] -= 1;
        self.closed.add(reason);
    }

    /// How many connections are in this state.
    pub(crate) fn in_state(&self, state: StateName) -> usize {
        self.states[state as usize]
    }

    /// How many connections are open.
    pub(crate) fn open(&self) -> usize {
        self.states.iter().sum()
    }

    /// How many connections have been accepted.
    pub(crate) fn accepted(&self) -> u64 {
        self.accepted
    }

    /// How many connections have been closed, by reason.
    pub(crate) fn closed(&self) -> &CloseCounts {
        &self.closed
    }

    /// How many responses of this status have ended.
    pub(crate) fn responses(&self, status: Status) -> u64 {
        self.responses[status as usize]
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    pub(crate) fn bytes_written(&self) -> u64 {
        self.bytes_written
    }

    pub(crate) fn loop_stats(&self) -> &LoopStats {
        &self.loop_stats
    }

    /// The time of the last event, in milliseconds since the start. Each turn begins with an event.
    pub(crate) fn now(&self) -> u64 {
        self.now
    }

    /// How many slots a cell of the heatmap stands for.
    pub(crate) fn slots_per_cell(&self) -> usize {
        self.heatmap.slots_per_cell()
    }

    /// Appends the heatmap; see [`Heatmap::draw`] for its format.
    pub(crate) fn draw_heatmap(&self, out: &mut String) {
        self.heatmap.draw(self.now, out);
    }

    /// Records for `viewer` the events of the connection in `slot`, or of the first connection after
    /// it in the same cell. Forgets the connection that the viewer watched before.
    pub(crate) fn watch(&mut self, viewer: usize, slot: usize) {
        self.unwatch(viewer);
        self.timelines.push((viewer, Timeline::new(slot)));
    }

    /// Whether any viewer watches a connection.
    pub(crate) fn is_watching(&self) -> bool {
        !self.timelines.is_empty()
    }

    /// Ends the recording for `viewer`.
    pub(crate) fn unwatch(&mut self, viewer: usize) {
        self.timelines.retain(|(other, _)| *other != viewer);
    }

    /// The connection that `viewer` watches: its events, and what it is now while it is open. As
    /// long as there has been no connection, each call looks for one.
    pub(crate) fn watched(
        &mut self,
        viewer: usize,
    ) -> Option<(&Timeline, Option<ConnectionSnapshot>)> {
        let mut timelines = self.timelines.iter_mut();
        let (_, timeline) = timelines.find(|(other, _)| *other == viewer)?;
        if timeline.id().is_none() {
            let (from, per_cell) = (timeline.slot(), self.heatmap.slots_per_cell());
            let cell_end = (from / per_cell + 1) * per_cell;
            if let Some(id) = self.snapshots.first_between(from, cell_end) {
                timeline.begin(id);
            }
        }
        let snapshot = timeline.id().and_then(|id| self.snapshots.get_mut(id));
        Some((timeline, snapshot.copied()))
    }
}

/// Whole milliseconds. 64 bits of them last half a billion years.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
