//! Large replies that do not end as planned: the client leaves, or the file shrinks or is replaced.

use std::fs;

use crate::support::log::{row, wait_for_rows};
use crate::support::{Answer, Client, Server, Site};

const OCTETS: &str = "application/octet-stream";
/// More than any socket's buffers hold: while the client does not read, the server is in the middle
/// of the body.
const LENGTH: u64 = 64 * 1024 * 1024;

/// Asks for `/large` and reads the head, but not the body.
#[track_caller]
fn begin(server: &Server) -> Client {
    let mut client = server.connect();
    client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    let head = client.head();
    assert_eq!(head.status, "HTTP/1.1 200 OK");
    assert_eq!(
        head.field("Content-Length"),
        Some(LENGTH.to_string().as_str())
    );
    client
}

#[test]
fn a_client_that_leaves_is_logged_as_reset() {
    let site = Site::new();
    site.write_sparse("large", LENGTH);
    let server = site.start(&[]);
    let client = begin(&server);
    let address = client.address();
    // Unread data in the client's socket turns this close into a reset.
    drop(client);
    let rows = wait_for_rows(&site.log(), 1);
    let bytes: u64 = rows[0][6].parse().unwrap();
    assert!(bytes < LENGTH, "{bytes}");
    assert_eq!(
        rows,
        [row(address, &format!("GET /large large 200 {bytes} reset"))]
    );
}

#[test]
fn a_file_that_shrinks_ends_its_connection() {
    const LEFT: u64 = 20 * 1024 * 1024;
    let site = Site::new();
    site.write_sparse("large", LENGTH);
    let server = site.start(&[]);
    let mut client = begin(&server);
    site.set_length("large", LEFT);
    // The server does not pad the body up to the promised length. It closes the connection, which
    // tells the client that the body is incomplete.
    assert_eq!(client.read_to_end().len() as u64, LEFT);
    let rows = wait_for_rows(&site.log(), 1);
    let expected = format!("GET /large large 200 {LEFT} file-shrank");
    assert_eq!(rows, [row(client.address(), &expected)]);
    // The next client gets the new length.
    let head = server.connect().ask("HEAD", "/large", "");
    assert_eq!(
        head.field("Content-Length"),
        Some(LEFT.to_string().as_str())
    );
}

#[test]
fn a_file_that_grows_is_sent_with_its_promised_length() {
    let site = Site::new();
    site.write_sparse("large", LENGTH);
    let server = site.start(&[]);
    let mut client = begin(&server);
    site.set_length("large", 2 * LENGTH);
    let length = usize::try_from(LENGTH).unwrap();
    assert!(client.read(length).iter().all(|&byte| byte == 0));
    // The server sends the promised length and no more: what follows is the next answer.
    assert_eq!(client.get("/nothing"), Answer::not_found().left(996));
}

#[test]
fn a_file_that_is_replaced_or_removed_is_sent_to_the_end() {
    let length = usize::try_from(LENGTH).unwrap();
    let site = Site::new();
    site.write("large", vec![b'a'; length]);
    let server = site.start(&[]);
    let mut before_replacing = begin(&server);
    site.write("next", vec![b'b'; length]);
    fs::rename(site.root("next"), site.root("large")).unwrap();
    let mut before_removing = begin(&server);
    fs::remove_file(site.root("large")).unwrap();
    for (client, content) in [(&mut before_replacing, b'a'), (&mut before_removing, b'b')] {
        assert!(client.read(length).iter().all(|&byte| byte == content));
        assert_eq!(client.get("/large"), Answer::not_found().left(996));
    }
}

#[test]
fn clients_that_leave_in_any_state_free_their_slots() {
    let site = Site::new();
    site.write_sparse("large", LENGTH);
    let mut server = site.start(&["--max-connections", "8"]);
    // Many more clients than the cap allows: each must have freed its slot.
    for _ in 0..10 {
        drop(begin(&server));
        drop(server.connect());
        for part in [
            "G",
            "GET / HTTP/1.1\r\n",
            "GET /large HTTP/1.1\r\nHost: h\r\n\r\n",
            "bad\r\n",
        ] {
            let mut client = server.connect();
            client.send(part);
            drop(client);
        }
        let mut client = server.connect();
        client.get("/");
        client.ask("HEAD", "/large", "");
    }
    let head = server.connect().ask("HEAD", "/large", "");
    assert_eq!(head.field("Content-Type"), Some(OCTETS));
    server.stop();
}
