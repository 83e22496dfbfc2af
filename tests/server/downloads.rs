//! Downloads take all descriptors. They are not dropped for new clients, which wait in the kernel's
//! queue until a connection ends, and small files are served meanwhile.

use std::fs;
use std::io::ErrorKind;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::support::answer::TEXT;
use crate::support::log::rows;
use crate::support::site::UNDER_64_DESCRIPTORS;
use crate::support::{Answer, Client, Goodbye, Server, Site};

/// More than both ends of a connection hold if the client's receive buffer is small.
const LENGTH: usize = 16 * 1024 * 1024;
const RECEIVE_BUFFER: usize = 64 * 1024;

/// How many downloads, at two descriptors each, leave no descriptor free under a limit of 64.
const DOWNLOADS: usize = 16;

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

fn site() -> Site {
    let site = Site::new();
    site.write_sparse("large", LENGTH as u64);
    site
}

/// Reads the head of the client's download, but not the body.
#[track_caller]
fn begin(client: &mut Client) {
    client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.head().status, "HTTP/1.1 200 OK");
}

#[track_caller]
fn connect(server: &Server) -> Client {
    Client::with_receive_buffer(server.address, RECEIVE_BUFFER)
}

#[track_caller]
fn downloads(server: &Server) -> Vec<Client> {
    let begun = (0..DOWNLOADS).map(|_| {
        let mut client = connect(server);
        begin(&mut client);
        client
    });
    begun.collect()
}

#[track_caller]
fn knock(server: &Server) -> Client {
    let mut client = server.connect();
    client.send(REQUEST);
    client
}

/// This client has received nothing so far, not even the end of its connection.
#[track_caller]
fn expect_nothing(client: &Client) {
    client.stream().set_nonblocking(true).unwrap();
    let error = client.stream().peek(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    client.stream().set_nonblocking(false).unwrap();
}

#[test]
fn downloads_are_not_dropped_and_waiting_clients_are_served_when_one_ends() {
    let site = site();
    let mut server = Server::spawn(site.command_behind(&UNDER_64_DESCRIPTORS, &[]));
    let mut downloads = downloads(&server);
    let mut waiting: Vec<Client> = (0..10).map(|_| knock(&server)).collect();
    // More than can have been in transit: the loop has gone round since these clients connected,
    // and has seen the only edge that it will ever see for them.
    let read = LENGTH / 2;
    assert!(downloads[0].read(read).iter().all(|&byte| byte == 0));
    waiting.iter().for_each(expect_nothing);

    // From here on no client connects. One client leaves, and all that wait are served, one after
    // the other.
    drop(downloads.pop());
    for client in &mut waiting {
        assert_eq!(client.answer_to("GET"), Answer::index());
    }
    let mut already = read;
    for client in &mut downloads {
        let body = client.read(LENGTH - already);
        assert!(body.iter().all(|&byte| byte == 0));
        already = 0;
    }
    let goodbye = Goodbye::of(&mut server);
    assert_eq!(goodbye.count("reset"), 1, "{goodbye:?}");
    // The server evicted each of them for the next: it had capacity for two.
    assert_eq!(goodbye.count("evicted"), 8, "{goodbye:?}");
    let rows = rows(&site.log());
    let complete = format!("GET /large large 200 {LENGTH} complete");
    let whole = rows
        .iter()
        .filter(|row| row[2..].join(" ") == complete)
        .count();
    assert_eq!(whole, DOWNLOADS - 1);
}

#[test]
fn small_files_are_served_while_downloads_hold_the_descriptors() {
    let site = site();
    site.write("small.txt", "x".repeat(16 * 1024));
    let mut server = Server::spawn(site.command_behind(&UNDER_64_DESCRIPTORS, &[]));
    // Open files may take half of the reserve as well: 24 connections and 24 files use all of it.
    let mut clients: Vec<Client> = (0..25).map(|_| connect(&server)).collect();
    let mut other = clients.pop().unwrap();
    assert_eq!(other.get("/"), Answer::index());
    clients[1..].iter_mut().for_each(begin);
    // The small file's own connection is the 25th, beside 23 files.
    for left in (897..997).rev().step_by(3) {
        let small = Answer::file(TEXT, "x".repeat(16 * 1024));
        assert_eq!(other.get("/small.txt"), small.left(left));
        assert_eq!(other.get("/"), Answer::index().left(left - 1));
        assert_eq!(other.get("/none"), Answer::not_found().left(left - 2));
    }
    let close_reasons = {
        drop(clients);
        Goodbye::of(&mut server).close_reasons
    };
    assert!(!close_reasons.contains_key("exhausted"));
    assert!(!close_reasons.contains_key("evicted"));
}

/// How often the server calls `accept` while it can insert no connection: it must neither stop
/// trying nor try all the time.
#[test]
fn accept_is_not_called_in_a_busy_loop() {
    let probe = Command::new("strace").args(["-qq", "true"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        println!("skipped: no strace to count calls of accept with");
        return;
    }
    let site = site();
    let trace = site.path("trace");
    let mut runner = vec!["strace", "-D", "-qq", "-e", "trace=accept4", "-o"];
    runner.push(trace.to_str().unwrap());
    runner.extend(UNDER_64_DESCRIPTORS);
    let mut server = Server::spawn(site.command_behind(&runner, &[]));
    let calls = || fs::read_to_string(&trace).unwrap().lines().count();
    let calls_in_two_seconds = || {
        let before = calls();
        thread::sleep(Duration::from_secs(2));
        calls() - before
    };
    // The bound on connections is below the limit on descriptors: the server does not even try to
    // accept.
    let mut downloads = downloads(&server);
    let waiting: Vec<Client> = (0..10).map(|_| knock(&server)).collect();
    let at_cap = calls_in_two_seconds();
    assert!(at_cap <= 20, "{at_cap} calls at the cap");
    assert!(calls() >= DOWNLOADS);
    // The limit on descriptors is below the bound on connections: a client leaves, and `accept`
    // still fails.
    server.lower_descriptors(3);
    drop(downloads.pop());
    let out_of_descriptors = calls_in_two_seconds();
    assert!(
        (1..=100).contains(&out_of_descriptors),
        "{out_of_descriptors} calls for nothing"
    );
    waiting.iter().for_each(expect_nothing);
    server.stop();
}
