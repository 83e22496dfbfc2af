//! `--fallback`: the page of a single-page application for names that are not there.

use std::fs;

use crate::support::answer::{HTML, TEXT};
use crate::support::full::{FOUR, FULL};
use crate::support::site::INDEX;
use crate::support::{Answer, Server, Site};

const BROWSER: &str = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";

fn start(site: &Site, profile: [&str; 4], name: &str) -> Server {
    site.start(&[&profile[..], &["--fallback", name]].concat())
}

fn vary(answer: Answer) -> Answer {
    answer.with_extra("Vary", "Accept").endless()
}

fn site() -> Site {
    let site = Site::new();
    site.write("a.txt", "a");
    site.write("sub/a.txt", "a");
    site.write(".git/config", "git");
    site
}

#[test]
fn a_page_that_is_not_there_gets_the_file() {
    let site = site();
    let page = || vary(Answer::file(HTML, INDEX));
    let none = || vary(Answer::not_found());
    let table = [
        ("/nothing", BROWSER, page()),
        ("/nothing?q=1", BROWSER, page()),
        ("/nothing/", BROWSER, page()),
        ("/deep/er/link", BROWSER, page()),
        ("/v1.2/link", BROWSER, page()),
        ("/sub/", BROWSER, page()),
        ("/sub/nothing", BROWSER, page()),
        ("/a%20b", BROWSER, page()),
        ("/nothing", "", page()),
        ("/nothing", "Accept: */*\r\n", page()),
        ("/nothing", "Accept: text/*\r\n", page()),
        ("/nothing", "Accept: TEXT/HTML\r\n", page()),
        ("/nothing", "Accept: image/png, text/html;q=0.1\r\n", page()),
        ("/nothing", "Accept: application/json\r\n", none()),
        ("/nothing", "Accept: image/*\r\n", none()),
        ("/nothing", "Accept: text/html;q=0, */*\r\n", none()),
        ("/nothing", "Accept: text/plain\r\n", none()),
        ("/app.js", BROWSER, none()),
        ("/sub/app.js", "", none()),
        ("/nothing.", BROWSER, none()),
        ("/sub/nothing.html", BROWSER, none()),
        ("/v1.2/", BROWSER, none()),
        ("/.git/config", BROWSER, none()),
        ("/.nothing", BROWSER, none()),
        ("/a.txt", BROWSER, Answer::file(TEXT, "a").endless()),
        ("/", BROWSER, Answer::file(HTML, INDEX).endless()),
        ("/%00", BROWSER, Answer::bad_request().endless()),
    ];
    for profile in [FULL, FOUR] {
        let server = start(&site, profile, "index.html");
        let mut client = server.connect();
        for (target, fields, expected) in &table {
            let is_file = expected.status.contains(" 200 ") && profile == FULL;
            let expected = if is_file {
                expected.clone().ranged()
            } else {
                expected.clone()
            };
            let answer = client.ask("GET", target, fields);
            assert_eq!(answer, expected, "{target} {fields}");
            let answer = client.ask("HEAD", target, fields);
            assert_eq!(answer, expected.without_body(), "{target} {fields}");
        }
    }
}

#[test]
fn the_fallback_is_a_file_like_any_other() {
    let site = site();
    site.write("app/start.html", "start");
    let server = start(&site, FULL, "app/start.html");
    let mut client = server.connect();
    let head = client.raw_head("HEAD", "/nothing", "");
    let known = format!("If-None-Match: {}\r\n", head.field("ETag").unwrap());
    assert_eq!(
        client.ask("GET", "/nothing", &known),
        vary(Answer::not_modified())
    );
    let part = vary(Answer::part(HTML, b"start", 1, 3));
    assert_eq!(client.ask("GET", "/nothing", "Range: bytes=1-2\r\n"), part);
    let unsatisfiable = vary(Answer::unsatisfiable(5));
    assert_eq!(
        client.ask("GET", "/nothing", "Range: bytes=5-\r\n"),
        unsatisfiable
    );
    // Only what is read is answered with it.
    assert_eq!(
        client.ask("POST", "/nothing", ""),
        Answer::not_allowed().endless()
    );
    // A folder has another name, and an empty name is none.
    assert_eq!(
        client.get("/sub"),
        Answer::moved("/sub/", "/sub/").endless()
    );
    assert_eq!(
        client.get("//nothing"),
        Answer::moved("/nothing", "/nothing").endless()
    );
    // It may change, and go.
    site.write("app/start.html", "changed");
    let changed = vary(Answer::file(HTML, "changed")).ranged();
    assert_eq!(client.ask("GET", "/nothing", &known), changed);
    fs::remove_file(site.root("app/start.html")).unwrap();
    assert_eq!(client.get("/nothing"), vary(Answer::not_found()));
}

#[test]
fn four_has_a_page_with_a_link_before_the_fallback() {
    let site = site();
    let server = start(&site, FOUR, "index.html");
    let mut client = server.connect();
    let page = millpond::response::pages::directory("/sub");
    assert_eq!(
        client.get("/sub"),
        vary(Answer::page("404 Not Found", page))
    );
}

#[test]
fn the_log_tells_which_file_was_sent() {
    let site = site();
    let mut server = start(&site, FULL, "index.html");
    let mut client = server.connect();
    client.get("/nothing");
    client.ask("GET", "/nothing", "Accept: image/png\r\n");
    server.stop();
    let log = fs::read_to_string(site.log()).unwrap();
    let row = format!(",GET,/nothing,index.html,200,{},", INDEX.len());
    assert!(log.contains(&row), "{log}");
    assert!(log.contains(",GET,/nothing,,404,"), "{log}");
}
