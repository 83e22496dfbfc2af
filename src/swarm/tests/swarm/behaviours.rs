//! What clients do.

use crate::runner::{Swarm, command, run};
use crate::support::site::UNDER_64_DESCRIPTORS;
use crate::support::{PATIENCE, Site};

#[test]
fn all_of_them_at_once() {
    let site = Site::new();
    site.write_sparse("large", 10_000_000);
    let server = site.start(&["--quiet"]);
    let outcome = run(
        server.address,
        "-c 80 --hold 2s --probe 0% --period 200ms --drip 5ms --burst 4 --slow-path /large \
         --mix idle=1,silent=1,periodic=1,drip=1,slow-reader=1,half-close=1,burst=1,late=1",
    );
    outcome.adds_up(80);
    // (behaviour, closed, requests at the least, at the most, lost)
    let table = [
        ("idle", 0, 10, 10),
        ("silent", 0, 0, 0),
        ("periodic", 0, 20, 1000),
        ("drip", 0, 20, 1000),
        ("slow-reader", 0, 10, 10),
        ("half-close", 10, 10, 10),
        ("burst", 0, 40, 40),
        ("late", 0, 10, 10),
    ];
    for (behaviour, closed, least, most) in table {
        assert_eq!(outcome.of(behaviour, "connections"), 10);
        assert_eq!(
            outcome.of(behaviour, "endings/closed"),
            closed,
            "{behaviour}"
        );
        assert_eq!(outcome.of(behaviour, "endings/alive"), 10 - closed);
        let asked = outcome.of(behaviour, "requests/asked");
        assert!((least..=most).contains(&asked), "{behaviour}: {asked}");
        assert_eq!(outcome.of(behaviour, "requests/lost"), 0, "{behaviour}");
    }
    // Ten megabytes at a kilobyte a second are not read in two.
    assert_eq!(outcome.of("slow-reader", "requests/under_way"), 10);
    assert_eq!(outcome.of("burst", "requests/answered"), 40);
    // The end of our side is no reason to blame the server for the end of its own.
    assert_eq!(outcome.count("connections/closed_early"), 0);
}

#[test]
fn a_slow_reader_gets_to_the_end() {
    let site = Site::new();
    site.write_sparse("large", 100_000);
    let server = site.start(&["--quiet"]);
    let outcome = run(
        server.address,
        "-c 4 --mix slow-reader --slow-rate 90000 --slow-path /large --hold 4s",
    );
    outcome.adds_up(4);
    let answered = outcome.count("requests/answered");
    assert!((4..=12).contains(&answered), "{answered}");
}

#[test]
fn dripped_heads_meet_the_servers_deadline() {
    let site = Site::new();
    let server = site.start(&["--quiet", "--head-timeout", "0.3"]);
    let outcome = run(
        server.address,
        "-c 6 --mix drip,silent --drip 100ms --hold 1m",
    );
    outcome.adds_up(6);
    assert_eq!(outcome.of("silent", "endings/closed"), 3);
    // Half a head is answered with 400, silence with nothing.
    assert_eq!(outcome.of("drip", "requests/answered"), 3);
    assert_eq!(outcome.count("answers/4xx"), 3);
}

#[test]
fn they_come_from_many_addresses() {
    let site = Site::new();
    let mut server = site.start(&[]);
    let outcome = run(
        server.address,
        "-c 6 --hold 0s --source-addresses 3 --first-source 127.8.0.255",
    );
    outcome.adds_up(6);
    server.stop();
    let mut log = csv::Reader::from_path(site.log()).unwrap();
    let mut clients: Vec<String> = log
        .records()
        .map(|row| row.unwrap()[2].to_owned())
        .collect();
    clients.sort();
    let expected = ["127.8.0.255", "127.8.1.0", "127.8.1.1"];
    assert_eq!(clients, expected.map(|one| [one; 2]).concat());
}

#[test]
fn several_processes_share_the_work() {
    let site = Site::new();
    let server = site.start(&["--quiet"]);
    let mut swarms: Vec<Swarm> = (1..=3)
        .map(|process| {
            let options = format!(
                "-c 50 --hold {}s --first-source 127.{process}.0.1",
                PATIENCE.as_secs()
            );
            Swarm::start(server.address, &options)
        })
        .collect();
    // All of them hold at once, and none takes another's port.
    for swarm in &mut swarms {
        swarm.is_holding();
    }
    for swarm in swarms {
        swarm.signal(rustix::process::Signal::INT);
        let outcome = swarm.finish();
        outcome.adds_up(50);
        assert_eq!(outcome.ended("alive"), 50);
    }
}

#[test]
fn it_knows_its_limit_of_descriptors() {
    let runner = &UNDER_64_DESCRIPTORS;
    let output = std::process::Command::new(runner[0])
        .args(&runner[1..])
        .arg(command("").get_program())
        .args(["--connections", "100", "127.0.0.1:9"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "millpond-swarm: 100 connections are more than 64 descriptors allow, which is 32; run 4 \
         processes of --connections 25 each, or raise the limit (ulimit -Hn)\n"
    );
    assert!(output.stdout.is_empty());
}
