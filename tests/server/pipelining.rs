//! Requests that do not wait for answers: answered in order, up to the first that closes the
//! connection.

use std::fmt::Write as _;

use crate::support::answer::TEXT;
use crate::support::client::request;
use crate::support::{Answer, Site};

/// More requests than the server answers per connection and turn of the loop (32), and more bytes
/// than the limit for a head.
const MANY: usize = 200;

fn ten_files() -> Site {
    let site = Site::new();
    for number in 0..10 {
        site.write(format!("{number}.txt"), format!("number {number}\n"));
    }
    site
}

fn answer(number: usize) -> Answer {
    Answer::file(TEXT, format!("number {}\n", number % 10)).left(997 - number)
}

#[test]
fn many_requests_in_one_write_are_answered_in_order() {
    let site = ten_files();
    let server = site.start(&[]);
    let mut requests = String::new();
    for number in 0..MANY {
        write!(
            requests,
            "GET /{}.txt HTTP/1.1\r\nHost: h\r\n\r\n",
            number % 10
        )
        .unwrap();
    }
    let mut client = server.connect();
    client.send(&requests);
    for number in 0..MANY {
        assert_eq!(client.answer_to("GET"), answer(number), "request {number}");
    }
    // All are answered, and the connection stays open.
    assert_eq!(client.get("/7.txt"), answer(7).left(997 - MANY));
}

#[test]
fn other_clients_are_served_between_pipelined_requests() {
    let site = ten_files();
    let server = site.start(&["--keep-alive-requests", "0"]);
    let mut greedy = server.connect();
    greedy.send(request("GET", "/0.txt", "").repeat(1_000));
    assert_eq!(
        server.connect().get("/1.txt"),
        answer(1).keep_alive("timeout=10")
    );
    for _ in 0..1_000 {
        assert_eq!(greedy.answer_to("GET"), answer(0).keep_alive("timeout=10"));
    }
}

#[test]
fn each_kind_of_answer_keeps_its_place_in_the_pipeline() {
    let site = ten_files();
    let server = site.start(&[]);
    let modified = "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    let table = [
        ("GET", "/1.txt", "", answer(1)),
        ("HEAD", "/2.txt", "", answer(2).without_body()),
        ("GET", "/3.txt", modified, Answer::not_modified()),
        ("GET", "/nothing", "", Answer::not_found()),
        ("POST", "/4.txt", "", Answer::bad_request()),
        ("HEAD", "/nothing", "", Answer::not_found().without_body()),
        ("GET", "/%00", "", Answer::bad_request()),
        ("GET", "/5.txt", "", answer(5)),
    ];
    let requests = table
        .iter()
        .map(|(method, target, fields, _)| request(method, target, fields));
    let mut client = server.connect();
    client.send(requests.collect::<String>());
    for (index, (method, target, _, expected)) in table.into_iter().enumerate() {
        let answer = client.answer_to(method);
        assert_eq!(answer, expected.left(997 - index), "{method} {target}");
    }
}

#[test]
fn a_large_answer_keeps_its_place_in_the_pipeline() {
    let site = ten_files();
    let large: Vec<u8> = (0..=u8::MAX).cycle().take(3_000_000).collect();
    site.write("large", &large);
    let server = site.start(&[]);
    let mut client = server.connect();
    let targets = ["/0.txt", "/large", "/2.txt", "/large", "/4.txt"];
    client.send(targets.map(|target| request("GET", target, "")).concat());
    for (index, target) in targets.into_iter().enumerate() {
        let expected = match target {
            "/large" => Answer::file("application/octet-stream", &large).left(997 - index),
            _ => answer(index),
        };
        assert_eq!(client.answer_to("GET"), expected, "{target}");
    }
}

#[test]
fn requests_after_the_first_that_closes_are_not_answered() {
    let site = ten_files();
    let closers = [
        (request("GET", "/1.txt", "Connection: close\r\n"), answer(1)),
        (
            request("GET", "/nothing", "Connection: close\r\n"),
            Answer::not_found(),
        ),
        (
            request("POST", "/", "Connection: close\r\n"),
            Answer::bad_request(),
        ),
        ("GET /1.txt HTTP/1.0\r\n\r\n".to_owned(), answer(1)),
        (
            request("GET", "/1.txt", "Content-Length: 1\r\n"),
            Answer::bad_request(),
        ),
    ];
    let server = site.start(&[]);
    for (closer, expected) in closers {
        let mut client = server.connect();
        let before = request("GET", "/0.txt", "");
        let after = request("GET", "/2.txt", "");
        client.send([before, closer.clone(), after.clone(), after].concat());
        assert_eq!(client.answer_to("GET"), answer(0));
        assert_eq!(client.answer_to("GET"), expected.closing(), "{closer}");
        client.expect_end();
    }
}
