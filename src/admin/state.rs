//! `/state`: the loop as it is now, in JSON.

use std::time::Duration;

use crate::config::Limits;
use crate::connection::context::Lifecycle;
use crate::events::close_reason::CloseReason;
use crate::events::deadline::Deadline;
use crate::events::event::ConnectionCounts;
use crate::events::state::StateName;
use crate::http::status::Status;
use crate::observe::json::Json;
use crate::observe::live::LiveView;
use crate::observe::live::loop_stats::BOUNDS;
use crate::os::descriptors::FdBudget;

/// What the server knows besides the events: borrowed for one turn.
#[derive(Debug)]
pub(crate) struct ServerSnapshot<'a> {
    /// The time since the start: read for the snapshot, not the turn's.
    pub(crate) now: Duration,
    /// The text of the `Date` field.
    pub(crate) date: &'a str,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) limits: &'a Limits,
    pub(crate) descriptors: FdBudget,
    pub(crate) counts: ConnectionCounts,
    /// How many accepts failed, for a reason that concerns one client.
    pub(crate) accepts_failed: u64,
    pub(crate) rows_lost: u64,
}

/// The whole answer: an object and a line end.
pub(super) fn state_text(view: &LiveView, snapshot: &ServerSnapshot, viewers: usize) -> String {
    let mut json = Json::default();
    json.object(|json| members(json, view, snapshot, viewers));
    let mut text = json.into_text();
    text.push('\n');
    text
}

/// The members of the object. Each picture has the same.
pub(super) fn members(json: &mut Json, view: &LiveView, snapshot: &ServerSnapshot, viewers: usize) {
    json.member("server", |json| {
        json.string("version", env!("CARGO_PKG_VERSION"));
        json.number("process", std::process::id());
        json.number("uptime_seconds", seconds(snapshot.now));
        json.string(
            "phase",
            match snapshot.lifecycle {
                Lifecycle::Serving => "serving",
                Lifecycle::Stopping => "stopping",
            },
        );
        json.number("viewers", viewers);
    });
    json.member("connections", |json| {
        for state in StateName::ALL {
            json.number(state.label(), view.in_state(state));
        }
        json.number("open", view.open());
        json.number("accepted", view.accepted());
        json.number("accepts_failed", snapshot.accepts_failed);
        json.number("closed", view.closed().total());
    });
    json.member("limits", |json| limits(json, snapshot.limits));
    json.member("descriptors", |json| {
        json.number("connections", snapshot.descriptors.connections());
        json.number("files", snapshot.descriptors.files());
        json.number("limit", snapshot.limits.max_descriptors);
    });
    json.member("queues", |json| {
        json.number("ready", snapshot.counts.ready);
        json.number("parked", snapshot.counts.waiting_for_fd);
        json.member("deadlines", |json| {
            for deadline in Deadline::ALL {
                json.number(deadline.name(), snapshot.counts.waiting_for(deadline));
            }
        });
    });
    json.member("close_causes", |json| {
        for reason in CloseReason::ALL {
            json.number(reason.name(), view.closed().count(reason));
        }
    });
    json.member("responses", |json| {
        for status in Status::ALL {
            json.number(&status.code().to_string(), view.responses(status));
        }
    });
    json.member("bytes", |json| {
        json.number("read", view.bytes_read());
        json.number("written", view.bytes_written());
    });
    json.number("log_rows_lost", snapshot.rows_lost);
    json.member("loop", |json| loop_stats(json, view));
}

fn limits(json: &mut Json, limits: &Limits) {
    json.number("connections", limits.max_connections);
    json.number("keep_alive_seconds", seconds(limits.keep_alive));
    json.optional("keep_alive_requests", limits.keep_alive_requests);
    json.number("head_timeout_seconds", seconds(limits.head_timeout));
    json.number("stall_timeout_seconds", seconds(limits.stall_timeout));
    json.member("deadline_seconds", |json| {
        for deadline in Deadline::ALL {
            json.number(deadline.name(), seconds(limits.duration_of(deadline)));
        }
    });
}

fn loop_stats(json: &mut Json, view: &LiveView) {
    let loop_stats = view.loop_stats();
    json.number("turns", loop_stats.turns);
    json.number("events", loop_stats.events);
    json.number("last_batch", loop_stats.last_batch);
    // A client that becomes ready during a turn waits for its end.
    json.member("lag_seconds", |json| {
        json.number("p50", f64::from(loop_stats.quantile(0.5)) / 1e6);
        json.number("p99", f64::from(loop_stats.quantile(0.99)) / 1e6);
        json.number("longest", seconds(loop_stats.longest));
    });
    json.array("lag_counts", |json| {
        let bounds = BOUNDS.iter().map(Some).chain([None]);
        for (bound, count) in bounds.zip(loop_stats.lengths) {
            json.element(|json| {
                json.optional("up_to_us", bound);
                json.number("turns", count);
            });
        }
    });
    let last = &loop_stats.last_second;
    json.member("last_second", |json| {
        json.number("turns", last.turns);
        json.number("accepted", last.accepted);
        json.number("responses", last.responses);
        json.number("bytes_read", last.bytes_read);
        json.number("bytes_written", last.bytes_written);
        json.number("longest_turn_seconds", seconds(last.longest));
    });
}

/// Seconds, exact to the microsecond.
pub(super) fn seconds(time: Duration) -> f64 {
    // The 53 bits of a float hold the microseconds of 285 years.
    #[allow(clippy::cast_precision_loss)]
    let micros = time.as_micros() as f64;
    micros / 1e6
}
