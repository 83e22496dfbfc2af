//! Each behaviour does what its table says, against the real server.

use crate::runner::{Swarm, command, run};
use crate::support::site::UNDER_64_DESCRIPTORS;
use crate::support::{PATIENCE, Site};

#[test]
fn every_behaviour_sends_its_requests_and_loses_none() {
    let site = Site::new();
    site.write_sparse("large", 10_000_000);
    let server = site.start(&["--quiet"]);
    let result = run(
        server.address,
        "-c 80 --hold 2s --probe 0% --period 200ms --drip 5ms --burst 4 --slow-path /large \
         --mix idle=1,silent=1,periodic=1,drip=1,slow-reader=1,half-close=1,burst=1,late=1",
    );
    result.adds_up(80);
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
        assert_eq!(result.of(behaviour, "connections"), 10);
        assert_eq!(
            result.of(behaviour, "endings/closed"),
            closed,
            "{behaviour}"
        );
        assert_eq!(result.of(behaviour, "endings/alive"), 10 - closed);
        let asked = result.of(behaviour, "requests/asked");
        assert!((least..=most).contains(&asked), "{behaviour}: {asked}");
        assert_eq!(result.of(behaviour, "requests/lost"), 0, "{behaviour}");
    }
    // Ten megabytes at a kilobyte per second are not read within two seconds.
    assert_eq!(result.of("slow-reader", "requests/under_way"), 10);
    assert_eq!(result.of("burst", "requests/answered"), 40);
    // After our FIN the server may close: that is no broken promise.
    assert_eq!(result.count("connections/closed_early"), 0);
}

#[test]
fn a_slow_reader_reads_its_answer_to_the_end_and_asks_again() {
    let site = Site::new();
    site.write_sparse("large", 100_000);
    let server = site.start(&["--quiet"]);
    let result = run(
        server.address,
        "-c 4 --mix slow-reader --slow-rate 90000 --slow-path /large --hold 4s",
    );
    result.adds_up(4);
    let answered = result.count("requests/answered");
    assert!((4..=12).contains(&answered), "{answered}");
}

#[test]
fn a_dripped_head_meets_the_servers_deadline() {
    let site = Site::new();
    let server = site.start(&["--quiet", "--head-timeout", "0.3"]);
    let result = run(
        server.address,
        "-c 6 --mix drip,silent --drip 100ms --hold 1m",
    );
    result.adds_up(6);
    assert_eq!(result.of("silent", "endings/closed"), 3);
    // Half a head is answered with 400, silence with nothing.
    assert_eq!(result.of("drip", "requests/answered"), 3);
    assert_eq!(result.count("answers/4xx"), 3);
}

#[test]
fn connections_come_from_all_source_addresses() {
    let site = Site::new();
    let mut server = site.start(&[]);
    let result = run(
        server.address,
        "-c 6 --hold 0s --source-addresses 3 --first-source 127.8.0.255",
    );
    result.adds_up(6);
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
fn several_swarms_hold_connections_at_once() {
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
    // All of them hold at the same time, and none takes another's port.
    for swarm in &mut swarms {
        swarm.is_holding();
    }
    for swarm in swarms {
        swarm.signal(rustix::process::Signal::INT);
        let result = swarm.finish();
        result.adds_up(50);
        assert_eq!(result.ended("alive"), 50);
    }
}

#[test]
fn more_connections_than_descriptors_are_refused_with_a_way_out() {
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
