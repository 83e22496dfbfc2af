//! Requests at about the time at which the server may close.

use crate::misbehaving::{promise, read_request, server};
use crate::runner::run;
use crate::support::Site;

#[test]
fn within_the_idle_time_all_are_answered() {
    let site = Site::new();
    let server = site.start(&["--quiet", "--keep-alive", "1"]);
    let outcome = run(
        server.address,
        "-c 60 --mix late=1 --late 400ms --hold 3s --expect late-lost==0 --expect closed-early==0",
    );
    outcome.adds_up(60);
    let within = outcome.count("late/within_idle_time/asked");
    assert!(within >= 10, "{within}");
    // The last ones may be under way when the hold ends.
    assert_eq!(outcome.count("late/within_idle_time/lost"), 0);
    assert!(outcome.count("late/within_idle_time/answered") >= 10);
    assert_eq!(outcome.count("late/clients_without_idle_time"), 0);
    assert_eq!(outcome.status, 0, "{}", outcome.text);
}

#[test]
fn one_that_is_lost_is_counted() {
    let address = server(|mut stream| {
        read_request(&mut stream);
        promise(&mut stream, 2);
        read_request(&mut stream);
    });
    let outcome = run(
        address,
        "-c 10 --mix late=1 --late 1s --hold 1m --expect late-lost==0",
    );
    outcome.adds_up(10);
    let within = outcome.count("late/within_idle_time/lost");
    let after = outcome.count("late/after_idle_time/lost");
    assert!(within >= 1 && after >= 1, "{within} {after}");
    assert_eq!(within + after, 10);
    assert_eq!(outcome.status, 1);
    let groups = outcome.report["late"]["groups"].as_array().unwrap();
    let lost = groups.iter().map(|group| group["lost"].as_u64().unwrap());
    assert_eq!(lost.sum::<u64>(), 10);
}

#[test]
fn a_server_that_promises_nothing() {
    let site = Site::new();
    let server = site.start(&["--quiet", "--keep-alive", "0"]);
    let outcome = run(server.address, "-c 5 --mix late=1 --hold 1m");
    outcome.adds_up(5);
    assert_eq!(outcome.ended("closed"), 5);
    assert_eq!(outcome.count("late/within_idle_time/asked"), 0);
}
