//! Urgent data (tcp(7)): its byte is no part of the stream, and it ends a read early where it stands. A
//! request behind it is answered all the same, and does not wait for another event.

use rustix::net::{SendFlags, send};
use rustix::process::Signal;

use crate::support::answer::TEXT;
use crate::support::client::request;
use crate::support::{Answer, Client, Goodbye, Server, Site};

/// No deadline that could end a wait passes before the client gives up.
const PATIENT: [&str; 4] = ["--head-timeout", "60", "--keep-alive", "60"];

#[track_caller]
fn send_urgent(client: &Client) {
    assert_eq!(send(client.stream(), b"!", SendFlags::OOB), Ok(1));
}

/// What the client sends around its urgent byte: `split` says whether the server sees what is before
/// it first, or finds all of it at once.
#[track_caller]
fn send_around(server: &Server, client: &mut Client, pieces: (&[u8], &[u8]), split: bool) {
    if !split {
        // Stopped, the server finds everything together when it continues.
        server.signal(Signal::STOP);
    }
    client.send(pieces.0);
    if split {
        server.has_seen_all();
    }
    send_urgent(client);
    client.send(pieces.1);
    if !split {
        server.signal(Signal::CONT);
    }
}

fn expected(number: usize) -> Answer {
    let answer = Answer::file(TEXT, format!("number {number}\n"));
    answer.keep_alive(&format!("timeout=60, max={}", 997 - number))
}

#[test]
fn requests_around_urgent_data_are_answered() {
    let site = Site::new();
    let mut batch = String::new();
    for number in 0..3 {
        site.write(format!("{number}.txt"), format!("number {number}\n"));
        batch += &request("GET", &format!("/{number}.txt"), "");
    }
    let one = batch.len() / 3;
    let mut server = site.start(&PATIENT);
    let mut clients = 0;
    // At the very beginning; within the first request; before its last byte; between two; within the
    // second; behind all.
    for at in [0, 10, one - 1, one, one + 10, batch.len()] {
        for split in [false, true] {
            for is_new in [false, true] {
                let mut client = server.connect();
                if !is_new {
                    // The server watches it already.
                    server.has_seen_all();
                    clients += 1;
                }
                send_around(&server, &mut client, split_at(&batch, at), split);
                for number in 0..3 {
                    let answer = client.answer_to("GET");
                    assert_eq!(answer, expected(number), "{at} {split} {is_new}");
                }
                client.finish_sending();
                client.expect_end();
                clients += 1 + u64::from(split);
            }
        }
    }
    let goodbye = Goodbye::of(&mut server);
    assert_eq!(goodbye.connections, clients, "{goodbye:?}");
    assert_eq!(goodbye.count("peer"), clients, "{goodbye:?}");
}

fn split_at(batch: &str, at: usize) -> (&[u8], &[u8]) {
    batch.as_bytes().split_at(at)
}
