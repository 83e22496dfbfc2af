//! When clients are accepted: as soon as they have connected, or with their first bytes.

use std::time::{Duration, Instant};

use crate::support::answer::HTML;
use crate::support::site::INDEX;
use crate::support::{Answer, Goodbye, Site};

/// The kernel keeps a silent client for a second, and the server for as long as it keeps any.
#[test]
fn a_silent_one_with_deferral() {
    if !cfg!(target_os = "linux") {
        println!("skipped: --defer-accept needs Linux");
        return;
    }
    let site = Site::new();
    let mut server = site.start(&["--defer-accept", "--head-timeout", "1"]);
    let since = Instant::now();
    let mut silent = server.connect();
    // Others need not wait for it.
    let mut asking = server.connect();
    assert_eq!(asking.get("/"), Answer::file(HTML, INDEX));
    assert_eq!(asking.get("/"), Answer::file(HTML, INDEX).left(996));
    silent.expect_end();
    assert!(since.elapsed() >= Duration::from_secs(2));
    let goodbye = Goodbye::of(&mut server);
    assert_eq!(goodbye.connections, 2);
    assert_eq!(goodbye.count("head-deadline"), 1, "{goodbye:?}");
}

/// Whether its first bytes are all of them or not.
#[test]
fn a_request_in_two_pieces_with_deferral() {
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
        assert_eq!(client.answer_to("GET"), Answer::file(HTML, INDEX).closing());
        client.expect_end();
    }
    assert_eq!(Goodbye::of(&mut server).count("close-asked"), 3);
}
