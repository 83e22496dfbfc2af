//! Connections whose socket is ready but whose work is not done.
//!
//! An edge that a connection has seen does not come again, so a connection that stops for a budget
//! must be remembered here, or it would sleep for ever. It stands in the queue once at most: its
//! [`Slot`](super::slot::Slot) says so.

use std::collections::VecDeque;

use crate::events::id::ConnectionId;

/// The connections that go on without an event, first come, first served.
#[derive(Debug, Default)]
pub(super) struct ReadyQueue {
    ids: VecDeque<ConnectionId>,
    /// Whether the last run of the queue stopped because too much output waited to be written.
    /// Requests that come now have to queue behind those that were left.
    stopped_for_output: bool,
}

impl ReadyQueue {
    pub(super) fn push(&mut self, id: ConnectionId) {
        self.ids.push_back(id);
    }

    pub(super) fn pop(&mut self) -> Option<ConnectionId> {
        self.ids.pop_front()
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// How often `id` stands in the queue. For the audit.
    pub(super) fn count(&self, id: ConnectionId) -> usize {
        self.ids.iter().filter(|&&queued| queued == id).count()
    }

    /// A run of the queue begins.
    pub(super) fn begin_run(&mut self) {
        self.stopped_for_output = false;
    }

    /// The run ends early: too much output waits to be written.
    pub(super) fn stop_for_output(&mut self) {
        self.stopped_for_output = true;
    }

    /// Whether requests were left in the queue for that reason.
    pub(super) fn is_stopped_for_output(&self) -> bool {
        self.stopped_for_output
    }
}
