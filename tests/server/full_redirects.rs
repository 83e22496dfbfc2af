//! `--http full`: folders without a slash, and runs of slashes.

use std::fs;

use crate::support::answer::TEXT;
use crate::support::full::{FOUR, FULL};
use crate::support::{Answer, Site};

/// The target, Location, and how the page writes that.
const TABLE: [(&str, &str, &str); 30] = [
    ("/sub", "/sub/", "/sub/"),
    ("/sub?", "/sub/?", "/sub/?"),
    ("/sub?q=1", "/sub/?q=1", "/sub/?q=1"),
    (
        "/sub?q=//x/../%zz",
        "/sub/?q=//x/../%zz",
        "/sub/?q=//x/../%zz",
    ),
    ("/sub?a=b&c=d", "/sub/?a=b&c=d", "/sub/?a=b&amp;c=d"),
    ("/sub?\"<b>", "/sub/?\"<b>", "/sub/?&quot;&lt;b>"),
    ("/s%75b", "/s%75b/", "/s%75b/"),
    ("/a%20%26%20b", "/a%20%26%20b/", "/a%20%26%20b/"),
    ("/a%20&%20b", "/a%20&%20b/", "/a%20&amp;%20b/"),
    ("/sub/deep", "/sub/deep/", "/sub/deep/"),
    ("/nothing/../sub", "/nothing/../sub/", "/nothing/../sub/"),
    ("/gr%c3%b6%C3%9Fe", "/gr%c3%b6%C3%9Fe/", "/gr%c3%b6%C3%9Fe/"),
    ("/größe", "/gr%C3%B6%C3%9Fe/", "/gr%C3%B6%C3%9Fe/"),
    ("/\\host", "/%5Chost/", "/%5Chost/"),
    ("/%5Chost", "/%5Chost/", "/%5Chost/"),
    ("/.well-known", "/.well-known/", "/.well-known/"),
    ("http://localhost/sub?q", "/sub/?q", "/sub/?q"),
    ("//", "/", "/"),
    ("///", "/", "/"),
    ("//?a//b", "/?a//b", "/?a//b"),
    ("//sub", "/sub", "/sub"),
    ("//sub//a.txt", "/sub/a.txt", "/sub/a.txt"),
    ("/sub//", "/sub/", "/sub/"),
    ("/sub///a.txt?q", "/sub/a.txt?q", "/sub/a.txt?q"),
    ("//example.org", "/example.org", "/example.org"),
    ("//example.org/..", "/example.org/..", "/example.org/.."),
    ("/.//example.org", "/./example.org", "/./example.org"),
    ("//\\example.org", "/%5Cexample.org", "/%5Cexample.org"),
    (
        "http://localhost//example.org/",
        "/example.org/",
        "/example.org/",
    ),
    ("//.git", "/.git", "/.git"),
];

fn site() -> Site {
    let site = Site::new();
    for folder in [
        "sub/deep",
        "a & b",
        "größe",
        "\\host",
        ".well-known",
        ".git",
    ] {
        fs::create_dir_all(site.root(folder)).unwrap();
    }
    site.write("sub/a.txt", "a");
    site
}

#[test]
fn another_name_is_told_by_301() {
    let site = site();
    let server = site.start(&FULL);
    let mut client = server.connect();
    for (target, location, link) in TABLE {
        let expected = Answer::moved(location, link).endless();
        assert_eq!(client.get(target), expected, "{target}");
        let answer = client.ask("HEAD", target, "");
        assert_eq!(answer, expected.without_body(), "{target}");
    }
    for (target, _, _) in TABLE {
        // What Location names is on this server, and following it comes to an end.
        let mut location = client.get(target);
        for _ in 0..3 {
            let Some(next) = location.field("Location").map(str::to_owned) else {
                break;
            };
            assert!(!next[1..].starts_with(['/', '\\']), "{target}: {next}");
            location = client.get(&next);
        }
        assert!(!location.status.contains(" 301 "), "{target}");
    }
    let file = Answer::file(TEXT, "a").ranged().endless();
    assert_eq!(client.get("/sub/a.txt"), file);
}

#[test]
fn what_has_no_other_name_is_404_or_400() {
    let site = site();
    let server = site.start(&FULL);
    let mut client = server.connect();
    for target in [
        "/.git",
        "/.git/",
        "/sub/",
        "/nothing",
        "/a.txt/",
        "/sub/a.txt/",
    ] {
        assert_eq!(
            client.get(target),
            Answer::not_found().endless(),
            "{target}"
        );
    }
    for target in ["/..//sub", "//%00", "//%zz", "//a%2Fb"] {
        assert_eq!(
            client.get(target),
            Answer::bad_request().endless(),
            "{target}"
        );
    }
}

/// Four has no redirect: a page with a link for a folder, and 404 for an empty name.
#[test]
fn four_has_a_page_with_a_link() {
    let site = site();
    let server = site.start(&FOUR);
    let mut client = server.connect();
    for (target, _, _) in TABLE {
        let answer = client.get(target);
        assert_eq!(answer.status, "HTTP/1.1 404 Not Found", "{target}");
        assert_eq!(answer.field("Location"), None);
    }
    let link = |url: &str| {
        let page = millpond::response::pages::directory(url);
        Answer::page("404 Not Found", page).endless()
    };
    assert_eq!(client.get("/s%75b?q"), link("/sub"));
    assert_eq!(client.get("/\\host"), link("/%5Chost"));
    for target in ["//sub", "/sub//", "//"] {
        assert_eq!(
            client.get(target),
            Answer::not_found().endless(),
            "{target}"
        );
    }
}

/// The page with the link is the built-in one even if the root has its own.
#[test]
fn the_roots_own_pages_are_not_used_for_a_link() {
    let site = site();
    site.write("301.html", "own");
    site.write("404.html", "own");
    let (full, four) = (site.start(&FULL), site.start(&FOUR));
    let answer = full.connect().get("/sub");
    assert_eq!(answer, Answer::moved("/sub/", "/sub/").endless());
    let page = millpond::response::pages::directory("/sub");
    let expected = Answer::page("404 Not Found", page).endless();
    assert_eq!(four.connect().get("/sub"), expected);
}
