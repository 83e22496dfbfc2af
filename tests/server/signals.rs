//! Signals that ask for nothing: the server says so in one line, where there is something to say, and
//! goes on.

use rustix::process::Signal;

use crate::support::answer::HTML;
use crate::support::site::INDEX;
use crate::support::{Answer, Server, Site};

#[track_caller]
fn serves(server: &Server) {
    assert_eq!(server.connect().get("/"), Answer::file(HTML, INDEX));
}

#[test]
fn a_signal_that_asks_for_nothing_is_named_in_one_line_and_ends_nothing() {
    let table = [
        (
            Signal::USR1,
            "SIGUSR1 does nothing without --flight-recorder",
        ),
        (Signal::USR2, "SIGUSR2 does nothing here"),
        (Signal::ALARM, "SIGALRM does nothing here"),
        (Signal::VTALARM, "SIGVTALRM does nothing here"),
        (Signal::PROF, "SIGPROF does nothing here"),
        (Signal::IO, "SIGIO does nothing here"),
        (Signal::POWER, "SIGPWR does nothing here"),
        (Signal::STKFLT, "SIGSTKFLT does nothing here"),
    ];
    let site = Site::new();
    let mut server = site.start(&[]);
    server.next_diagnostic();
    for (signal, line) in table {
        for _ in 0..2 {
            server.signal(signal);
            assert_eq!(server.next_diagnostic(), format!("millpond: {line}"));
        }
        serves(&server);
    }
    server.stop();
}

#[test]
fn real_time_signals_end_nothing() {
    let site = Site::new();
    let mut server = site.start(&[]);
    server.next_diagnostic();
    let process = server.process().as_raw_nonzero().to_string();
    for name in ["RTMIN", "RTMIN+1", "RTMIN+3", "RTMAX-1", "RTMAX"] {
        let kill = format!("kill -s {name} {process}");
        let status = std::process::Command::new("bash")
            .args(["-c", &kill])
            .status();
        assert!(status.unwrap().success(), "{name}");
        let line = server.next_diagnostic();
        assert!(line.starts_with("millpond: signal "), "{name}: {line}");
        assert!(line.ends_with(" does nothing here"), "{name}: {line}");
        serves(&server);
    }
    server.stop();
}

#[test]
fn signals_that_are_common_for_other_reasons_are_not_mentioned() {
    let site = Site::new();
    let mut server = site.start(&[]);
    server.next_diagnostic();
    for signal in [
        Signal::PIPE,
        Signal::WINCH,
        Signal::CHILD,
        Signal::URG,
        Signal::XFSZ,
    ] {
        server.signal(signal);
        serves(&server);
    }
    server.stop();
    let last = server.diagnostics.rest();
    assert_eq!(last.len(), 1, "{last:?}");
}

#[test]
fn a_server_without_clients_says_at_its_end_that_there_were_none() {
    let site = Site::new();
    let mut server = site.start(&["--quiet"]);
    server.next_diagnostic();
    server.stop();
    let last = server.diagnostics.rest();
    assert_eq!(
        last,
        ["millpond: stopped after 0 connections and 0 responses"]
    );
}
