//! The same bytes get the same answer however they are cut: byte by byte, in halves, half-closed.

use crate::support::answer::TEXT;
use crate::support::{Answer, Site};

/// Two requests, so that a cut may fall between them too, with empty lines before the first.
const REQUESTS: &str = "\r\n\r\nGET /a.txt HTTP/1.1\r\nHost: localhost:2130\r\nAccept: */*\r\n\r\n\
                        HEAD /a.txt?query HTTP/1.1\r\nhost: h\r\n\r\n";

fn site() -> Site {
    let site = Site::new();
    site.write("a.txt", "content of a\n");
    site
}

fn answers() -> [Answer; 2] {
    let answer = Answer::file(TEXT, "content of a\n");
    [answer.clone(), answer.left(996).without_body()]
}

#[test]
fn two_requests_cut_at_any_place_get_the_same_answers() {
    let site = site();
    let server = site.start(&[]);
    for cut in 0..=REQUESTS.len() {
        let (before, after) = REQUESTS.split_at(cut);
        let mut client = server.connect();
        client.send(before);
        server.has_seen_all();
        client.send(after);
        assert_eq!(
            [client.answer_to("GET"), client.answer_to("HEAD")],
            answers(),
            "cut at {cut}"
        );
    }
}

#[test]
fn two_requests_sent_byte_by_byte_get_the_same_answers() {
    let site = site();
    let server = site.start(&[]);
    let mut client = server.connect();
    for byte in REQUESTS.as_bytes() {
        client.send([*byte]);
        server.has_seen_all();
    }
    assert_eq!(
        [client.answer_to("GET"), client.answer_to("HEAD")],
        answers()
    );
}

#[test]
fn a_bad_head_cut_at_any_place_is_refused() {
    let site = site();
    let server = site.start(&[]);
    let bad = "GET /a.txt HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n";
    for cut in 0..=bad.len() {
        let (before, after) = bad.split_at(cut);
        let mut client = server.connect();
        client.send(before);
        server.has_seen_all();
        client.send(after);
        client.send(REQUESTS);
        assert_eq!(
            client.answer_to("GET"),
            Answer::bad_request().closing(),
            "cut at {cut}"
        );
        client.expect_end();
    }
}

#[test]
fn a_client_that_half_closes_after_its_request_is_answered() {
    let site = site();
    let server = site.start(&[]);
    for seen in [true, false] {
        let mut client = server.connect();
        client.send(REQUESTS);
        if seen {
            server.has_seen_all();
        }
        client.finish_sending();
        assert_eq!(
            [client.answer_to("GET"), client.answer_to("HEAD")],
            answers()
        );
        client.expect_end();
    }
}

#[test]
fn a_client_that_half_closes_gets_the_whole_of_a_large_answer() {
    let site = site();
    let large: Vec<u8> = (0..=u8::MAX).cycle().take(20_000_000).collect();
    site.write("large", &large);
    let server = site.start(&[]);
    let mut client = server.connect();
    client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\nGET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n");
    client.finish_sending();
    server.has_seen_all();
    let [answer, _] = answers();
    let expected = Answer::file("application/octet-stream", large);
    assert_eq!(client.answer_to("GET"), expected);
    assert_eq!(client.answer_to("GET"), answer.left(996));
    client.expect_end();
}

#[test]
fn a_client_that_half_closes_within_a_head_gets_the_end() {
    let site = site();
    let server = site.start(&[]);
    for part in ["", "\r\n", "G", "GET /a.txt HTTP/1.1\r\nHost: h\r\n"] {
        let mut client = server.connect();
        client.send(part);
        client.finish_sending();
        client.expect_end();
    }
}

#[test]
fn up_to_four_empty_lines_before_a_request_are_skipped() {
    let site = site();
    let server = site.start(&[]);
    let mut client = server.connect();
    let [answer, _] = answers();
    for count in 0..=4 {
        let empty = "\r\n".repeat(count);
        client.send(format!("{empty}GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n"));
        assert_eq!(
            client.answer_to("GET"),
            answer.clone().left(997 - count),
            "{count} lines"
        );
    }
}
