//! Each reason for which a connection can end, provoked by real clients and counted by the server
//! when it stops.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use millpond::events::close_reason::CloseReason;
use socket2::SockRef;

use crate::support::{Answer, Client, Goodbye, Server, Site, eventually};

/// More than any socket's buffers hold.
const LENGTH: u64 = 64 * 1024 * 1024;

/// Short, yet long enough that none passes early where a client does not wait for it.
const TIMEOUTS: [&str; 6] = [
    "--head-timeout",
    "0.5",
    "--stall-timeout",
    "0.5",
    "--keep-alive",
    "0.5",
];

/// Makes connections end for one reason. Returns the clients that are still open on this side.
type Provoke = fn(&Site, &Server) -> Vec<Client>;

/// Each cause, what provokes it, and how many connections that ends.
const PROVOKED: [(CloseReason, Provoke, u64); 13] = [
    (CloseReason::Peer, peer, 3),
    (CloseReason::HeadDeadline, head_deadline, 3),
    (CloseReason::IdleDeadline, idle_deadline, 1),
    (CloseReason::StallDeadline, stall_deadline, 1),
    (CloseReason::Evicted, evicted, 1),
    (CloseReason::CloseAsked, close_asked, 2),
    (CloseReason::RequestLimit, request_limit, 1),
    (CloseReason::BadRequest, bad_request, 2),
    (CloseReason::FileShrank, file_shrank, 1),
    (CloseReason::Reset, reset, 3),
    (CloseReason::BufferLimit, buffer_limit, 1),
    (CloseReason::OutOfDescriptors, out_of_descriptors, 1),
    (CloseReason::Stopped, stopped, 3),
];

fn begin(server: &Server, target: &str) -> Client {
    let mut client = server.connect();
    client.send(format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n"));
    assert_eq!(client.head().status, "HTTP/1.1 200 OK");
    client
}

fn answered(server: &Server) -> Client {
    let mut client = server.connect();
    client.get("/");
    client
}

fn peer(_: &Site, server: &Server) -> Vec<Client> {
    drop(server.connect());
    server.connect().send("GET / HTTP/1.1\r\n");
    drop(answered(server));
    Vec::new()
}

fn head_deadline(_: &Site, server: &Server) -> Vec<Client> {
    let mut silent = server.connect();
    let mut half = server.connect();
    half.send("GET / HTTP/1.1\r\n");
    let mut half_again = answered(server);
    half_again.send("GET / HTTP/1.1\r\n");
    silent.expect_end();
    for client in [&mut half, &mut half_again] {
        assert_eq!(client.answer_to("GET"), Answer::bad_request().closing());
        client.expect_end();
    }
    Vec::new()
}

fn idle_deadline(_: &Site, server: &Server) -> Vec<Client> {
    answered(server).expect_end();
    Vec::new()
}

fn stall_deadline(_: &Site, server: &Server) -> Vec<Client> {
    vec![begin(server, "/large")]
}

/// Runs on its own server with `--max-connections 2`: the second and the third client stay idle.
fn evicted(_: &Site, server: &Server) -> Vec<Client> {
    let mut oldest = answered(server);
    let others = vec![answered(server), answered(server)];
    oldest.expect_end();
    others
}

fn close_asked(_: &Site, server: &Server) -> Vec<Client> {
    for request in [
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    ] {
        let mut client = server.connect();
        client.send(request);
        client.answer_to("GET");
        client.expect_end();
    }
    Vec::new()
}

fn request_limit(_: &Site, server: &Server) -> Vec<Client> {
    let mut client = answered(server);
    client.get("/");
    client.get("/");
    client.expect_end();
    Vec::new()
}

fn bad_request(_: &Site, server: &Server) -> Vec<Client> {
    for mut client in [server.connect(), answered(server)] {
        client.send("GET / HTTP/1.1\r\n\r\n");
        assert_eq!(client.answer_to("GET"), Answer::bad_request().closing());
        client.expect_end();
    }
    Vec::new()
}

fn file_shrank(site: &Site, server: &Server) -> Vec<Client> {
    // Each connection gets its own file: other threads run this function at the same time.
    let mut client = server.connect();
    let name = format!("shrinks-{}", client.address().port());
    site.write_sparse(&name, LENGTH);
    client.send(format!("GET /{name} HTTP/1.1\r\nHost: h\r\n\r\n"));
    client.head();
    site.set_length(&name, LENGTH / 4);
    assert_eq!(client.read_to_end().len() as u64, LENGTH / 4);
    Vec::new()
}

fn reset(_: &Site, server: &Server) -> Vec<Client> {
    // Unread data alone already makes the end of the first client a reset.
    for client in [begin(server, "/large"), answered(server), server.connect()] {
        let socket = SockRef::from(client.stream());
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    }
    Vec::new()
}

/// Alone under `--buffers 1`: readers that take nothing of their answer, until one is closed. The
/// others then break off.
fn buffer_limit(_: &Site, server: &Server) -> Vec<Client> {
    let target = format!("/large?{}", "x".repeat(7_000));
    let mut clients = Vec::new();
    let mut most = 0;
    loop {
        clients.push(begin(server, &target));
        let descriptors = server.descriptors();
        if descriptors <= most {
            break;
        }
        most = descriptors;
        assert!(clients.len() < 300, "more than the bound");
    }
    Vec::new()
}

/// Alone: from now on the server can open nothing.
fn out_of_descriptors(_: &Site, server: &Server) -> Vec<Client> {
    let mut client = answered(server);
    server.lower_descriptors(3);
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    client.expect_end();
    Vec::new()
}

/// Runs on its own server, with timeouts that do not pass during the test.
fn stopped(_: &Site, server: &Server) -> Vec<Client> {
    let mut partial = server.connect();
    partial.send("GET");
    vec![server.connect(), answered(server), partial]
}

fn site() -> Site {
    let site = Site::new();
    site.write_sparse("large", LENGTH);
    site
}

fn counts(counts: &[(CloseReason, u64)]) -> BTreeMap<String, u64> {
    counts
        .iter()
        .map(|&(reason, count)| (reason.name().to_owned(), count))
        .collect()
}

#[test]
fn each_reason_is_counted_on_a_server_of_its_own() {
    let close_reasons = PROVOKED.map(|(reason, ..)| reason);
    assert_eq!(
        close_reasons,
        CloseReason::ALL,
        "each close reason must be provoked"
    );
    thread::scope(|scope| {
        for (reason, provoke, count) in PROVOKED {
            scope.spawn(move || alone(reason, provoke, count));
        }
    });
}

#[track_caller]
fn alone(reason: CloseReason, provoke: Provoke, count: u64) {
    let site = site();
    let mut options = match reason {
        CloseReason::Evicted => vec!["--max-connections", "2"],
        CloseReason::Stopped => vec![],
        CloseReason::BufferLimit => vec!["--buffers", "1"],
        _ => TIMEOUTS.to_vec(),
    };
    options.extend(["--keep-alive-requests", "3"]);
    let mut server = site.start(&options);
    let at_rest = server.descriptors();
    let still_open = provoke(&site, &server);
    let (left, stopped) = match reason {
        CloseReason::Evicted => (2, 2),
        CloseReason::Stopped => (3, 0),
        _ => (0, 0),
    };
    eventually("the end of the others", || {
        (server.descriptors() == at_rest + left).then_some(())
    });
    let mut goodbye = Goodbye::of(&mut server);
    if reason == CloseReason::BufferLimit {
        goodbye.close_reasons.remove(CloseReason::Reset.name());
        // The first that is closed may share its file with another: then it is seen at the second.
        let found = goodbye.close_reasons.get_mut(reason.name());
        assert!(
            found
                .as_deref()
                .is_some_and(|found| (1..=2).contains(found))
        );
        if let Some(found) = found {
            *found = count;
        }
    }
    let mut expected = counts(&[(reason, count)]);
    if stopped > 0 {
        expected.extend(counts(&[(CloseReason::Stopped, stopped)]));
    }
    assert_eq!(goodbye.close_reasons, expected, "{reason:?}");
    drop(still_open);
}

#[test]
fn all_reasons_at_once_are_counted_exactly() {
    const EACH: u64 = 8;
    let site = site();
    let mut options = TIMEOUTS.to_vec();
    options.extend(["--keep-alive-requests", "3"]);
    let mut server = site.start(&options);
    let at_rest = server.descriptors();
    let needs_others = [
        CloseReason::Evicted,
        CloseReason::BufferLimit,
        CloseReason::OutOfDescriptors,
        CloseReason::Stopped,
    ];
    let together = PROVOKED.iter().filter(|row| !needs_others.contains(&row.0));
    let still_open: Vec<Client> = thread::scope(|scope| {
        let (site, server) = (&site, &server);
        let threads: Vec<_> = together
            .clone()
            .flat_map(|row| (0..EACH).map(|_| row.1))
            .map(|provoke| scope.spawn(move || provoke(site, server)))
            .collect();
        let still_open = threads.into_iter().map(|thread| thread.join().unwrap());
        still_open.flatten().collect()
    });
    eventually("the end of all", || {
        (server.descriptors() == at_rest).then_some(())
    });
    drop(still_open);
    let goodbye = Goodbye::of(&mut server);
    let expected: Vec<(CloseReason, u64)> = together.map(|row| (row.0, EACH * row.2)).collect();
    assert_eq!(goodbye.close_reasons, counts(&expected));
}
