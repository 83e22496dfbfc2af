//! README's table of what the two profiles answer: each row is asked for, in both.

use crate::recipes::chapter;
use crate::support::client::request;
use crate::support::{Client, Site};

/// Requests that show a row, by the beginning of its first cell. A row without one is held by
/// other tests.
fn requests(row: &str) -> Option<Vec<String>> {
    let get = |target: &str, fields: &str| request("GET", target, fields);
    let with_method = |methods: &[&str]| {
        let made = methods
            .iter()
            .map(|method| request(method, "/page.html", ""));
        made.collect()
    };
    let table = [
        ("for a file", vec![get("/", "")]),
        ("for the copy that", vec![get("/", "If-None-Match: *\r\n")]),
        (
            "for a range of bytes",
            vec![
                get("/", "Range: bytes=0-1\r\n"),
                get("/", "Range: bytes=0-0,2-3\r\n"),
            ],
        ),
        (
            "for a range that the file",
            vec![get("/", "Range: bytes=99999-\r\n")],
        ),
        (
            "for a range of an older",
            vec![get("/", "Range: bytes=0-1\r\nIf-Range: \"old\"\r\n")],
        ),
        (
            "with `If-Match`",
            vec![
                get("/", "If-Match: \"other\"\r\n"),
                get(
                    "/",
                    "If-Unmodified-Since: Sat, 01 Jan 1994 00:00:00 GMT\r\n",
                ),
            ],
        ),
        (
            "`/folder` without",
            vec![get("/folder", ""), get("//folder/", "")],
        ),
        ("`/about.html`", vec![get("/page.html", "")]),
        (
            "OPTIONS",
            vec![request("OPTIONS", "/", ""), request("OPTIONS", "*", "")],
        ),
        ("POST,", with_method(&["POST", "PUT", "DELETE", "PATCH"])),
        ("TRACE,", with_method(&["TRACE", "UNKNOWN"])),
        (
            "GET or HEAD with",
            vec![
                request("GET", "/", "Content-Length: 1\r\n"),
                request("HEAD", "/", "Content-Length: 1\r\n"),
            ],
        ),
        (
            "a target over",
            vec![get(&format!("/{}", "a".repeat(9000)), "")],
        ),
        (
            "a head that is too",
            vec![
                get("/", &format!("X: {}\r\n", "a".repeat(20_000))),
                get("/", &"X: a\r\n".repeat(101)),
            ],
        ),
        ("for a name that", vec![get("/nothing", "")]),
        ("a head that has begun", vec!["GET / HT".to_owned()]),
        (
            "HTTP/1.2",
            vec!["GET / HTTP/1.2\r\nHost: h\r\n\r\n".to_owned()],
        ),
        (
            "HTTP/2.0",
            vec!["GET / HTTP/2.0\r\nHost: h\r\n\r\n".to_owned()],
        ),
        (
            "a malformed head",
            vec!["GET /\u{1} HTTP/1.1\r\nHost: h\r\n\r\n".to_owned()],
        ),
    ];
    let found = table.into_iter().find(|(name, _)| row.starts_with(name));
    found.map(|(_, requests)| requests)
}

/// The first number of three digits in a cell.
fn status(cell: &str) -> Option<&str> {
    let mut words = cell.split(|character: char| !character.is_ascii_digit());
    words.find(|word| word.len() == 3)
}

#[test]
fn both_profiles_answer_as_the_table_says() {
    let text = chapter("What four statuses leave out");
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|line| line.split(" | ").collect())
        .skip(2)
        .collect();
    assert!(rows.len() > 15, "{rows:?}");
    let site = Site::new();
    site.write("page.html", "a page\n");
    site.write("folder/index.html", "a folder\n");
    let mut asked = 0;
    for (column, profile) in [(1, "four"), (2, "full")] {
        let server = site.start(&["--http", profile, "--clean-urls", "--head-timeout", "0.5"]);
        for row in &rows {
            let [subject, _, _] = row[..] else {
                panic!("{row:?} has not three cells");
            };
            for request in requests(subject).unwrap_or_default() {
                let mut client = Client::connect(server.address);
                client.send(&request);
                let head = client.head();
                let expected = status(row[column]).unwrap();
                let got = status(&head.status);
                assert_eq!(got, Some(expected), "{profile}: {subject}: {request:.60}");
                asked += 1;
            }
        }
    }
    println!("{asked} requests for {} rows", rows.len());
    let held_elsewhere: Vec<&str> = rows
        .iter()
        .map(|row| row[0])
        .filter(|row| requests(row).is_none())
        .collect();
    assert_eq!(
        held_elsewhere.len(),
        1,
        "rows without a request: {held_elsewhere:?}"
    );
}
