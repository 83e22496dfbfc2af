//! A client that reads slowly but steadily gets the whole file; one that stops is disconnected.

use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::support::log::{row, rows};
use crate::support::{Answer, Client, Site, eventually};

/// More than any socket's buffers hold.
const LENGTH: usize = 32 * 1024 * 1024;

/// How much a slow client reads before each rest: 20 KB per second.
const PIECE: usize = 2 * 1024;
const REST: Duration = Duration::from_millis(100);

/// More than three times the stall timeout.
const SLOW_FOR: Duration = Duration::from_secs(7);

/// A segment on loopback may be 64 KiB, more than the client reads in a stall timeout. With a
/// window this small, no segment is.
const RECEIVE_BUFFER: usize = 8 * 1024;

#[track_caller]
fn read_slowly(client: &mut Client, duration: Duration) -> usize {
    let since = Instant::now();
    let mut count = 0;
    while since.elapsed() < duration {
        assert_eq!(client.read(PIECE), [0; PIECE]);
        count += PIECE;
        // This pause is what makes the reader slow.
        thread::sleep(REST);
    }
    count
}

#[test]
fn slow_readers_get_everything_and_stopped_ones_are_closed() {
    let site = Site::new();
    site.write_sparse("large", LENGTH as u64);
    let mut server = site.start(&["--stall-timeout", "2"]);
    let at_rest = server.descriptors();
    let begin = |requests: usize| {
        let mut client = Client::with_receive_buffer(server.address, RECEIVE_BUFFER);
        for _ in 0..requests {
            client.ask("HEAD", "/", "");
        }
        client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!(client.head().status, "HTTP/1.1 200 OK");
        client
    };
    let mut slow = [begin(0), begin(1)];
    let mut stopping = [begin(0), begin(1)];
    thread::scope(|scope| {
        for client in &mut slow {
            scope.spawn(|| {
                let read = read_slowly(client, SLOW_FOR);
                let socket = SockRef::from(client.stream());
                socket.set_recv_buffer_size(4 * 1024 * 1024).unwrap();
                let rest = client.read(LENGTH - read);
                assert!(rest.iter().all(|&byte| byte == 0));
                // The connection still works.
                assert_eq!(client.get("/none").body, Answer::not_found().body);
            });
        }
        for client in &mut stopping {
            scope.spawn(|| read_slowly(client, SLOW_FOR / 2));
        }
    });
    eventually("the end of the clients that stopped", || {
        (server.descriptors() == at_rest + slow.len()).then_some(())
    });
    server.stop();
    let rows = rows(&site.log());
    let large = |client: &Client| {
        let address = client.address();
        let of_client = |row: &&Vec<String>| row[1] == address.port().to_string();
        rows.iter()
            .filter(of_client)
            .find(|row| row[3] == "/large")
            .unwrap()
    };
    for client in &slow {
        let expected = format!("GET /large large 200 {LENGTH} complete");
        assert_eq!(*large(client), row(client.address(), &expected));
    }
    for client in &stopping {
        let bytes: usize = large(client)[6].parse().unwrap();
        assert!(bytes < LENGTH, "{bytes}");
        let expected = format!("GET /large large 200 {bytes} stall-deadline");
        assert_eq!(*large(client), row(client.address(), &expected));
    }
}
