//! Clients that do nothing fill the server: new clients are still served at once, and waiting costs
//! no processor time.

use std::thread;
use std::time::{Duration, Instant};

use crate::support::site::UNDER_64_DESCRIPTORS;
use crate::support::{Answer, Client, Goodbye, Server, Site};

/// How many clients do nothing. [`CAPACITY`] of them stay connected.
const SITTING: usize = 60;
const KNOCKING: usize = 30;
/// How many connections a server with 64 descriptors has, or one with `--max-connections`.
const CAPACITY: usize = 32;

/// How long a new client may wait for its answer.
const AT_ONCE: Duration = Duration::from_secs(1);

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

#[test]
fn idle_clients_under_64_descriptors_give_way_to_new_ones() {
    let site = Site::new();
    let command = site.command_behind(&UNDER_64_DESCRIPTORS, &[]);
    check_new_clients_are_served(Server::spawn(command), idle);
}

#[test]
fn silent_clients_under_64_descriptors_give_way_to_new_ones() {
    let site = Site::new();
    let command = site.command_behind(&UNDER_64_DESCRIPTORS, &[]);
    check_new_clients_are_served(Server::spawn(command), Server::connect);
}

#[test]
fn idle_clients_at_the_connection_cap_give_way_to_new_ones() {
    let site = Site::new();
    check_new_clients_are_served(site.start(&["--max-connections", "32"]), idle);
}

#[test]
fn silent_clients_at_the_connection_cap_give_way_to_new_ones() {
    let site = Site::new();
    check_new_clients_are_served(site.start(&["--max-connections", "32"]), Server::connect);
}

/// So many that most of them find no descriptor of 256.
const PARTIAL: usize = 600;

#[test]
fn begun_heads_under_256_descriptors_give_way_to_a_new_client() {
    let site = Site::new();
    let under_256 = ["sh", "-c", "ulimit -n 256; exec \"$@\"", "sh"];
    let command = site.command_behind(&under_256, &["--head-timeout", "60"]);
    let mut server = Server::spawn(command);
    let begin = || {
        let mut client = server.connect();
        client.send("G");
        client
    };
    let _crowd: Vec<Client> = (0..PARTIAL).map(|_| begin()).collect();
    let since = Instant::now();
    let mut client = server.connect();
    assert_eq!(client.get("/"), Answer::index());
    // It had to wait for those before it in the kernel's queue, who are let in as others get old
    // enough to go: at most 1 s for each time that the server is filled.
    let waited = since.elapsed();
    assert!(waited < Duration::from_secs(5), "served after {waited:?}");
    // None was closed but to make room.
    let goodbye = Goodbye::of(&mut server);
    let connections = goodbye.connections;
    assert!(connections <= PARTIAL as u64 + 1, "{goodbye:?}");
    let [evicted, stopped] = ["evicted", "stopped"].map(|reason| goodbye.count(reason));
    assert_eq!(evicted + stopped, connections, "{goodbye:?}");
}

/// A client that has made a request.
#[track_caller]
fn idle(server: &Server) -> Client {
    let mut client = server.connect();
    assert_eq!(client.get("/"), Answer::index());
    client
}

#[track_caller]
fn check_new_clients_are_served(mut server: Server, crowd: fn(&Server) -> Client) {
    let mut crowd: Vec<Client> = (0..SITTING).map(|_| crowd(&server)).collect();
    // Once the first clients have been connected for a while, the server evicts them for the last
    // ones.
    for client in &mut crowd[..SITTING - CAPACITY] {
        client.expect_end();
    }
    let before = cpu_ticks(&server);
    // This sleep is what is measured: waiting must cost nothing. Meanwhile every connection becomes
    // old enough to be evicted.
    thread::sleep(Duration::from_secs(2));
    let spent = cpu_ticks(&server) - before;
    assert!(spent <= 2, "{spent} ticks of processor time for nothing");

    let knocked: Vec<(Instant, Client)> = (0..KNOCKING)
        .map(|_| {
            let since = Instant::now();
            let mut client = server.connect();
            client.send(REQUEST);
            (since, client)
        })
        .collect();
    let mut answered = Vec::new();
    for (since, mut client) in knocked {
        assert_eq!(client.answer_to("GET"), Answer::index());
        let waited = since.elapsed();
        assert!(waited < AT_ONCE, "served after {waited:?}");
        answered.push(client);
    }
    // The server evicted no more connections than it had to.
    let goodbye = Goodbye::of(&mut server);
    let evicted = SITTING + KNOCKING - CAPACITY;
    assert_eq!(goodbye.connections, (SITTING + KNOCKING) as u64);
    assert_eq!(goodbye.count("evicted"), evicted as u64, "{goodbye:?}");
    assert_eq!(goodbye.count("stopped"), CAPACITY as u64, "{goodbye:?}");
}

/// Processor time used so far, in hundredths of a second: utime and stime of `proc_pid_stat(5)`.
#[track_caller]
fn cpu_ticks(server: &Server) -> u64 {
    let stat = server.process_file("stat");
    // The name, in parentheses, may contain anything; the state is the first field after it, and
    // utime the twelfth.
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    let fields = rest.split(' ').skip(11).take(2);
    fields.map(|field| field.parse::<u64>().unwrap()).sum()
}
