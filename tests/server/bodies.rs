//! Large bodies: byte for byte, to slow readers, and beside small requests.

use std::thread;

use crate::support::answer::TEXT;
use crate::support::{Answer, Client, Site};

const OCTETS: &str = "application/octet-stream";
const TEN_MEGABYTES: usize = 10_000_003;

/// Pseudo-random bytes: a periodic pattern could hide an offset that is wrong by a buffer's length.
fn noise(count: usize) -> Vec<u8> {
    let mut state: u32 = 1;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(count).collect()
}

#[test]
fn bodies_of_every_length_around_a_buffer_boundary_arrive_whole() {
    let site = Site::new();
    let server = site.start(&["--keep-alive-requests", "0"]);
    let content = noise(600_000);
    let mut client = server.connect();
    // A file of at most 16 KiB leaves in one write; a connection sends at most 256 KiB per turn of
    // the loop.
    for boundary in [0, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 19] {
        for length in [boundary, boundary + 1, boundary + 4095] {
            let body = &content[..length];
            site.write("file", body);
            let expected = Answer::file(OCTETS, body).keep_alive("timeout=10");
            assert_eq!(client.get("/file"), expected, "{length} bytes");
            let head = client.ask("HEAD", "/file", "");
            assert_eq!(head, expected.without_body(), "{length} bytes");
        }
    }
}

#[test]
fn ten_megabytes_reach_several_clients_at_once() {
    let site = Site::new();
    let content = noise(TEN_MEGABYTES);
    site.write("large", &content);
    let server = site.start(&[]);
    let expected = Answer::file(OCTETS, &content);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut client = server.connect();
                assert_eq!(client.get("/large"), expected);
                assert_eq!(client.get("/large"), expected.clone().left(996));
            });
        }
    });
}

#[test]
fn a_slow_reader_does_not_delay_small_requests() {
    const PIECE: usize = 64 * 1024;
    let site = Site::new();
    let content = noise(TEN_MEGABYTES);
    site.write("large", &content);
    let server = site.start(&[]);
    let mut slow = Client::with_receive_buffer(server.address, 2 * PIECE);
    slow.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(slow.head(), Answer::file(OCTETS, &content).without_body());
    let mut quick = server.connect();
    for (index, expected) in content.chunks(PIECE).enumerate() {
        // Small requests are answered while the large reply is only partly read.
        assert_eq!(quick.get("/"), Answer::index().left(997 - index));
        assert!(slow.read(expected.len()) == expected, "piece {index}");
    }
    assert_eq!(slow.get("/"), Answer::index().left(996));
}

#[test]
fn readers_that_have_stopped_do_not_stop_other_clients() {
    let site = Site::new();
    site.write_sparse("large", 1 << 30);
    site.write("a.txt", "a\n");
    let server = site.start(&[]);
    let mut stopped: Vec<Client> = std::iter::repeat_with(|| server.connect())
        .take(20)
        .collect();
    for client in &mut stopped {
        client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
        client.read(1);
    }
    let mut quick = server.connect();
    for index in 0..50 {
        assert_eq!(
            quick.get("/a.txt"),
            Answer::file(TEXT, "a\n").left(997 - index)
        );
    }
}
