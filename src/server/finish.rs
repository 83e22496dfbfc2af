//! How the server ends: it accepts whoever has connected before, and lets those finish whom it has
//! begun to serve.

use std::time::Duration;

use super::Server;
use super::stop::Stop;
use crate::events::deadline::Deadline;
use crate::observe::live::HasLiveView;

impl<O: HasLiveView> Server<O> {
    pub(super) fn begin_stop(&mut self) {
        self.signals.end_at_next();
        if let Some(admin) = &mut self.admin {
            admin.close_listener();
        }
        self.listeners.refuse_handshakes();
        self.stop = Some(Stop::begin(self.now()));
        self.table.stop();
        // A second signal may cut off what comes from now on, but not what has come so far.
        self.write_log();
    }

    /// The stop's part of a turn. The listeners are closed only when no client waits in the kernel's
    /// queue, and none can come into it: the handshake of those is complete, or will be soon, and
    /// closing would reset them.
    pub(super) fn go_on_stopping(&mut self) {
        let now = self.now();
        let Some(stop) = &mut self.stop else {
            return;
        };
        if stop.is_draining() {
            // What came since the last accept found the queue empty has not been told as an edge yet.
            self.listeners.mark_all_acceptable();
            let has_waiting_client = self.listeners.has_waiting_client();
            let is_drained = stop.are_handshakes_over(now) && !has_waiting_client;
            if is_drained || stop.is_drain_over(now) {
                self.listeners.close();
                stop.drained(now);
            }
        }
        if stop.ends_silent(now) {
            self.table.close_silent();
        }
    }

    /// When the stop has something to do, on the monotonic clock.
    pub(super) fn stop_timeout(&self) -> Option<Duration> {
        let has_silent = self.table.waiting_for(Deadline::FirstByte) > 0;
        self.stop.map(|stop| stop.next(self.now(), has_silent))
    }

    pub(super) fn is_over(&self) -> bool {
        self.stop.is_some_and(|stop| {
            let is_done = !stop.is_draining() && self.table.is_empty();
            is_done || stop.ends_all(self.now())
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
        let failed = match self.listeners.failed() {
            0 => String::new(),
            failed => format!("; {failed} accepts failed"),
        };
        self.outputs.log_summary(format!(
            "stopped after {} connections{reasons} and {} responses{failed}",
            self.table.accepted(),
            self.table.context().log.recorded()
        ));
    }
}
