//! `--headers`: what rules do to each kind of answer.

use crate::support::answer::{HTML, TEXT};
use crate::support::full::{FOUR, FULL};
use crate::support::site::INDEX;
use crate::support::{Answer, Server, Site};

/// A site with these rules, and a server on it.
fn start(rules: &str, options: &[&str]) -> (Site, Server) {
    let site = Site::new();
    site.write("_headers", rules);
    site.write("assets/a.txt", "0123456789");
    site.write("assets/b", "0123456789");
    let options = [options, &["--headers", "root/_headers"]].concat();
    let server = site.start(&options);
    (site, server)
}

const RANGE: &str = "Range: bytes=0-1\r\n";
const NONE: &str = "Range: bytes=10-\r\n";

#[test]
fn a_policy_reaches_every_answer_with_a_path() {
    let rules = "/*\n  X-Robots-Tag: noindex\n  Content-Security-Policy: default-src 'self'\n";
    let (_site, server) = start(rules, &FULL);
    let with_policy = |answer: Answer| {
        answer
            .with_extra("Content-Security-Policy", "default-src 'self'")
            .with_extra("X-Robots-Tag", "noindex")
            .endless()
    };
    let content = b"0123456789";
    let file = with_policy(Answer::file(TEXT, content)).ranged();
    let boundary = Answer::boundary(content);
    let table = [
        ("GET", "/assets/a.txt", "", file),
        (
            "GET",
            "/assets/a.txt",
            RANGE,
            Answer::part(TEXT, content, 0, 2),
        ),
        (
            "GET",
            "/assets/a.txt",
            "Range: bytes=0-1,8-\r\n",
            Answer::parts(TEXT, content, &[(0, 2), (8, 10)], &boundary),
        ),
        (
            "GET",
            "/assets/a.txt",
            "If-None-Match: *\r\n",
            Answer::not_modified(),
        ),
        ("GET", "/assets/a.txt", NONE, Answer::unsatisfiable(10)),
        (
            "GET",
            "/assets/a.txt",
            "If-Match: \"x\"\r\n",
            Answer::failed(),
        ),
        ("GET", "/assets", "", Answer::moved("/assets/", "/assets/")),
        ("GET", "//assets", "", Answer::moved("/assets", "/assets")),
        ("GET", "/nothing", "", Answer::not_found()),
        ("GET", "/_headers", "", Answer::not_found()),
        ("GET", "/%00", "", Answer::bad_request()),
        ("PUT", "/", "", Answer::not_allowed()),
    ];
    let mut client = server.connect();
    for (method, target, fields, expected) in table {
        let expected = match expected.field("X-Robots-Tag") {
            None => with_policy(expected),
            Some(_) => expected,
        };
        let answer = client.ask(method, target, fields);
        assert_eq!(answer, expected, "{method} {target} {fields}");
        if method == "GET" && !fields.starts_with("Range") {
            let answer = client.ask("HEAD", target, fields);
            assert_eq!(answer, expected.without_body(), "HEAD {target} {fields}");
        }
    }
}

#[test]
fn lifetimes_replace_the_usual_one_and_reach_no_error() {
    let long = "public, max-age=31536000, immutable";
    let rules =
        format!("/assets/*\n  Cache-Control: {long}\n/short/*\n  Cache-Control: max-age=30\n");
    for profile in [FULL, FOUR] {
        let (site, server) = start(&rules, &profile);
        site.write("short/sub/a.txt", "a");
        let mut client = server.connect();
        let ranged = |answer: Answer| {
            if profile == FULL {
                answer.ranged()
            } else {
                answer
            }
        };
        let cached = |answer: Answer| answer.set("Cache-Control", long).endless();
        let content = b"0123456789";
        let file = ranged(cached(Answer::file(TEXT, content)));
        assert_eq!(client.get("/assets/a.txt"), file);
        let known = client.ask("GET", "/assets/a.txt", "If-None-Match: *\r\n");
        assert_eq!(known, cached(Answer::not_modified()));
        assert_eq!(client.get("/"), ranged(Answer::index().endless()));
        let short = |answer: Answer| answer.with_extra("Cache-Control", "max-age=30").endless();
        assert_eq!(client.get("/assets/nothing"), Answer::not_found().endless());
        assert_eq!(client.get("/short/nothing"), short(Answer::not_found()));
        if profile == FULL {
            let part = client.ask("GET", "/assets/a.txt", RANGE);
            assert_eq!(part, cached(Answer::part(TEXT, content, 0, 2)));
            let none = client.ask("GET", "/assets/a.txt", NONE);
            assert_eq!(none, Answer::unsatisfiable(10).endless());
            // A 301 may be kept for ever unless it says otherwise, and says it once.
            site.write("assets/sub/a.txt", "a");
            let moved = Answer::moved("/assets/sub/", "/assets/sub/").endless();
            assert_eq!(client.get("/assets/sub"), moved);
            let answer = client.get("/short/sub");
            answer.has_no_field_twice();
            let moved = Answer::moved("/short/sub/", "/short/sub/");
            assert_eq!(answer, short(moved.without("Cache-Control")));
        }
    }
}

#[test]
fn fields_of_the_server_are_removed_and_replaced() {
    let rules = "/*\n  ! Server\n  ! Cache-Control\n  ! X-Content-Type-Options\n\
                 /assets/*\n  Server: mine\n  Content-Type: text/x-mine\n  X-Content-Type-Options: nosniff\n";
    let (_site, server) = start(rules, &FULL);
    let mut client = server.connect();
    let bare = |answer: Answer| {
        answer
            .without("Server")
            .without("X-Content-Type-Options")
            .endless()
    };
    let uncached = |answer: Answer| bare(answer).without("Cache-Control");
    assert_eq!(client.get("/"), uncached(Answer::index()).ranged());
    let known = client.ask("GET", "/", "If-None-Match: *\r\n");
    assert_eq!(known, uncached(Answer::not_modified()));
    assert_eq!(client.get("/nothing"), bare(Answer::not_found()));
    assert_eq!(
        client.get("/assets"),
        bare(Answer::moved("/assets/", "/assets/"))
    );
    let content = b"0123456789";
    // Where options add theirs: Accept-Ranges stands in front of it.
    let mine = |answer: Answer, is_ranged: bool| {
        let answer = uncached(answer)
            .with_extra("X-Content-Type-Options", "nosniff")
            .with_extra("(mine)", "mine");
        let mut answer = if is_ranged { answer.ranged() } else { answer };
        let mut names = answer.fields.iter_mut().map(|(name, _)| name);
        let name = names.find(|name| *name == "(mine)");
        "Server".clone_into(name.unwrap());
        answer
    };
    let file = mine(Answer::file("text/x-mine", content), true);
    for name in ["/assets/a.txt", "/assets/b"] {
        let answer = client.get(name);
        answer.has_no_field_twice();
        assert_eq!(answer, file, "{name}");
    }
    let part = client.ask("GET", "/assets/b", RANGE);
    assert_eq!(
        part,
        mine(Answer::part("text/x-mine", content, 0, 2), false)
    );
    let parts = client.ask("GET", "/assets/b", "Range: bytes=0-1,8-\r\n");
    let boundary = Answer::boundary(content);
    let expected = Answer::parts("text/x-mine", content, &[(0, 2), (8, 10)], &boundary);
    assert_eq!(parts, mine(expected, false));
    // The type is the file's, and not that of a page in its place.
    let not_found = client.get("/assets/nothing");
    assert_eq!(not_found.field("Content-Type"), Some(HTML));
    assert_eq!(not_found.field("Server"), Some("mine"));
}

/// Each option adds its names to `Vary`, which stands in a head once, as every field does.
#[test]
fn vary_is_merged_and_no_field_is_there_twice() {
    let rules = "/*\n  Vary: Cookie, origin\n  Access-Control-Expose-Headers: X-A\n  X-A: b\n\
                 /assets/*\n  Vary: Accept-Encoding\n  Cache-Control: max-age=5\n\
                 /any/*\n  Vary: *\n";
    let cors = ["--cors", "https://a.example", "--cors", "https://b.example"];
    let options = ["--precompressed", "--fallback", "index.html", "--listing"];
    let options = [&FULL[..], &options, &cors].concat();
    let (site, server) = start(rules, &options);
    site.write("any/a.txt", "a");
    let table = [
        ("/", "", "Accept-Encoding, Origin, Cookie"),
        ("/assets/a.txt", "", "Accept-Encoding, Origin, Cookie"),
        ("/assets/a.txt", RANGE, "Accept-Encoding, Origin, Cookie"),
        (
            "/assets/a.txt",
            NONE,
            "Accept-Encoding, Accept, Origin, Cookie",
        ),
        (
            "/assets/a.txt",
            "If-None-Match: *\r\n",
            "Accept-Encoding, Origin, Cookie",
        ),
        (
            "/assets/a.txt",
            "If-Match: \"x\"\r\n",
            "Accept-Encoding, Accept, Origin, Cookie",
        ),
        ("/assets/", "", "Accept, Origin, Cookie, Accept-Encoding"),
        ("/assets", "", "Origin, Cookie"),
        ("/nothing", "", "Accept-Encoding, Accept, Origin, Cookie"),
        ("/nothing.js", "", "Accept, Origin, Cookie"),
        ("/any/a.txt", "", "*"),
    ];
    let mut client = server.connect();
    for (target, fields, vary) in table {
        for origin in [
            "",
            "Origin: https://a.example\r\n",
            "Origin: https://c.example\r\n",
        ] {
            let answer = client.ask("GET", target, &(fields.to_owned() + origin));
            answer.has_no_field_twice();
            assert_eq!(answer.field("X-A"), Some("b"), "{target} {fields}");
            assert_eq!(answer.field("Access-Control-Expose-Headers"), Some("X-A"));
            let found = answer.field("Vary").unwrap().to_ascii_lowercase();
            assert_eq!(found, vary.to_ascii_lowercase(), "{target} {fields}");
        }
    }
}

#[test]
fn rules_go_by_the_path_that_was_asked_for() {
    let rules = "/index.html\n  X-A: index\n/\n  X-A: root\n/assets/:name\n  X-A: named\n/a%20b\n  X-A: blank\n";
    let options = [&FULL[..], &["--fallback", "index.html"]].concat();
    let (site, server) = start(rules, &options);
    site.write("a b", "x");
    let mut client = server.connect();
    for (target, value) in [
        ("/", Some("root")),
        ("/?q", Some("root")),
        ("/index.html", Some("index")),
        ("/assets/a.txt", Some("named")),
        ("/assets/../index.html", Some("index")),
        ("/a%20b", Some("blank")),
        ("/nothing", None),
    ] {
        let answer = client.get(target);
        assert_eq!(answer.field("X-A"), value, "{target}");
        assert_eq!(answer.status, "HTTP/1.1 200 OK", "{target}");
    }
    assert_eq!(client.get("/").body, INDEX.as_bytes());
}
