//! `--http full`: the root's own pages by number, and what the log tells.

use std::fs;

use crate::support::answer::{HTML, TEXT};
use crate::support::full::{FOUR, FULL};
use crate::support::log::{row, rows};
use crate::support::{Answer, Site};

/// The requests that lead to each status, and the answer without its page.
const TABLE: [(&str, &str, &str, &str); 9] = [
    (
        "400 Bad Request",
        "GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n",
        "",
        "",
    ),
    (
        "404 Not Found",
        "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n",
        "",
        "",
    ),
    (
        "405 Method Not Allowed",
        "PUT / HTTP/1.1\r\nHost: h\r\n\r\n",
        "Allow",
        "GET, HEAD, OPTIONS",
    ),
    (
        "412 Precondition Failed",
        "GET / HTTP/1.1\r\nHost: h\r\nIf-Match: \"x\"\r\n\r\n",
        "",
        "",
    ),
    (
        "416 Range Not Satisfiable",
        "GET /a.txt HTTP/1.1\r\nHost: h\r\nRange: bytes=10-\r\n\r\n",
        "Content-Range",
        "bytes */10",
    ),
    (
        "501 Not Implemented",
        "BREW / HTTP/1.1\r\nHost: h\r\n\r\n",
        "",
        "",
    ),
    ("431 Request Header Fields Too Large", "", "", ""),
    ("414 URI Too Long", "", "", ""),
    (
        "505 HTTP Version Not Supported",
        "GET / HTTP/2.0\r\n",
        "",
        "",
    ),
];

/// The request of a row; those that are long are made here.
fn request(status: &str, text: &str) -> String {
    match &status[..3] {
        "431" => format!(
            "GET / HTTP/1.1\r\nHost: h\r\n{}\r\n",
            "A: b\r\n".repeat(100)
        ),
        "414" => format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "a".repeat(9000)),
        _ => text.to_owned(),
    }
}

#[test]
fn each_status_has_a_page_of_the_roots_own() {
    let site = Site::new();
    site.write("a.txt", "0123456789");
    let server = site.start(&FULL);
    for own in ["own", "another, which is longer", &"x".repeat(100_000)] {
        for (status, text, name, value) in TABLE {
            let code = &status[..3];
            let page = format!("{code}.html");
            site.write(&page, format!("{own} {code}"));
            let mut client = server.connect();
            client.send(request(status, text));
            let expected = Answer::page(status, format!("{own} {code}"));
            let expected = match name {
                "" => expected,
                _ => expected.with_extra(name, value),
            };
            let expected = match code {
                "431" | "505" => expected.closing(),
                _ => expected.endless(),
            };
            assert_eq!(client.answer_to("GET"), expected, "{status}");
            fs::remove_file(site.root(page)).unwrap();
        }
    }
    // A page that is too long to be one is not used, nor one for what is no error.
    site.write("405.html", "x".repeat(256 * 1024 + 1));
    for name in ["200.html", "206.html", "301.html", "304.html"] {
        site.write(name, "own");
    }
    let mut client = server.connect();
    assert_eq!(client.ask("PUT", "/", ""), Answer::not_allowed().endless());
    assert_eq!(client.get("/"), Answer::index().ranged().endless());
    let file = Answer::file(HTML, "own").ranged().endless();
    assert_eq!(client.get("/206.html"), file);
}

/// Of four statuses there are two pages.
#[test]
fn four_uses_its_own_two_pages_only() {
    let site = Site::new();
    for (status, ..) in TABLE {
        site.write(format!("{}.html", &status[..3]), &status[..3]);
    }
    let server = site.start(&FOUR);
    for (status, text, ..) in TABLE {
        let mut client = server.connect();
        client.send(request(status, text));
        let expected = match &status[..3] {
            "404" | "414" => Answer::page("404 Not Found", "404").endless(),
            "400" | "405" | "501" => Answer::page("400 Bad Request", "400").endless(),
            "431" | "505" => Answer::page("400 Bad Request", "400").closing(),
            // The condition and the range are ignored.
            "412" => Answer::index().endless(),
            _ => continue,
        };
        assert_eq!(client.answer_to("GET"), expected, "{status}");
    }
}

#[test]
fn the_log_tells_status_bytes_and_file_of_what_left() {
    let site = Site::new();
    site.write("a.txt", "0123456789");
    site.write("large", vec![0; 100_000]);
    site.write("416.html", "own");
    site.write("sub/a", "a");
    let mut server = site.start(&FULL);
    let mut client = server.connect();
    let table = [
        ("GET", "/a.txt", "", "a.txt 200 10"),
        ("GET", "/a.txt", "Range: bytes=2-4\r\n", "a.txt 206 3"),
        ("HEAD", "/a.txt", "Range: bytes=2-4\r\n", "a.txt 200 0"),
        (
            "GET",
            "/large",
            "Range: bytes=50000-\r\n",
            "large 206 50000",
        ),
        ("GET", "/a.txt", "If-None-Match: *\r\n", "a.txt 304 0"),
        ("GET", "/a.txt", "Range: bytes=10-\r\n", "416.html 416 3"),
        ("GET", "/a.txt", "If-Match: \"x\"\r\n", "- 412 *"),
        ("GET", "/sub?q", "", "- 301 *"),
        ("PUT", "/a.txt", "", "- 405 *"),
        ("OPTIONS", "*", "", "- 204 0"),
        ("BREW", "/", "", "- 501 *"),
        ("GET", "/a.txt", "Range: bytes=0-0,9-\r\n", "a.txt 206 *"),
        ("GET", "/large", "Range: bytes=0-0,9-\r\n", "large 206 *"),
    ];
    let expected: Vec<Vec<String>> = table
        .iter()
        .map(|(method, target, fields, rest)| {
            let answer = client.ask(method, target, fields);
            let rest = rest.replace('*', &answer.body.len().to_string());
            let text = format!("{method} {target} {rest} complete");
            row(client.address(), &text)
        })
        .collect();
    assert_eq!(
        client.get("/a.txt"),
        Answer::file(TEXT, "0123456789").ranged().endless()
    );
    server.stop();
    assert_eq!(rows(&site.log())[..expected.len()], expected);
}
