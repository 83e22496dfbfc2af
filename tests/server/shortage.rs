//! The server runs out of descriptors: it evicts idle connections, and no client gets a wrong
//! answer.

use std::io::ErrorKind;

use crate::support::client::request;
use crate::support::full::{FOUR, FULL};
use crate::support::log::rows;
use crate::support::{Answer, Client, Server, Site, eventually};

/// Enough for the files that the server has open, and a few connections.
const DESCRIPTORS: u64 = 24;
const CLIENTS: usize = 60;

/// A persistent connection, or `None` if the server had to close it without an answer.
#[track_caller]
fn ask(server: &Server) -> Option<Client> {
    let mut client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    let is_answered = match client.stream().peek(&mut [0]) {
        Ok(count) => count > 0,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => false,
        Err(error) => panic!("{error}"),
    };
    is_answered.then(|| {
        assert_eq!(client.answer_to("GET"), Answer::index());
        client
    })
}

#[test]
fn idle_connections_are_evicted_when_descriptors_run_out() {
    let site = Site::new();
    let mut server = site.start(&[]);
    server.lower_descriptors(DESCRIPTORS);
    // All clients stay connected, so that most new ones find no descriptor free.
    let clients: Vec<Client> = (0..CLIENTS).filter_map(|_| ask(&server)).collect();
    assert!(!clients.is_empty());
    // Soon the others have been idle for long enough to be evicted.
    let last = eventually("an answer", || ask(&server));
    drop((clients, last));
    server.stop();
    // Never a 404, which caches would store: all files exist.
    let statuses: Vec<String> = rows(&site.log())
        .into_iter()
        .map(|row| row[5].clone())
        .collect();
    assert!(
        statuses.iter().all(|status| status == "200"),
        "{statuses:?}"
    );
    let diagnostics = server.diagnostics.rest();
    let is_warned = |line: &&String| line.starts_with("millpond: cannot accept beyond ");
    assert!(
        diagnostics.iter().any(|line| is_warned(&line)),
        "{diagnostics:?}"
    );
    assert!(
        diagnostics.last().unwrap().contains("evicted"),
        "{diagnostics:?}"
    );
}

/// No descriptor becomes free for the file in time: in full that is told, and in four the connection ends
/// without an answer, because none of the four statuses would be true.
#[test]
fn a_file_that_cannot_be_opened_in_time_is_503() {
    let sentence = "The server has too much to do. Please try again in a few seconds.";
    let answer = Answer::built_in("503 Service Unavailable", sentence)
        .with_extra("Cache-Control", "no-store")
        .with_extra("Retry-After", "5")
        .closing();
    let site = Site::new();
    let head = answer.clone().without_body();
    let table = [
        (FULL, "GET", Some(answer)),
        (FULL, "HEAD", Some(head)),
        (FOUR, "GET", None),
    ];
    for (profile, method, expected) in table {
        let options = ["--head-timeout", "0.5", "--no-log", "--cache", "0"];
        let server = site.start(&[&profile[..], &options].concat());
        // The only connection: there is no idle one to evict.
        let mut client = server.connect();
        server.has_seen_all();
        // No number below it is free.
        server.lower_descriptors(3);
        client.send(request(method, "/", ""));
        if let Some(expected) = expected {
            assert_eq!(client.answer_to(method), expected);
        }
        client.expect_end();
    }
}
