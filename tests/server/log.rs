//! The log's rows: one per response, with every column, whatever the request contains.

use std::fs;

use crate::support::log::{index_row, row, rows, wait_for_rows};
use crate::support::{Answer, Client, Server, Site, python};

/// The length of an answer's body, as a cell.
fn length(answer: &Answer) -> String {
    answer.body.len().to_string()
}

/// Sends a request that is answered with 400 and the end. Returns the client for its address.
#[track_caller]
fn send_bad(server: &Server, bytes: &[u8]) -> Client {
    let mut client = server.connect();
    client.send(bytes);
    assert_eq!(client.answer_to("GET"), Answer::bad_request().closing());
    client.expect_end();
    client
}

#[test]
fn each_response_makes_one_row() {
    let site = Site::new();
    site.write("sub/a b.txt", "0123456789");
    site.write("400.html", "own page");
    let mut server = site.start(&[]);
    let not_found = length(&Answer::not_found());
    let table = [
        ("GET", "/", "index.html 200 37"),
        ("HEAD", "/", "index.html 200 0"),
        ("GET", "/sub/a%20b.txt?q=1", "sub/a_b.txt 200 10"),
        ("GET", "/sub/../sub/./a%20b.txt", "sub/a_b.txt 200 10"),
        ("GET", "/nothing", &format!("- 404 {not_found}")),
        ("HEAD", "/nothing", "- 404 0"),
        ("POST", "/", "400.html 400 8"),
        ("GET", "/400.html", "400.html 200 8"),
        ("GET", "*", "400.html 400 8"),
        ("GET", "http://elsewhere/?q", "index.html 200 37"),
    ];
    let mut client = server.connect();
    let mut other = server.connect();
    for (method, target, _) in table {
        client.ask(method, target, "");
    }
    let modified = "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    other.ask("GET", "/", modified);
    server.stop();
    let expected = table.map(|(method, target, rest)| {
        let cells = row(
            client.address(),
            &format!("{method} {target} {rest} complete"),
        );
        // Spaces separate the cells of this table, so a space within a cell is written as `_`.
        cells
            .into_iter()
            .map(|cell| cell.replace("a_b", "a b"))
            .collect::<Vec<_>>()
    });
    let rows = rows(&site.log());
    assert_eq!(rows[..table.len()], expected);
    assert_eq!(
        rows[table.len()..],
        [row(other.address(), "GET / index.html 304 0 complete")]
    );
}

#[test]
fn each_refusal_makes_one_row() {
    let site = Site::new();
    let mut server = site.start(&[]);
    let page = length(&Answer::bad_request());
    // The part of the request that could be read, and the cells that it becomes.
    let table: [(&[u8], &str); 5] = [
        (b"GET /a?b HTTP/1.1\r\n\r\n", "GET /a?b"),
        (
            b"PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx",
            "PUT /a",
        ),
        (b"GET /a HTTP/1.1\nHost: h\n\n", "- -"),
        (b"\x16\x03\x01\r\n", "- -"),
        (b"GET /\xff HTTP/1.1\r\n\r\n", "GET /%FF"),
    ];
    let expected = table.map(|(bytes, line)| {
        let client = send_bad(&server, bytes);
        row(client.address(), &format!("{line} - 400 {page} complete"))
    });
    server.stop();
    assert_eq!(rows(&site.log()), expected);
}

#[test]
fn the_log_is_at_most_about_a_second_behind() {
    let site = Site::new();
    let server = site.start(&[]);
    let mut client = server.connect();
    let mut expected = Vec::new();
    for _ in 0..2 {
        client.get("/");
        expected.push(index_row(client.address()));
        // Nothing else happens: the server writes the row without another event.
        assert_eq!(wait_for_rows(&site.log(), expected.len()), expected);
    }
}

#[test]
fn none_of_many_rows_is_missing() {
    const REQUESTS: usize = 5_000;
    let site = Site::new();
    let mut server = site.start(&["--keep-alive-requests", "0"]);
    let mut client = server.connect();
    for _ in 0..REQUESTS / 50 {
        client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n".repeat(50));
        (0..50).for_each(|_| drop(client.head()));
    }
    server.stop();
    let expected = row(client.address(), "HEAD / index.html 200 0 complete");
    let rows = rows(&site.log());
    assert_eq!(rows.len(), REQUESTS);
    assert!(rows.iter().all(|row| *row == expected));
}

/// Request lines that attack the log's reader, and their cells for method and target.
const HOSTILE: [(&str, &str, &str); 12] = [
    ("GET /\"a\",\"b\"", "GET", "/\"a\",\"b\""),
    ("GET /a,b,,\"", "GET", "/a,b,,\""),
    ("GET /%1b[2J%0d%0a", "GET", "/%1b[2J%0d%0a"),
    ("GET /\\x1b\\n", "GET", "/\\\\x1b\\\\n"),
    ("GET =1+1", "GET", "'=1+1"),
    ("GET @SUM(A1)", "GET", "'@SUM(A1)"),
    ("GET -1", "GET", "'-1"),
    ("+1 '=1", "'+1", "''=1"),
    ("'-1|calc /;a=1", "''-1|calc", "/;a=1"),
    ("GET /;=cmd|'a'!A0", "GET", "/\\x3b=cmd|'a'!A0"),
    ("GET /;\"@a;+1", "GET", "/\\x3b\"@a\\x3b+1"),
    ("GET /,;", "GET", "/,\\x3b"),
];

#[test]
fn hostile_targets_are_one_record_each() {
    let site = Site::new();
    let mut server = site.start(&[]);
    let mut client = server.connect();
    for (line, _, _) in HOSTILE {
        client.send(format!("{line} HTTP/1.1\r\nHost: h\r\n\r\n"));
        client.answer_to("GET");
    }
    let endless = format!("/{}", ",\"=".repeat(2_600));
    client.get(&endless);
    server.stop();
    let expected = HOSTILE.iter().map(|&(_, method, target)| (method, target));
    let expected: Vec<(&str, &str)> = expected.chain([("GET", &*endless)]).collect();
    let rows = rows(&site.log());
    let found: Vec<(&str, &str)> = rows.iter().map(|row| (&*row[2], &*row[3])).collect();
    assert_eq!(found, expected);

    let text = fs::read_to_string(site.log()).unwrap();
    assert_eq!(text.lines().count(), 1 + expected.len());
    let is_plain = |line: &str| !line.chars().any(char::is_control);
    assert!(
        text.split('\n').all(is_plain),
        "control characters in the log"
    );

    // Python reads the same rows.
    let log = site.log().display().to_string();
    let arguments = [&log, "client_ip", "method", "target", "status", "outcome"];
    if let Some(printed) = python::run("read_log.py", &arguments, "") {
        let cells = rows
            .iter()
            .map(|row| [0, 2, 3, 5, 7].map(|cell| &*row[cell]).join("\t") + "\n");
        assert_eq!(
            String::from_utf8(printed).unwrap(),
            cells.collect::<String>()
        );
    }
}
