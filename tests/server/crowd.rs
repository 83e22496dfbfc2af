//! A crowd that does nothing fills the server: newcomers are served at once all the same, and
//! waiting costs nothing.

use std::thread;
use std::time::{Duration, Instant};

use crate::support::answer::HTML;
use crate::support::site::{INDEX, UNDER_64_DESCRIPTORS};
use crate::support::{Answer, Client, Goodbye, Server, Site};

/// Who sits there. Of them, [`ROOM`] find a place.
const CROWD: usize = 60;
const NEWCOMERS: usize = 30;
/// How many connections a server with 64 descriptors has, or one with `--max-connections`.
const ROOM: usize = 32;

/// How long a newcomer may wait for an answer.
const AT_ONCE: Duration = Duration::from_secs(1);

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

#[test]
fn idle_clients_under_64_descriptors() {
    let site = Site::new();
    let command = site.command_behind(&UNDER_64_DESCRIPTORS, &[]);
    newcomers_are_served(Server::spawn(command), idle);
}

#[test]
fn silent_clients_under_64_descriptors() {
    let site = Site::new();
    let command = site.command_behind(&UNDER_64_DESCRIPTORS, &[]);
    newcomers_are_served(Server::spawn(command), Server::connect);
}

#[test]
fn idle_clients_at_the_connection_cap() {
    let site = Site::new();
    newcomers_are_served(site.start(&["--max-connections", "32"]), idle);
}

#[test]
fn silent_clients_at_the_connection_cap() {
    let site = Site::new();
    newcomers_are_served(site.start(&["--max-connections", "32"]), Server::connect);
}

/// A client that has made a request.
#[track_caller]
fn idle(server: &Server) -> Client {
    let mut client = server.connect();
    assert_eq!(client.get("/"), Answer::file(HTML, INDEX));
    client
}

#[track_caller]
fn newcomers_are_served(mut server: Server, crowd: fn(&Server) -> Client) {
    let mut crowd: Vec<Client> = (0..CROWD).map(|_| crowd(&server)).collect();
    // The first ones had to make room for the last ones, once they had been there for a while.
    for client in &mut crowd[..CROWD - ROOM] {
        client.expect_end();
    }
    let before = cpu_ticks(&server);
    // All that is measured here: what nothing costs. Meanwhile everybody grows old enough to go.
    thread::sleep(Duration::from_secs(2));
    let spent = cpu_ticks(&server) - before;
    assert!(spent <= 2, "{spent} ticks of processor time for nothing");

    let knocked: Vec<(Instant, Client)> = (0..NEWCOMERS)
        .map(|_| {
            let since = Instant::now();
            let mut client = server.connect();
            client.send(REQUEST);
            (since, client)
        })
        .collect();
    let mut answered = Vec::new();
    for (since, mut client) in knocked {
        assert_eq!(client.answer_to("GET"), Answer::file(HTML, INDEX));
        let waited = since.elapsed();
        assert!(waited < AT_ONCE, "served after {waited:?}");
        answered.push(client);
    }
    // None went who did not have to.
    let goodbye = Goodbye::of(&mut server);
    let evicted = CROWD + NEWCOMERS - ROOM;
    assert_eq!(goodbye.connections, (CROWD + NEWCOMERS) as u64);
    assert_eq!(goodbye.count("evicted"), evicted as u64, "{goodbye:?}");
    assert_eq!(goodbye.count("stopped"), ROOM as u64, "{goodbye:?}");
}

/// Processor time used so far, in hundredths of a second: utime and stime of `proc_pid_stat(5)`.
#[track_caller]
fn cpu_ticks(server: &Server) -> u64 {
    let stat = server.process_file("stat");
    // The name, in parentheses, may hold anything; state is the first after it, and utime the
    // twelfth.
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    let fields = rest.split(' ').skip(11).take(2);
    fields.map(|field| field.parse::<u64>().unwrap()).sum()
}
