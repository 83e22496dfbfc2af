//! Runs that end before their time.

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
        let outcome = swarm.finish();
        outcome.adds_up(40);
        assert_eq!(outcome.ended("alive"), 40);
        assert_eq!(outcome.report["finish"], "stopped");
        assert_eq!(outcome.status, 0);
    }
}

#[test]
fn a_signal_in_the_ramp_gives_the_report_so_far() {
    let site = Site::new();
    let mut server = site.start(&[]);
    let swarm = Swarm::start(server.address, "-c 1000 --ramp 10m");
    // Two have come, and the others are minutes away.
    for _ in 0..2 {
        server.next_line();
    }
    swarm.signal(Signal::INT);
    let outcome = swarm.finish();
    outcome.adds_up(1000);
    assert!(outcome.ended("not-tried") > 900);
    assert!(outcome.ended("alive") >= 1);
    assert!(outcome.report["ramp_seconds"].is_null());
    assert_eq!(outcome.report["finish"], "stopped");
}

#[test]
fn a_server_that_stops_in_the_hold() {
    let site = Site::new();
    let mut server = site.start(&["--quiet"]);
    let mut swarm = Swarm::start(server.address, "-c 40 --hold forever --expect closed==40");
    swarm.is_holding();
    server.stop();
    let outcome = swarm.finish();
    outcome.adds_up(40);
    assert_eq!(outcome.ended("closed"), 40);
    assert_eq!(outcome.report["finish"], "nobody-left");
    // It was to keep them for ten seconds.
    assert_eq!(outcome.count("connections/closed_early"), 40);
    assert_eq!(outcome.status, 0, "{}", outcome.text);
}

#[test]
fn a_server_that_is_killed_in_the_hold() {
    let site = Site::new();
    let mut server = site.start(&["--quiet"]);
    let mut swarm = Swarm::start(server.address, "-c 40 --hold forever");
    swarm.is_holding();
    server.signal(Signal::KILL);
    server.wait();
    let outcome = swarm.finish();
    outcome.adds_up(40);
    assert_eq!(outcome.ended("closed") + outcome.ended("reset"), 40);
}
