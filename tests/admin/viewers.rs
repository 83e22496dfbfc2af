//! How many viewers there may be, and what one costs that does not read.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::events::Watching;
use crate::support::{Client, eventually};
use crate::viewed::ViewedServer;

const VIEWERS: usize = 16;

fn watch(viewed: &ViewedServer) -> Client {
    let mut client = Client::connect(viewed.admin);
    client.send(format!(
        "GET /events HTTP/1.1\r\nHost: {}\r\n\r\n",
        viewed.admin
    ));
    client
}

/// How much memory the process uses, in KiB.
fn resident(viewed: &ViewedServer) -> u64 {
    let status = viewed.server.process_file("status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.unwrap().trim().strip_suffix(" kB").unwrap();
    number.parse().unwrap()
}

#[test]
fn one_viewer_too_many_is_refused_and_state_is_still_served() {
    let viewed = ViewedServer::start(&[]);
    let mut watching: Vec<Client> = (0..VIEWERS).map(|_| watch(&viewed)).collect();
    for client in &mut watching {
        client.read(200);
    }
    assert_eq!(viewed.state()["server"]["viewers"], 16);
    let refused = viewed.ask("GET", "/events");
    assert!(
        refused.starts_with("HTTP/1.1 503 Service Unavailable\r\n"),
        "{refused}"
    );
    assert!(
        refused.ends_with("\r\n\r\ntoo many watch already\n"),
        "{refused}"
    );
    // Another viewer is admitted once one has left.
    watching.pop();
    eventually("one has left", || {
        (viewed.state()["server"]["viewers"] == 15).then_some(())
    });
    let mut another = watch(&viewed);
    assert!(another.read(200).starts_with(b"HTTP/1.1 200 OK\r\n"));
}

/// Clients beyond the limit wait in the kernel's queue, and the server serves files all the while.
#[test]
fn a_crowd_of_silent_viewers_does_not_stop_the_file_server() {
    let viewed = ViewedServer::start(&[]);
    let silent: Vec<Client> = (0..60).map(|_| Client::connect(viewed.admin)).collect();
    viewed.idle();
    let descriptors = viewed.server.descriptors();
    assert!(descriptors < 45, "{descriptors}");
    drop(silent);
    assert_eq!(viewed.get("/health"), "ok\n");
}

/// All places are taken by connections that ask for nothing, and more wait. The oldest are dropped for
/// a collector of metrics, and a viewer that watches stays.
#[test]
fn silent_connections_do_not_keep_metrics_away() {
    let viewed = ViewedServer::start(&[]);
    let mut watching = Watching::begin(&viewed, "/events");
    watching.next("picture");
    let silent: Vec<Client> = (0..40).map(|_| Client::connect(viewed.admin)).collect();
    let asked = Instant::now();
    assert!(viewed.get("/metrics").contains("millpond_"));
    let time = asked.elapsed();
    // Twice what is promised, for a busy machine. Without an eviction it is some 10 s.
    assert!(time < Duration::from_secs(2), "{time:?}");
    watching.next("picture");
    drop(silent);
}

/// A viewer that stops reading loses pictures. The server buffers at most one for it, and delays no
/// other client.
#[test]
fn a_slow_viewer_loses_pictures_and_delays_no_client() {
    const SHOWN: usize = 24;
    let viewed = ViewedServer::start(&[]);
    // With some thousand slots each picture is 15 KB large.
    let crowd: Vec<Client> = (0..3_000).map(|_| viewed.server.connect()).collect();
    eventually("all are in", || {
        (viewed.state()["connections"]["open"] == 3_000).then_some(())
    });
    let uptime = |seen: &Value| seen["server"]["uptime_seconds"].as_f64().unwrap();
    let slow = Client::with_receive_buffer(viewed.admin, 4096);
    let mut slow = Watching::on(slow, &viewed, "/events");
    let mut quick = Watching::begin(&viewed, "/events");
    quick.next("picture");
    let before = resident(&viewed);
    // Some six seconds: more than the kernel's buffers for the slow viewer hold.
    let last = (0..SHOWN).map(|_| quick.next("picture")).last().unwrap();
    assert_eq!(viewed.server.connect().get("/").status, "HTTP/1.1 200 OK");
    let after = resident(&viewed);
    assert!(after < before + 256, "{before} KiB grew to {after}");
    // The slow viewer resumes: far fewer pictures are buffered for it than were shown; then the
    // current one comes.
    let mut buffered = 0;
    while uptime(&slow.next("picture")) < uptime(&last) {
        buffered += 1;
    }
    assert!(
        buffered < SHOWN * 2 / 3,
        "{buffered} pictures were buffered"
    );
    drop(crowd);
}

#[test]
fn the_live_view_ends_with_its_server_and_returns_with_the_next() {
    let mut viewed = ViewedServer::start(&[]);
    let mut watching = watch(&viewed);
    watching.read(200);
    viewed.server.stop();
    watching.read_to_end();
    // The port is free at once.
    let admin = viewed.admin.to_string();
    let mut next = viewed.site.start(&["--admin", &admin]);
    eventually("the live view is back", || {
        let line = next.next_diagnostic();
        (line == format!("millpond: live view on http://{admin}/")).then_some(())
    });
    assert_eq!(viewed.get("/health"), "ok\n");
}
