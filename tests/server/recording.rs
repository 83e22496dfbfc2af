//! `--flight-recorder`: the last events, written when SIGUSR1 arrives.

use std::fs;

use rustix::process::Signal;

use crate::observing::read;
use crate::support::Site;

#[test]
fn a_signal_dumps_the_last_events_and_the_server_serves_on() {
    let site = Site::new();
    fs::write(site.path("last.json"), "of an earlier run").unwrap();
    let mut server = site.start(&["--flight-recorder", "last.json"]);
    server.next_diagnostic();
    let line = server.next_diagnostic();
    assert!(line.starts_with("millpond: kill -USR1 "), "{line}");
    server.connect().get("/");
    server.has_seen_all();
    let text = fs::read_to_string(site.path("last.json")).unwrap();
    assert_eq!(text, "of an earlier run");
    server.signal(Signal::USR1);
    let line = server.next_diagnostic();
    assert!(line.starts_with("millpond: wrote the last "), "{line}");
    let trace = read(&site, "last.json");
    assert_eq!(trace.instants("answers").len(), 3);
    assert_eq!(trace.instants("asked").len(), 1);
    // The server goes on serving.
    server.connect().get("/");
    server.stop();
}

#[test]
fn without_a_recorder_the_signal_does_nothing_and_is_named() {
    let site = Site::new();
    let mut server = site.start(&["--trace-file", "trace.json"]);
    server.signal(Signal::USR1);
    server.has_seen_all();
    server.stop();
    let lines = server.diagnostics.rest();
    let expected = "millpond: SIGUSR1 does nothing without --flight-recorder".to_owned();
    assert!(lines.contains(&expected), "{lines:?}");
}
