//! `/metrics`: the same facts for Prometheus, in its text format
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::fmt::{Display, Write as _};

use super::state::{ServerSnapshot, seconds};
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::state::StateName;
use crate::http::status::Status;
use crate::observe::live::LiveView;
use crate::observe::live::loop_stats::{BOUNDS, LoopStats};

/// The text, as far as it is written.
#[derive(Default)]
struct Metrics {
    text: String,
}

impl Metrics {
    /// The lines above the values of a metric. By convention the name of a counter ends with
    /// `_total`.
    #[inline(never)]
    fn family(&mut self, name: &str, help: &str, is_histogram: bool) {
        let kind = if is_histogram {
            "histogram"
        } else if name.ends_with("_total") {
            "counter"
        } else {
            "gauge"
        };
        // Writing to a String can't fail.
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    #[inline(never)]
    fn single(&mut self, name: &str, help: &str, value: &dyn Display) {
        self.family(name, help, false);
        let _ = writeln!(self.text, "{name} {value}");
    }

    /// A metric with one label, and its value for each value of the label.
    fn labelled(&mut self, name: &str, help: &str, label: &str, values: &[(impl Display, u64)]) {
        self.family(name, help, false);
        for (value, count) in values {
            let _ = writeln!(self.text, "{name}{{{label}=\"{value}\"}} {count}");
        }
    }

    /// A histogram of the lengths of turns.
    fn histogram(&mut self, name: &str, help: &str, loop_stats: &LoopStats) {
        self.family(name, help, true);
        let mut so_far = 0;
        for (bound, count) in BOUNDS.iter().zip(loop_stats.lengths) {
            so_far += count;
            let bound = f64::from(*bound) / 1e6;
            let _ = writeln!(self.text, "{name}_bucket{{le=\"{bound}\"}} {so_far}");
        }
        let all: u64 = loop_stats.lengths.iter().sum();
        let _ = writeln!(self.text, "{name}_bucket{{le=\"+Inf\"}} {all}");
        let _ = writeln!(self.text, "{name}_sum {}", seconds(loop_stats.total));
        let _ = writeln!(self.text, "{name}_count {all}");
    }
}

/// The whole answer.
#[rustfmt::skip] // A metric per line, or two.
pub(super) fn metrics_text(view: &LiveView, snapshot: &ServerSnapshot, viewers: usize) -> String {
    let mut metrics = Metrics::default();
    let (limits, counts, used) = (snapshot.limits, &snapshot.counts, snapshot.descriptors);
    let loop_stats = view.loop_stats();

    metrics.labelled("millpond_build_info", "The version that runs.", "version",
        &[(env!("CARGO_PKG_VERSION"), 1)]);
    metrics.single("millpond_uptime_seconds", "Time since the start.", &seconds(snapshot.now));
    metrics.single("millpond_viewers", "Viewers that watch the live view.", &viewers);
    metrics.labelled("millpond_descriptors", "Descriptors in use.", "held_by",
        &[("connections", used.connections() as u64), ("files", used.files() as u64)]);
    metrics.single("millpond_descriptors_limit", "Descriptors that connections and files may use.",
        &limits.max_descriptors);
    metrics.single("millpond_log_rows_lost_total", "Log rows that could not be written.",
        &snapshot.rows_lost);

    metrics.labelled("millpond_connections", "Connections by state.", "state",
        &StateName::ALL.map(|state| (state.label(), view.in_state(state) as u64)));
    metrics.single("millpond_connections_limit", "Connections that there may be at once.",
        &limits.max_connections);
    metrics.single("millpond_connections_accepted_total", "Connections that have been accepted.",
        &view.accepted());
    metrics.single("millpond_accepts_failed_total",
        "Accepts that failed, because the client had left or for an error of the network.",
        &snapshot.accepts_failed);
    metrics.labelled("millpond_connections_closed_total", "Connections that have ended, by cause.",
        "cause", &CloseReason::ALL.map(|reason| (reason.name(), view.closed().count(reason))));
    metrics.labelled("millpond_deadlines", "Connections by the deadline before them.", "deadline",
        &Deadline::ALL.map(|kind| (kind.name(), counts.waiting_for(kind) as u64)));
    metrics.labelled("millpond_queue_length", "Connections that go on without an event.", "queue",
        &[("ready", counts.ready as u64), ("parked", counts.waiting_for_fd as u64)]);

    metrics.labelled("millpond_responses_total", "Responses that have ended, by status.", "status",
        &Status::ALL.map(|status| (status.code(), view.responses(status))));
    metrics.single("millpond_read_bytes_total", "Bytes read from clients.", &view.bytes_read());
    metrics.single("millpond_written_bytes_total", "Bytes written to clients.",
        &view.bytes_written());

    metrics.single("millpond_turns_total", "Turns of the loop in which something happened.",
        &loop_stats.turns);
    metrics.single("millpond_events_total", "Events that the kernel has given.",
        &loop_stats.events);
    metrics.single("millpond_longest_turn_seconds", "The longest turn since the start.",
        &seconds(loop_stats.longest));
    metrics.histogram("millpond_turn_seconds",
        "How long turns took: the longest that a client waits which becomes ready meanwhile.",
        loop_stats);
    metrics.text
}
