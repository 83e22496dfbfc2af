//! `--cors`: whose pages may read answers.

use crate::support::full::{FOUR, FULL};
use crate::support::{Answer, Server, Site};

const A: &str = "https://a.example";
const B: &str = "http://b.example:8080";

const EXPOSED: &str = "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, Date, ETag";

/// As an answer that this origin may read.
fn readable(answer: Answer, by: &str) -> Answer {
    answer
        .with_extra("Access-Control-Expose-Headers", EXPOSED)
        .with_extra("Access-Control-Allow-Origin", by)
}

fn start(site: &Site, profile: [&str; 4], origins: &[&str]) -> Server {
    let origins = origins.iter().flat_map(|origin| ["--cors", *origin]);
    let options: Vec<&str> = profile.into_iter().chain(origins).collect();
    site.start(&options)
}

/// The `--cors` options, the Origin that asks, the origin that is allowed, and whether the answer varies.
type Row = (
    &'static [&'static str],
    &'static str,
    Option<&'static str>,
    bool,
);

const TABLE: [Row; 15] = [
    (&[], A, None, false),
    (&["*"], "", Some("*"), false),
    (&["*"], A, Some("*"), false),
    (&["*"], "null", Some("*"), false),
    (&[A, "*"], B, Some("*"), false),
    (&[A], "", Some(A), false),
    (&[A], A, Some(A), false),
    // The browser compares, and refuses.
    (&[A], B, Some(A), false),
    (&["HTTPS://A.example:443"], A, Some(A), false),
    (&[A, B], A, Some(A), true),
    (&[A, B], B, Some(B), true),
    (&[A, B], "https://c.example", None, true),
    (&[A, B], "https://a.example.evil.org", None, true),
    (&[A, B], "null", None, true),
    (&[A, B], "", None, true),
];

/// The answers with what the row adds.
fn expected(answer: Answer, allowed: Option<&str>, varies: bool) -> Answer {
    let answer = match allowed {
        Some(origin) => readable(answer, origin),
        None => answer,
    };
    if varies {
        answer.with_extra("Vary", "Origin")
    } else {
        answer
    }
}

#[test]
fn an_origin_that_is_named_may_read_all_answers() {
    let site = Site::new();
    for profile in [FULL, FOUR] {
        for (origins, origin, allowed, varies) in TABLE {
            let server = start(&site, profile, origins);
            let mut client = server.connect();
            let fields = match origin {
                "" => String::new(),
                _ => format!("Origin: {origin}\r\n"),
            };
            let file = expected(Answer::index(), allowed, varies);
            let file = if profile == FULL { file.ranged() } else { file };
            let not_modified = expected(Answer::not_modified(), allowed, varies);
            let not_found = expected(Answer::not_found(), allowed, varies);
            let what = format!("{origins:?} {origin}");
            let answer = client.ask("GET", "/", &fields);
            assert_eq!(answer, file.clone().endless(), "{what}");
            let answer = client.ask("HEAD", "/", &fields);
            assert_eq!(answer, file.endless().without_body(), "{what}");
            let known = fields.clone() + "If-None-Match: *\r\n";
            let answer = client.ask("GET", "/", &known);
            assert_eq!(answer, not_modified.endless(), "{what}");
            let answer = client.ask("GET", "/nothing", &fields);
            assert_eq!(answer, not_found.endless(), "{what}");
        }
    }
}

#[test]
fn pieces_redirects_and_refusals_may_be_read_too() {
    let site = Site::new();
    site.write("sub/a.txt", "0123");
    let server = start(&site, FULL, &["*"]);
    let mut client = server.connect();
    let all = |answer: Answer| readable(answer, "*").endless();
    let answer = client.ask("GET", "/sub/a.txt", "Range: bytes=1-2\r\n");
    let text = crate::support::answer::TEXT;
    assert_eq!(answer, all(Answer::part(text, b"0123", 1, 3)));
    let answer = client.ask("GET", "/sub/a.txt", "Range: bytes=4-\r\n");
    let unsatisfiable = Answer::unsatisfiable(4);
    assert_eq!(answer, all(unsatisfiable));
    assert_eq!(client.get("/sub"), all(Answer::moved("/sub/", "/sub/")));
    assert_eq!(client.ask("PUT", "/", ""), all(Answer::not_allowed()));
}

/// 204, with these fields more in front of Allow.
fn options(more: &[(&str, &str)]) -> Answer {
    let mut answer = Answer::page("204 No Content", "")
        .without("Content-Type")
        .without("Content-Length")
        .without("X-Content-Type-Options")
        .endless();
    for (name, value) in more {
        answer = answer.with(name, value);
    }
    answer.with("Allow", "GET, HEAD, OPTIONS")
}

const PREFLIGHT: &str = "Access-Control-Request-Method: GET\r\n\
                         Access-Control-Request-Headers: range\r\n";

#[test]
fn a_preflight_is_answered_in_full_only() {
    let site = Site::new();
    for (origins, origin, allowed, varies) in TABLE {
        let server = start(&site, FULL, origins);
        let mut client = server.connect();
        let mut more = Vec::new();
        if varies {
            more.push(("Vary", "Origin"));
        }
        if let Some(origin) = allowed {
            more.extend([
                ("Access-Control-Allow-Origin", origin),
                ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
                ("Access-Control-Allow-Headers", "*"),
                ("Access-Control-Max-Age", "86400"),
            ]);
        }
        let fields = match origin {
            "" => PREFLIGHT.to_owned(),
            _ => format!("Origin: {origin}\r\n{PREFLIGHT}"),
        };
        for target in ["/", "*", "/nothing"] {
            let answer = client.ask("OPTIONS", target, &fields);
            assert_eq!(answer, options(&more), "{origins:?} {origin}");
        }
    }
    let four = start(&site, FOUR, &["*"]);
    let fields = format!("Origin: {A}\r\n{PREFLIGHT}");
    let answer = four.connect().ask("OPTIONS", "/", &fields);
    assert_eq!(answer, readable(Answer::bad_request(), "*").endless());
}

#[test]
fn two_origins_are_none() {
    let site = Site::new();
    let server = start(&site, FOUR, &[A, B]);
    let fields = format!("Origin: {A}\r\nOrigin: {B}\r\n");
    let answer = server.connect().ask("GET", "/", &fields);
    assert_eq!(answer, expected(Answer::index(), None, true).endless());
}

#[test]
fn what_is_no_origin_stops_the_start() {
    let site = Site::new();
    for text in [
        "a.example",
        "https://a.example/",
        "https://*.example",
        "null",
        "",
    ] {
        // A value that is taken stops at the second option.
        let output = site.run(&["--cors", text, "--http", "no such profile"]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("--cors"), "{text}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}
