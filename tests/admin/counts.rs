//! Clients in known states are counted in these states, and viewers are not counted.

use std::collections::BTreeMap;

use crate::support::{Client, eventually};
use crate::viewed::{ViewedServer, states};

/// The samples of `/metrics` by name with label.
fn metrics(viewed: &ViewedServer) -> BTreeMap<String, f64> {
    let text = viewed.get("/metrics");
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

#[test]
#[allow(clippy::float_cmp, reason = "small whole numbers")]
fn each_client_is_counted_in_its_state() {
    let viewed = ViewedServer::start(&[]);
    let _idle = [viewed.idle(), viewed.idle(), viewed.idle()];
    let _reading = [viewed.reading(), viewed.reading()];
    let _responding = [viewed.responding()];
    let state = viewed.await_states([2, 1, 3, 0]);
    assert_eq!(state["connections"]["open"], 6);
    assert_eq!(state["connections"]["accepted"], 6);
    assert_eq!(state["connections"]["closed"], 0);
    assert_eq!(state["descriptors"]["connections"], 6);
    assert_eq!(state["descriptors"]["files"], 1);
    assert_eq!(state["responses"]["200"], 3);
    let deadlines = state["queues"]["deadlines"].to_string();
    let expected = r#"{"closing":0,"first-byte":0,"head":2,"idle":3,"stall":1}"#;
    assert_eq!(deadlines, expected);
    // The connection stays in this state for two seconds.
    let closing = viewed.closing();
    let state = viewed.await_states([2, 1, 3, 1]);
    assert_eq!(state["queues"]["deadlines"]["closing"], 1);
    drop(closing);
    let state = viewed.await_states([2, 1, 3, 0]);
    assert_eq!(state["close_causes"]["close-asked"], 1);

    let metrics = metrics(&viewed);
    let table = [
        ("millpond_connections{state=\"reading\"}", 2.0),
        ("millpond_connections{state=\"responding\"}", 1.0),
        ("millpond_connections{state=\"idle\"}", 3.0),
        ("millpond_connections{state=\"closing\"}", 0.0),
        ("millpond_connections_accepted_total", 7.0),
        ("millpond_accepts_failed_total", 0.0),
        (
            "millpond_connections_closed_total{cause=\"close-asked\"}",
            1.0,
        ),
        ("millpond_connections_closed_total{cause=\"peer\"}", 0.0),
        ("millpond_deadlines{deadline=\"head\"}", 2.0),
        ("millpond_responses_total{status=\"200\"}", 4.0),
        ("millpond_descriptors{held_by=\"files\"}", 1.0),
        ("millpond_viewers", 0.0),
    ];
    for (name, expected) in table {
        assert_eq!(metrics.get(name), Some(&expected), "{name} in {metrics:#?}");
    }
    let turns = metrics["millpond_turn_seconds_count"];
    assert_eq!(metrics["millpond_turn_seconds_bucket{le=\"+Inf\"}"], turns);
    assert!(turns > 0.0 && metrics["millpond_written_bytes_total"] > 0.0);
}

#[test]
fn statuses_and_close_reasons_are_counted() {
    let viewed = ViewedServer::start(&["--keep-alive-requests", "2"]);
    let mut client = viewed.server.connect();
    client.get("/nothing");
    client.ask(
        "GET",
        "/",
        "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
    );
    client.expect_end();
    drop(client);
    let mut bad = viewed.server.connect();
    bad.send("bad\r\n\r\n");
    bad.answer_to("GET");
    drop(bad);
    viewed.await_states([0; 4]);
    let state = viewed.state();
    assert_eq!(
        state["responses"].to_string(),
        concat!(
            r#"{"200":0,"204":0,"206":0,"301":0,"304":1,"400":1,"404":1,"405":0,"408":0,"412":0,"#,
            r#""414":0,"416":0,"431":0,"501":0,"503":0,"505":0}"#
        )
    );
    assert_eq!(state["close_causes"]["request-limit"], 1);
    assert_eq!(state["close_causes"]["bad-request"], 1);
    assert_eq!(state["connections"]["closed"], 2);
}

/// A viewer leaves no trace in the data that it sees: no connection, no event, no row, no slot.
#[test]
fn viewers_are_not_counted() {
    let mut viewed = ViewedServer::start(&["--max-connections", "1"]);
    let _idle = viewed.idle();
    viewed.await_states([0, 0, 1, 0]);
    let before = viewed.state();
    for _ in 0..5 {
        viewed.get("/");
        viewed.get("/metrics");
    }
    let mut watching = Client::connect(viewed.admin);
    watching.send(format!(
        "GET /events HTTP/1.1\r\nHost: {}\r\n\r\n",
        viewed.admin
    ));
    watching.read(500);
    let after = viewed.state();
    assert_eq!(after["server"]["viewers"], 1);
    for part in [
        "connections",
        "descriptors",
        "queues",
        "close_causes",
        "responses",
        "bytes",
    ] {
        assert_eq!(before[part], after[part], "{part}");
    }
    for part in ["turns", "events"] {
        assert_eq!(before["loop"][part], after["loop"][part], "{part}");
    }
    assert_eq!(states(&after), [0, 0, 1, 0]);
    viewed.server.stop();
    let log = std::fs::read_to_string(viewed.site.log()).unwrap();
    assert_eq!(log.lines().count(), 2, "{log}");
    let goodbye = eventually("the last line", || {
        let line = viewed.server.next_diagnostic();
        line.contains("stopped after").then_some(line)
    });
    assert_eq!(
        goodbye,
        "millpond: stopped after 1 connections (stopped 1) and 1 responses"
    );
}
