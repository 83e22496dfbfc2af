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

/// Without a recorder the signal keeps its default action.
#[test]
fn the_signal_ends_a_server_without_a_recorder() {
    use std::os::unix::process::ExitStatusExt as _;
    let site = Site::new();
    let mut server = site.start(&["--trace-file", "trace.json"]);
    server.signal(Signal::USR1);
    assert_eq!(server.wait().signal(), Some(Signal::USR1.as_raw()));
}
