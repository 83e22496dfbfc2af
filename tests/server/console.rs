//! What the server prints, and that no reader of its output can stop it.

use std::io::Write as _;
use std::thread;

use crate::support::{Answer, Site};

#[test]
fn each_request_prints_one_line() {
    let table = [
        ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / 200"),
        ("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", "HEAD / 200"),
        ("POST / HTTP/1.1\r\nHost: h\r\n\r\n", "POST / 400"),
        (
            "GET /no%20file?q HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET /no%20file?q 404",
        ),
        (
            "GET / HTTP/1.1\r\nHost: h\r\nIf-Modified-Since: Sun, 06 Nov 2044 08:49:37 GMT\r\n\r\n",
            "GET / 304",
        ),
        (
            "GET /a\\x1b HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET /a\\\\x1b 404",
        ),
        ("GET / HTTP/1.1\r\n\r\n", "GET / 400"),
        ("GET /\x1b[2J HTTP/1.1\r\nHost: h\r\n\r\n", "- 400"),
        ("GET /\u{f6} HTTP/1.1\r\nHost: h\r\n\r\n", "GET /%C3%B6 404"),
        ("GET /\r\n", "- 400"),
        ("\u{1b}[2J\r\n", "- 400"),
    ];
    let site = Site::new();
    let mut server = site.start(&[]);
    for (request, expected) in table {
        let mut client = server.connect();
        client.send(request);
        assert_eq!(server.next_line(), expected);
    }
    server.stop();
    assert_eq!(server.output.as_mut().unwrap().rest(), [""; 0]);
}

/// Lines that follow each other closely are printed together, and soon, even if nothing else
/// happens.
#[test]
fn no_line_waits_for_the_next_one() {
    let site = Site::new();
    let mut server = site.start(&["--no-log", "--keep-alive", "3600"]);
    let mut client = server.connect();
    for _ in 0..10 {
        client.get("/");
        client.get("/nothing");
    }
    for _ in 0..10 {
        assert_eq!(server.next_line(), "GET / 200");
        assert_eq!(server.next_line(), "GET /nothing 404");
    }
}

#[test]
fn quiet_prints_no_lines_for_requests() {
    let site = Site::new();
    for option in ["--quiet", "-q"] {
        // `start` itself waits for the line with the address.
        let mut server = site.start(&[option]);
        server.connect().get("/");
        server.connect().ask("POST", "/", "");
        server.stop();
        assert_eq!(server.output.as_mut().unwrap().rest(), [""; 0]);
    }
}

#[test]
fn an_output_without_a_reader_never_blocks_the_server() {
    const REQUESTS: usize = 20_000;
    let site = Site::new();
    let mut server = site.start(&["--keep-alive-requests", "0"]);
    let mut client = server.connect();
    thread::scope(|scope| {
        let mut stream = client.stream().try_clone().unwrap();
        scope.spawn(move || {
            let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
            stream
                .write_all(request.repeat(REQUESTS).as_bytes())
                .unwrap();
        });
        let expected = Answer::index().keep_alive("timeout=10");
        for number in 0..REQUESTS {
            assert_eq!(client.answer_to("GET"), expected, "request {number}");
        }
    });
    server.stop();
    // Only whole lines were printed; all others were counted as lost.
    let printed = server.output.as_mut().unwrap().rest();
    assert!(printed.iter().all(|line| line == "GET / 200"));
    let diagnostics = server.diagnostics.rest();
    let goodbye = diagnostics.last().expect("a line at the end");
    let lost = goodbye
        .strip_suffix(" lines of output lost")
        .expect("lines that were lost");
    let lost: usize = lost.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(lost > 0 && !printed.is_empty());
    // Lines that still wait for the reader when the server ends are neither printed nor counted as
    // lost.
    assert!(
        printed.len() + lost <= REQUESTS,
        "{} and {lost}",
        printed.len()
    );
}

#[test]
fn a_closed_output_does_not_stop_the_server() {
    let site = Site::new();
    let mut server = site.start(&[]);
    server.output = None;
    let mut client = server.connect();
    for left in (900..998).rev() {
        assert_eq!(client.get("/"), Answer::index().left(left));
    }
    server.stop();
}

#[test]
fn diagnostics_are_one_line_at_the_start_and_one_at_the_end() {
    let site = Site::new();
    let mut server = site.start(&[]);
    server.connect().get("/");
    server.connect().ask("POST", "/", "");
    server.has_seen_all();
    server.stop();
    let lines = server.diagnostics.rest();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines.iter().all(|line| line.starts_with("millpond: ")),
        "{lines:?}"
    );
}
