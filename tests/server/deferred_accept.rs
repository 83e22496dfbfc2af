//! When clients are accepted: as soon as they have connected, or, with `--defer-accept`, with their
//! first bytes.

use std::time::{Duration, Instant};

use crate::support::{Answer, Goodbye, Site};

/// The kernel holds a silent client back for a second; then the server keeps it until its head
/// timeout.
#[test]
fn a_silent_client_with_deferral_ends_at_the_head_deadline() {
    if !cfg!(target_os = "linux") {
        println!("skipped: --defer-accept needs Linux");
        return;
    }
    let site = Site::new();
    let mut server = site.start(&["--defer-accept", "--head-timeout", "1"]);
    let since = Instant::now();
    let mut silent = server.connect();
    // Other clients do not have to wait for the silent one.
    let mut asking = server.connect();
    assert_eq!(asking.get("/"), Answer::index());
    assert_eq!(asking.get("/"), Answer::index().left(996));
    silent.expect_end();
    assert!(since.elapsed() >= Duration::from_secs(2));
    let goodbye = Goodbye::of(&mut server);
    assert_eq!(goodbye.connections, 2);
    assert_eq!(goodbye.count("head-deadline"), 1, "{goodbye:?}");
}

/// Wherever the first bytes end: within the head, or just before its end.
#[test]
fn a_request_in_two_pieces_with_deferral_is_answered() {
    if !cfg!(target_os = "linux") {
        println!("skipped: --defer-accept needs Linux");
        return;
    }
    let site = Site::new();
    let mut server = site.start(&["--defer-accept"]);
    let request = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    for at in [1, 17, request.len() - 1] {
        let mut client = server.connect();
        client.send(&request[..at]);
        server.has_seen_all();
        client.send(&request[at..]);
        assert_eq!(client.answer_to("GET"), Answer::index().closing());
        client.expect_end();
    }
    assert_eq!(Goodbye::of(&mut server).count("close-asked"), 3);
}
