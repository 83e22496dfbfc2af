//! Runs that end early: by a signal, or because the server ends.

use rustix::process::Signal;

use crate::runner::Swarm;
use crate::support::Site;

#[test]
fn a_signal_in_the_hold_gives_the_report_so_far() {
    let site = Site::new();
    let server = site.start(&["--quiet"]);
    for signal in [Signal::INT, Signal::TERM] {
        let mut swarm = Swarm::start(server.address, "-c 40 --hold forever");
        swarm.is_holding();
        swarm.signal(signal);
        let result = swarm.finish();
        result.adds_up(40);
        assert_eq!(result.ended("alive"), 40);
        assert_eq!(result.report["finish"], "stopped");
        assert_eq!(result.status, 0);
    }
}

#[test]
fn a_signal_in_the_ramp_gives_the_report_so_far() {
    let site = Site::new();
    let mut server = site.start(&[]);
    let swarm = Swarm::start(server.address, "-c 1000 --ramp 10m");
    // Two have been served, and the others are minutes away.
    for _ in 0..2 {
        server.next_line();
    }
    swarm.signal(Signal::INT);
    let result = swarm.finish();
    result.adds_up(1000);
    assert!(result.ended("not-tried") > 900);
    assert!(result.ended("alive") >= 1);
    assert!(result.report["ramp_seconds"].is_null());
    assert_eq!(result.report["finish"], "stopped");
}

#[test]
fn the_run_ends_when_the_server_stops_in_the_hold() {
    let site = Site::new();
    let mut server = site.start(&["--quiet"]);
    let mut swarm = Swarm::start(server.address, "-c 40 --hold forever --expect closed==40");
    swarm.is_holding();
    server.stop();
    let result = swarm.finish();
    result.adds_up(40);
    assert_eq!(result.ended("closed"), 40);
    assert_eq!(result.report["finish"], "nobody-left");
    // It had promised to keep them for ten seconds.
    assert_eq!(result.count("connections/closed_early"), 40);
    assert_eq!(result.status, 0, "{}", result.text);
}

#[test]
fn the_run_ends_when_the_server_is_killed_in_the_hold() {
    let site = Site::new();
    let mut server = site.start(&["--quiet"]);
    let mut swarm = Swarm::start(server.address, "-c 40 --hold forever");
    swarm.is_holding();
    server.signal(Signal::KILL);
    server.wait();
    let result = swarm.finish();
    result.adds_up(40);
    assert_eq!(result.ended("closed") + result.ended("reset"), 40);
}
