//! How the server ends: it lets those finish whom it has begun to serve, and accepts whoever has
//! connected before.

use std::time::Duration;

use super::Server;
use crate::events::deadline::Deadline;
use crate::observe::live::HasLiveView;

/// What is being sent may finish within this time after a signal to stop.
pub const STOP_WITHIN: Duration = Duration::from_secs(5);

/// After a signal to stop, connections that have never sent a byte are closed after this time, and
/// clients in the kernel's queue are accepted for no longer.
const STOP_SILENCE: Duration = Duration::from_secs(1);

impl<O: HasLiveView> Server<O> {
    pub(super) fn begin_stop(&mut self) {
        self.signals.end_at_next();
        if let Some(admin) = &mut self.admin {
            admin.close_listener();
        }
        self.stopping_since = Some(self.table.context().clock.now().monotonic);
        self.table.stop();
        // A second signal may cut off what comes from now on, but not what has come so far.
        self.write_log();
    }

    /// The stop's part of a turn. The listeners are closed only when no client waits in the kernel's
    /// queue: the handshake of those is complete, and closing would reset them.
    pub(super) fn go_on_stopping(&mut self) {
        let Some(since) = self.stopping_since else {
            return;
        };
        let is_late = self.table.context().clock.now().monotonic >= since + STOP_SILENCE;
        if is_late || !self.listeners.has_waiting_client() {
            self.listeners.close();
        }
        if is_late {
            self.table.close_silent();
        }
    }

    /// When the stop has something to do, on the monotonic clock.
    pub(super) fn stop_timeout(&self) -> Option<Duration> {
        let since = self.stopping_since?;
        let is_silent = self.table.waiting_for(Deadline::FirstByte) > 0;
        let is_early = is_silent || !self.listeners.is_empty();
        Some(since + if is_early { STOP_SILENCE } else { STOP_WITHIN })
    }

    pub(super) fn is_over(&self) -> bool {
        self.stopping_since.is_some_and(|since| {
            let is_done = self.listeners.is_empty() && self.table.is_empty();
            is_done || self.table.context().clock.now().monotonic >= since + STOP_WITHIN
        })
    }

    /// The last words, when the loop has ended.
    pub(super) fn finish(&mut self) {
        self.table.close_all();
        self.outputs.print_lines(self.table.context_mut());
        self.outputs.finish_log(self.table.context_mut());
        let reasons = match self.table.closed() {
            closed if closed.total() == 0 => String::new(),
            closed => format!(" ({closed})"),
        };
        self.outputs.log_summary(format!(
            "stopped after {} connections{reasons} and {} responses",
            self.table.accepted(),
            self.table.context().log.recorded()
        ));
    }
}
