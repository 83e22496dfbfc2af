//! `/events`: one picture of the loop after the other, as server-sent events
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use std::net::SocketAddr;
use std::time::Duration;

use super::state::{ServerSnapshot, members, seconds};
use crate::observe::json::Json;
use crate::observe::live::{ConnectionSnapshot, LiveView, Timeline};

/// A picture: the state, and the heatmap of all slots.
pub(super) fn picture(view: &LiveView, snapshot: &ServerSnapshot, viewers: usize) -> String {
    let mut cells = String::new();
    view.draw_heatmap(&mut cells);
    let mut json = Json::default();
    json.object(|json| {
        members(json, view, snapshot, viewers);
        json.member("slab", |json| {
            json.number("slots_per_cell", view.slots_per_cell());
            json.string("cells", &cells);
        });
    });
    format!("event: picture\ndata: {}\n\n", json.into_text())
}

/// The connection that a viewer watches: `connection` is `None` before it is accepted, and after
/// it is closed. `now` is in milliseconds.
pub(super) fn append_connection(
    out: &mut String,
    timeline: &Timeline,
    connection: Option<ConnectionSnapshot>,
    now: u64,
) {
    let id = timeline.id();
    let mut json = Json::default();
    json.object(|json| {
        json.number("slot", id.map_or(timeline.slot(), |id| id.slot as usize));
        json.optional("serial", id.map(|id| id.generation));
        json.number("open", connection.is_some());
        if let Some(connection) = connection {
            append_snapshot(json, &connection, now);
        }
        json.array("timeline", |json| {
            for (at, sentence) in timeline.lines() {
                json.element(|json| {
                    json.number("at", seconds(at));
                    json.string("text", &sentence);
                });
            }
        });
    });
    out.push_str("event: connection\ndata: ");
    out.push_str(&json.into_text());
    out.push_str("\n\n");
}

fn append_snapshot(json: &mut Json, connection: &ConnectionSnapshot, now: u64) {
    let between = |from: u64, to: u64| seconds(Duration::from_millis(to.saturating_sub(from)));
    json.string("peer", &SocketAddr::from(connection.peer).to_string());
    json.string("state", connection.state.label());
    json.string("waits_for", connection.state.waits_for());
    json.number("responses", connection.responses);
    json.number("age_seconds", between(connection.accepted, now));
    json.number("state_seconds", between(connection.since, now));
    json.string("deadline", connection.deadline.name());
    json.number("deadline_in_seconds", between(now, connection.due));
}
