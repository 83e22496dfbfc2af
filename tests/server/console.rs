//! What is printed, and that no reader of it can stop the server.

use std::io::Write as _;
use std::thread;

use crate::support::answer::HTML;
use crate::support::site::INDEX;
use crate::support::{Answer, Site};

#[test]
fn a_line_for_each_request() {
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
        ("GET /\u{f6} HTTP/1.1\r\nHost: h\r\n\r\n", "- 400"),
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

/// Lines that follow each other closely are printed together, and soon, even if nothing else happens.
#[test]
fn no_line_waits_for_what_comes_next() {
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
fn quiet() {
    let site = Site::new();
    for option in ["--quiet", "-q"] {
        // That it says where it listens is what `start` waits for.
        let mut server = site.start(&[option]);
        server.connect().get("/");
        server.connect().ask("POST", "/", "");
        server.stop();
        assert_eq!(server.output.as_mut().unwrap().rest(), [""; 0]);
    }
}

#[test]
fn an_output_that_nobody_reads() {
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
        let expected = Answer::file(HTML, INDEX).keep_alive("timeout=10");
        for number in 0..REQUESTS {
            assert_eq!(client.answer_to("GET"), expected, "request {number}");
        }
    });
    server.stop();
    // What was printed is whole lines; the others were counted.
    let printed = server.output.as_mut().unwrap().rest();
    assert!(printed.iter().all(|line| line == "GET / 200"));
    let diagnostics = server.diagnostics.rest();
    let goodbye = diagnostics.last().expect("a line at the end");
    let lost = goodbye
        .strip_suffix(" lines of output lost")
        .expect("lines that were lost");
    let lost: usize = lost.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(lost > 0 && !printed.is_empty());
    // What waits for its reader when the server ends is neither printed nor lost on the way.
    assert!(
        printed.len() + lost <= REQUESTS,
        "{} and {lost}",
        printed.len()
    );
}

#[test]
fn a_closed_output() {
    let site = Site::new();
    let mut server = site.start(&[]);
    server.output = None;
    let mut client = server.connect();
    for left in (900..998).rev() {
        assert_eq!(client.get("/"), Answer::file(HTML, INDEX).left(left));
    }
    server.stop();
}

#[test]
fn one_line_of_diagnostics_at_the_start_and_one_at_the_end() {
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
