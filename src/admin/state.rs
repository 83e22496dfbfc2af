//! `/state`: the loop as it is now, in JSON.

use std::time::Duration;

use super::json::Json;
use crate::cause::Cause;
use crate::config::Limits;
use crate::descriptors::DescriptorUse;
use crate::observer::Census;
use crate::observers::view::{BOUNDS, STATUSES, View};
use crate::shared::Phase;
use crate::states::StateName;
use crate::timeouts::Deadline;

/// What the server itself says, besides the events: lent for the length of a turn.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The time since the start, read afresh.
    pub now: Duration,
    /// The text of `Date`.
    pub date: &'a str,
    /// Whether it serves.
    pub phase: Phase,
    /// The bounds.
    pub limits: &'a Limits,
    /// The descriptors that connections and their files hold.
    pub descriptors: DescriptorUse,
    /// The queues.
    pub census: Census,
    /// How many rows the log has lost.
    pub rows_lost: u64,
}

/// A state's name in JSON and in metrics.
pub(super) fn state_name(state: StateName) -> &'static str {
    match state {
        StateName::Reading => "reading",
        StateName::Responding => "responding",
        StateName::Idle => "idle",
        StateName::Closing => "closing",
    }
}

/// The whole text, and a line end.
pub(super) fn text(view: &View, facts: &Facts, viewers: usize) -> String {
    let mut json = Json::default();
    json.object(|json| members(json, view, facts, viewers));
    let mut text = json.into_text();
    text.push('\n');
    text
}

/// The members of the object that is the state.
pub(super) fn members(json: &mut Json, view: &View, facts: &Facts, viewers: usize) {
    json.member("server", |json| {
        json.string("version", env!("CARGO_PKG_VERSION"));
        json.number("process", std::process::id());
        json.number("uptime_seconds", seconds(facts.now));
        json.string(
            "phase",
            match facts.phase {
                Phase::Serving => "serving",
                Phase::Stopping => "stopping",
            },
        );
        json.number("viewers", viewers);
    });
    json.member("connections", |json| {
        for state in StateName::ALL {
            json.number(state_name(state), view.in_state(state));
        }
        json.number("open", view.open());
        json.number("accepted", view.accepted_so_far());
        json.number("closed", view.causes().total());
    });
    json.member("limits", |json| limits(json, facts.limits));
    json.member("descriptors", |json| {
        json.number("connections", facts.descriptors.connections);
        json.number("files", facts.descriptors.files);
        json.number("limit", facts.limits.max_descriptors);
    });
    json.member("queues", |json| {
        json.number("ready", facts.census.ready);
        json.number("parked", facts.census.parked);
        json.member("deadlines", |json| {
            for deadline in Deadline::ALL {
                json.number(deadline.name(), facts.census.waiting_for(deadline));
            }
        });
    });
    json.member("close_causes", |json| {
        for cause in Cause::ALL {
            json.number(cause.name(), view.causes().of(cause));
        }
    });
    json.member("responses", |json| {
        for status in STATUSES {
            json.number(&status.code().to_string(), view.responses(status));
        }
    });
    json.member("bytes", |json| {
        json.number("read", view.bytes_read());
        json.number("written", view.bytes_written());
    });
    json.number("log_rows_lost", facts.rows_lost);
    json.member("loop", |json| pace(json, view));
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

fn pace(json: &mut Json, view: &View) {
    let pace = view.pace();
    json.number("turns", pace.turns());
    json.number("events", pace.events());
    json.number("last_batch", pace.last_batch());
    // A turn is what those wait for who come while it lasts.
    json.member("lag_seconds", |json| {
        json.number("p50", f64::from(pace.quantile(0.5)) / 1e6);
        json.number("p99", f64::from(pace.quantile(0.99)) / 1e6);
        json.number("longest", seconds(pace.longest()));
    });
    json.array("lag_counts", |json| {
        let bounds = BOUNDS.iter().map(Some).chain([None]);
        for (bound, count) in bounds.zip(pace.lengths()) {
            json.element(|json| {
                json.optional("up_to_us", bound);
                json.number("turns", count);
            });
        }
    });
    let last = pace.last_second();
    json.member("last_second", |json| {
        json.number("turns", last.turns);
        json.number("accepted", last.accepted);
        json.number("responses", last.responses);
        json.number("bytes_read", last.read);
        json.number("bytes_written", last.written);
        json.number("longest_turn_seconds", seconds(last.longest));
    });
}

/// To the microsecond.
pub(super) fn seconds(time: Duration) -> f64 {
    // Microseconds of a thousand years fit into the 53 bits of a float.
    #[allow(clippy::cast_precision_loss)]
    let micros = time.as_micros() as f64;
    micros / 1e6
}
