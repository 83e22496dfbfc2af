//! Requests at about the time at which the server may close.

use crate::misbehaving::{promise, read_request, server};
use crate::runner::run;
use crate::support::Site;

#[test]
fn late_requests_within_the_idle_time_are_all_answered() {
    let site = Site::new();
    let server = site.start(&["--quiet", "--keep-alive", "1"]);
    let result = run(
        server.address,
        "-c 60 --mix late=1 --late 400ms --hold 3s --expect late-lost==0 --expect closed-early==0",
    );
    result.adds_up(60);
    let within = result.count("late/within_idle_time/asked");
    assert!(within >= 10, "{within}");
    // The last ones may be under way when the hold ends.
    assert_eq!(result.count("late/within_idle_time/lost"), 0);
    assert!(result.count("late/within_idle_time/answered") >= 10);
    assert_eq!(result.count("late/clients_without_idle_time"), 0);
    assert_eq!(result.status, 0, "{}", result.text);
}

#[test]
fn late_requests_that_are_lost_are_counted() {
    let address = server(|mut stream| {
        read_request(&mut stream);
        promise(&mut stream, 2);
        read_request(&mut stream);
    });
    let result = run(
        address,
        "-c 10 --mix late=1 --late 1s --hold 1m --expect late-lost==0",
    );
    result.adds_up(10);
    let within = result.count("late/within_idle_time/lost");
    let after = result.count("late/after_idle_time/lost");
    assert!(within >= 1 && after >= 1, "{within} {after}");
    assert_eq!(within + after, 10);
    assert_eq!(result.status, 1);
    let groups = result.report["late"]["groups"].as_array().unwrap();
    let lost = groups.iter().map(|group| group["lost"].as_u64().unwrap());
    assert_eq!(lost.sum::<u64>(), 10);
}

#[test]
fn a_server_that_keeps_no_connection_gets_no_late_requests() {
    let site = Site::new();
    let server = site.start(&["--quiet", "--keep-alive", "0"]);
    let result = run(server.address, "-c 5 --mix late=1 --hold 1m");
    result.adds_up(5);
    assert_eq!(result.ended("closed"), 5);
    assert_eq!(result.count("late/within_idle_time/asked"), 0);
}
