//! `/events`: pictures of the loop, one after the other, as server-sent events
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use std::net::SocketAddr;
use std::time::Duration;

use super::json::Json;
use super::state::{self, ServerSnapshot, seconds};
use crate::observe::live::{ConnectionSnapshot, LiveView, Timeline};

/// One picture: the state, and the slab drawn small.
pub(super) fn picture(view: &LiveView, snapshot: &ServerSnapshot, viewers: usize) -> String {
    let mut cells = String::new();
    view.draw_cells(&mut cells);
    let mut json = Json::default();
    json.object(|json| {
        state::members(json, view, snapshot, viewers);
        json.member("slab", |json| {
            json.number("slots_per_cell", view.slots_per_cell());
            json.string("cells", &cells);
        });
    });
    format!("event: picture\ndata: {}\n\n", json.into_text())
}

/// What is known of the connection that a viewer watches.
pub(super) fn append_connection(
    out: &mut String,
    watch: &Timeline,
    known: Option<ConnectionSnapshot>,
    now: u64,
) {
    let mut json = Json::default();
    json.object(|json| {
        json.number(
            "slot",
            watch.id().map_or(watch.slot(), |id| id.slot as usize),
        );
        json.optional("serial", watch.id().map(|id| id.generation));
        json.number("open", known.is_some());
        if let Some(known) = known {
            append_known(json, &known, now);
        }
        json.array("timeline", |json| {
            for (at, sentence) in watch.lines() {
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

fn append_known(json: &mut Json, known: &ConnectionSnapshot, now: u64) {
    let age = |since: u64| Duration::from_millis(now.saturating_sub(since));
    json.string("peer", &SocketAddr::from(known.peer).to_string());
    json.string("state", state::state_name(known.state));
    json.string("waits_for", known.state.waits_for());
    json.number("responses", known.responses);
    json.number("age_seconds", seconds(age(known.accepted)));
    json.number("state_seconds", seconds(age(known.since)));
    json.string("deadline", known.deadline.name());
    let left = Duration::from_millis(known.due.saturating_sub(now));
    json.number("deadline_in_seconds", seconds(left));
}
