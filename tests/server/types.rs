//! Content-Type and Content-Encoding of files.

use crate::support::answer::{HTML, TEXT};
use crate::support::{Answer, Site};

/// Beyond what is read into memory.
const LARGE: usize = 100_000;

const LATIN: &[u8] = b"<!doctype html><meta charset=iso-8859-1><p>\xE4";

#[test]
fn a_name_gives_a_type_and_an_encoding() {
    let table: &[(&str, &str)] = &[
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.cjs", "text/javascript; charset=utf-8"),
        ("a.woff", "font/woff"),
        ("a.svg", "image/svg+xml; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("LICENSE", TEXT),
        ("sub/Readme", TEXT),
        ("README.md", "text/markdown; charset=utf-8"),
        ("unknown", "application/octet-stream"),
        ("a.unknown", "application/octet-stream"),
        (
            ".well-known/apple-app-site-association",
            "application/json; charset=utf-8",
        ),
    ];
    let site = Site::new();
    for (name, _) in table {
        site.write(name, "content");
    }
    site.write("a.svgz", b"\x1F\x8B\x08 and so on");
    let server = site.start(&["--keep-alive-requests", "0"]);
    let mut client = server.connect();
    for (name, media_type) in table {
        let expected = Answer::file(media_type, "content").keep_alive("timeout=10");
        assert_eq!(client.get(&format!("/{name}")), expected, "{name}");
    }
    let compressed = Answer::file("image/svg+xml", b"\x1F\x8B\x08 and so on")
        .encoded("gzip")
        .keep_alive("timeout=10");
    assert_eq!(client.get("/a.svgz"), compressed);
    let head = client.ask("HEAD", "/a.svgz", "");
    assert_eq!(head, compressed.without_body());
}

#[test]
fn a_document_that_declares_its_encoding_keeps_it() {
    let xml = b"<?xml version='1.0' encoding='iso-8859-1'?><svg/>";
    let table: &[(&str, &[u8], &str)] = &[
        ("latin.html", LATIN, "text/html"),
        ("utf-8.html", b"<meta charset=utf-8>", HTML),
        ("silent.html", b"<p>", HTML),
        ("latin.svg", xml, "image/svg+xml"),
        ("latin.txt", LATIN, TEXT),
    ];
    let padded = |content: &[u8]| [content, &b" ".repeat(LARGE)[..]].concat();
    let site = Site::new();
    for (name, content, _) in table {
        site.write(name, content);
        site.write(format!("large-{name}"), padded(content));
    }
    let server = site.start(&["--keep-alive-requests", "0"]);
    let mut client = server.connect();
    for (name, content, media_type) in table {
        let expected = |body: &[u8]| Answer::file(media_type, body).keep_alive("timeout=10");
        assert_eq!(client.get(&format!("/{name}")), expected(content), "{name}");
        let large = client.get(&format!("/large-{name}"));
        assert_eq!(large, expected(&padded(content)), "large-{name}");
    }
}

/// A document whose declaration changes is another document.
#[test]
fn the_type_follows_the_content() {
    let site = Site::new();
    site.write("a.html", LATIN);
    site.write("404.html", LATIN);
    let server = site.start(&[]);
    let mut client = server.connect();
    assert_eq!(client.get("/a.html"), Answer::file("text/html", LATIN));
    let latin = Answer::page("404 Not Found", LATIN).typed("text/html");
    assert_eq!(client.get("/none"), latin.left(996));
    site.write("a.html", "<p>changed");
    site.write("404.html", "<p>none");
    let changed = Answer::file(HTML, "<p>changed").left(995);
    assert_eq!(client.get("/a.html"), changed);
    let changed = Answer::page("404 Not Found", "<p>none").left(994);
    assert_eq!(client.get("/none"), changed);
}
