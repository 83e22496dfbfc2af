//! `/metrics`: the same facts for Prometheus, in its text format
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::fmt::{Display, Write as _};

use super::state::{ServerSnapshot, seconds, state_name};
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::state::StateName;
use crate::http::status::Status;
use crate::observe::live::{BOUNDS, LiveView, STATUSES};

/// The text on its way.
struct Metrics {
    text: String,
}

impl Metrics {
    #[inline(never)]
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String can't fail.
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    #[inline(never)]
    fn single(&mut self, name: &str, kind: &str, help: &str, value: &dyn Display) {
        self.family(name, kind, help);
        let _ = writeln!(self.text, "{name} {value}");
    }

    #[inline(never)]
    fn labelled(&mut self, [name, kind, help, label]: [&str; 4], values: &[(&str, u64)]) {
        self.family(name, kind, help);
        for (value, count) in values {
            let _ = writeln!(self.text, "{name}{{{label}=\"{value}\"}} {count}");
        }
    }
}

/// All metrics.
pub(super) fn text(view: &LiveView, snapshot: &ServerSnapshot, viewers: usize) -> String {
    let mut metrics = Metrics {
        text: String::new(),
    };
    about_server(&mut metrics, snapshot, viewers);
    about_connections(&mut metrics, view, snapshot);
    about_responses(&mut metrics, view);
    about_loop(&mut metrics, view);
    metrics.text
}

fn about_server(metrics: &mut Metrics, snapshot: &ServerSnapshot, viewers: usize) {
    metrics.labelled(
        [
            "millpond_build_info",
            "gauge",
            "The version that runs.",
            "version",
        ],
        &[(env!("CARGO_PKG_VERSION"), 1)],
    );
    let uptime = seconds(snapshot.now);
    let help = "Time since the start.";
    metrics.single("millpond_uptime_seconds", "gauge", help, &uptime);
    let help = "Who watches the live view.";
    metrics.single("millpond_viewers", "gauge", help, &viewers);
    let used = snapshot.descriptors;
    metrics.labelled(
        [
            "millpond_descriptors",
            "gauge",
            "Descriptors in use.",
            "held_by",
        ],
        &[
            ("connections", used.connections() as u64),
            ("files", used.files() as u64),
        ],
    );
    let help = "Descriptors that connections and files may use.";
    let limit = snapshot.limits.max_descriptors;
    metrics.single("millpond_descriptors_limit", "gauge", help, &limit);
    let help = "Log rows that could not be written.";
    metrics.single(
        "millpond_log_rows_lost_total",
        "counter",
        help,
        &snapshot.rows_lost,
    );
}

fn about_connections(metrics: &mut Metrics, view: &LiveView, snapshot: &ServerSnapshot) {
    metrics.labelled(
        [
            "millpond_connections",
            "gauge",
            "Connections by state.",
            "state",
        ],
        &StateName::ALL.map(|state| (state_name(state), view.in_state(state) as u64)),
    );
    let help = "Connections that there may be at once.";
    let limit = snapshot.limits.max_connections;
    metrics.single("millpond_connections_limit", "gauge", help, &limit);
    let help = "Connections that have been accepted.";
    let name = "millpond_connections_accepted_total";
    metrics.single(name, "counter", help, &view.accepted_so_far());
    metrics.labelled(
        [
            "millpond_connections_closed_total",
            "counter",
            "Connections that have ended, by cause.",
            "cause",
        ],
        &CloseReason::ALL.map(|cause| (cause.name(), view.close_reasons().count(cause))),
    );
    metrics.labelled(
        [
            "millpond_deadlines",
            "gauge",
            "Connections by the deadline before them.",
            "deadline",
        ],
        &Deadline::ALL.map(|one| (one.name(), snapshot.counts.waiting_for(one) as u64)),
    );
    metrics.labelled(
        [
            "millpond_queue_length",
            "gauge",
            "Connections that go on without an event.",
            "queue",
        ],
        &[
            ("ready", snapshot.counts.ready as u64),
            ("parked", snapshot.counts.waiting_for_fd as u64),
        ],
    );
}

fn about_responses(metrics: &mut Metrics, view: &LiveView) {
    let code = |status: Status| match status {
        Status::Ok => "200",
        Status::NotModified => "304",
        Status::BadRequest => "400",
        Status::NotFound => "404",
    };
    metrics.labelled(
        [
            "millpond_responses_total",
            "counter",
            "Responses that have ended, by status.",
            "status",
        ],
        &STATUSES.map(|status| (code(status), view.responses(status))),
    );
    let help = "Bytes read from clients.";
    metrics.single(
        "millpond_read_bytes_total",
        "counter",
        help,
        &view.bytes_read(),
    );
    let help = "Bytes written to clients.";
    let name = "millpond_written_bytes_total";
    metrics.single(name, "counter", help, &view.bytes_written());
}

fn about_loop(metrics: &mut Metrics, view: &LiveView) {
    let loop_stats = view.loop_stats();
    let help = "Turns of the loop in which something happened.";
    metrics.single("millpond_turns_total", "counter", help, &loop_stats.turns());
    let help = "Events that the kernel has given.";
    metrics.single(
        "millpond_events_total",
        "counter",
        help,
        &loop_stats.events(),
    );
    let help = "The longest turn since the start.";
    let longest = seconds(loop_stats.longest());
    metrics.single("millpond_longest_turn_seconds", "gauge", help, &longest);
    let name = "millpond_turn_seconds";
    metrics.family(
        name,
        "histogram",
        "How long turns took, which is what newcomers to them wait.",
    );
    let mut so_far = 0;
    for (bound, count) in BOUNDS.iter().zip(loop_stats.lengths()) {
        so_far += count;
        let bound = f64::from(*bound) / 1e6;
        let _ = writeln!(metrics.text, "{name}_bucket{{le=\"{bound}\"}} {so_far}");
    }
    let all: u64 = loop_stats.lengths().iter().sum();
    let _ = writeln!(metrics.text, "{name}_bucket{{le=\"+Inf\"}} {all}");
    let _ = writeln!(metrics.text, "{name}_sum {}", seconds(loop_stats.total()));
    let _ = writeln!(metrics.text, "{name}_count {all}");
}
