//! `--precompressed`: which form of a file is sent to which client.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, UNIX_EPOCH};

use crate::support::answer::TEXT;
use crate::support::full::{FOUR, FULL};
use crate::support::site::set_modified;
use crate::support::{Answer, Client, Server, Site};

/// The content of a form is its coding: what is sent shows which was chosen.
const FORMS: [(&str, &str, &str); 4] = [
    ("", "a.txt", "the plain file\n"),
    ("br", "a.txt.br", "brotli"),
    ("zstd", "a.txt.zst", "zstandard"),
    ("gzip", "a.txt.gz", "gzip"),
];

fn form(coding: &str) -> Answer {
    let (_, _, content) = FORMS.iter().find(|form| form.0 == coding).unwrap();
    coded(content, coding)
}

fn coded(content: &str, coding: &str) -> Answer {
    let answer = Answer::file(TEXT, content).endless();
    let answer = match coding {
        "" => answer,
        _ => answer.encoded(coding),
    };
    answer.with_extra("Vary", "Accept-Encoding")
}

fn site(codings: &[&str]) -> Site {
    let site = Site::new();
    for (coding, name, content) in FORMS {
        if coding.is_empty() || codings.contains(&coding) {
            site.write(name, content);
        }
    }
    site
}

fn start(site: &Site, profile: [&str; 4]) -> Server {
    site.start(&[&profile[..], &["--precompressed"]].concat())
}

fn takes(codings: &str) -> String {
    format!("Accept-Encoding: {codings}\r\n")
}

/// What a client that takes `codings` gets, by GET and by HEAD, in both profiles.
#[track_caller]
fn check(there: &[&str], table: &[(&str, &str)]) {
    let site = site(there);
    let servers = [FULL, FOUR].map(|profile| start(&site, profile));
    for (codings, coding) in table {
        let full = form(coding).ranged();
        for (server, expected) in servers.iter().zip([full, form(coding)]) {
            let mut client = server.connect();
            let answer = client.ask("GET", "/a.txt", &takes(codings));
            assert_eq!(answer, expected, "{codings}");
            let answer = client.ask("HEAD", "/a.txt", &takes(codings));
            assert_eq!(answer, expected.without_body(), "{codings}");
        }
    }
}

#[test]
fn the_form_is_chosen_by_weight_and_then_by_the_servers_order() {
    check(
        &["br", "zstd", "gzip"],
        &[
            ("", ""),
            ("br", "br"),
            ("BR", "br"),
            ("gzip", "gzip"),
            ("x-gzip", "gzip"),
            ("zstd", "zstd"),
            ("gzip, deflate, br, zstd", "br"),
            ("gzip, zstd", "zstd"),
            ("gzip;q=1, br;q=0.9, zstd;q=0.8", "gzip"),
            ("gzip;q=0.5, br;q=0.5", "br"),
            ("br;q=0, gzip", "gzip"),
            ("br;q=0", ""),
            ("*", "br"),
            ("*, br;q=0", "zstd"),
            ("*;q=0", ""),
            ("gzip, *;q=0", "gzip"),
            ("gzip;q=0.5, *", "br"),
            ("identity", ""),
            ("identity, gzip;q=0.5", ""),
            ("identity;q=0.5, gzip", "gzip"),
            ("identity;q=0, gzip", "gzip"),
            ("identity;q=0", ""),
            ("deflate", ""),
            ("br;q=2, gzip", "gzip"),
            ("br\r\nAccept-Encoding: gzip", "br"),
            ("gzip\r\nAccept-Encoding: br;q=0", "gzip"),
        ],
    );
    check(
        &["gzip"],
        &[
            ("br, gzip", "gzip"),
            ("br, gzip;q=0.1", "gzip"),
            ("br", ""),
            ("identity;q=0, br", ""),
            ("*;q=0", ""),
        ],
    );
    check(
        &[],
        &[("br, gzip", ""), ("", ""), ("identity;q=0, *;q=0", "")],
    );
}

#[test]
fn without_the_option_no_form_is_looked_for() {
    let site = site(&["br", "gzip"]);
    let server = site.start(&FOUR);
    let answer = server.connect().ask("GET", "/a.txt", &takes("br, gzip"));
    assert_eq!(answer, Answer::file(TEXT, FORMS[0].2).endless());
}

/// Each form has its own tag and date, and conditions and ranges are about the form that is sent.
#[test]
fn conditions_and_ranges_are_about_the_form_that_is_sent() {
    let site = site(&["br"]);
    let later = UNIX_EPOCH + Duration::from_secs(784_111_777 + 3600);
    set_modified(&site.root("a.txt.br"), later);
    let server = start(&site, FULL);
    let mut client = server.connect();
    let brotli = takes("br");
    let expected = form("br").modified(later).ranged();
    assert_eq!(client.ask("GET", "/a.txt", &brotli), expected);
    let tag_of = |client: &mut Client, fields: &str| {
        let head = client.raw_head("HEAD", "/a.txt", fields);
        head.field("ETag").unwrap().to_owned()
    };
    let tags = [tag_of(&mut client, ""), tag_of(&mut client, &brotli)];
    assert_ne!(tags[0], tags[1]);
    let not_modified = || {
        Answer::not_modified()
            .endless()
            .with_extra("Vary", "Accept-Encoding")
    };
    let [plain, coded] = tags.map(|tag| format!("If-None-Match: {tag}\r\n"));
    assert_eq!(client.ask("GET", "/a.txt", &plain), not_modified());
    let with_brotli = |fields: &str| brotli.clone() + fields;
    let answer = client.ask("GET", "/a.txt", &with_brotli(&coded));
    assert_eq!(answer, not_modified().modified(later));
    assert_eq!(client.ask("GET", "/a.txt", &with_brotli(&plain)), expected);
    // Ranges: of the form, with its length.
    let part = Answer::part(TEXT, b"brotli", 1, 3)
        .encoded("br")
        .modified(later)
        .with_extra("Vary", "Accept-Encoding")
        .endless();
    let range = "Range: bytes=1-2\r\n";
    assert_eq!(client.ask("GET", "/a.txt", &with_brotli(range)), part);
    let whole = client.ask("GET", "/a.txt", &with_brotli("Range: bytes=0-\r\n"));
    assert_eq!(whole.body, b"brotli");
    let parts = client.ask("GET", "/a.txt", &with_brotli("Range: bytes=0-0,-1\r\n"));
    assert_eq!(parts.status, "HTTP/1.1 206 Partial Content");
    let text = String::from_utf8(parts.body).unwrap();
    assert!(text.contains("\r\nContent-Encoding: br\r\nContent-Range: bytes 0-0/6\r\n\r\nb"));
    // A cache must know that 412 and 416 depend on the form, too.
    let answer = client.ask("GET", "/a.txt", &with_brotli("Range: bytes=6-\r\n"));
    let vary = |answer: Answer| answer.with_extra("Vary", "Accept-Encoding").endless();
    assert_eq!(answer, vary(Answer::unsatisfiable(6)));
    let answer = client.ask("GET", "/a.txt", &with_brotli("If-Match: \"x\"\r\n"));
    assert_eq!(answer, vary(Answer::failed()));
    // There is nothing to choose for what is not there.
    let answer = client.ask("GET", "/nothing", &brotli);
    assert_eq!(answer, Answer::not_found().endless());
}

#[test]
fn a_form_follows_its_file_while_the_server_runs() {
    let site = site(&["br", "gzip"]);
    let server = start(&site, FULL);
    let mut client = server.connect();
    let mut ask = || client.ask("GET", "/a.txt", &takes("br, zstd, gzip"));
    assert_eq!(ask(), form("br").ranged());
    site.write("a.txt.br", "another");
    assert_eq!(ask(), coded("another", "br").ranged());
    fs::remove_file(site.root("a.txt.br")).unwrap();
    assert_eq!(ask(), form("gzip").ranged());
    site.write("a.txt.zst", "zstandard");
    assert_eq!(ask(), form("zstd").ranged());
    // The file is newer than all its forms.
    let later = UNIX_EPOCH + Duration::from_secs(784_111_777 + 1);
    site.write("a.txt", "new");
    set_modified(&site.root("a.txt"), later);
    assert_eq!(ask(), coded("new", "").modified(later).ranged());
    set_modified(&site.root("a.txt.gz"), later);
    assert_eq!(ask(), form("gzip").modified(later).ranged());
    fs::remove_file(site.root("a.txt")).unwrap();
    assert_eq!(ask(), Answer::not_found().endless());
}

#[test]
fn a_form_is_confined_and_checked_as_any_file() {
    let site = site(&[]);
    let server = start(&site, FULL);
    let mut client = server.connect();
    let mut ask = || client.ask("GET", "/a.txt", &takes("br"));
    fs::write(site.path("outside"), "outside").unwrap();
    symlink(site.path("outside"), site.root("a.txt.br")).unwrap();
    assert_eq!(ask(), form("").ranged());
    fs::remove_file(site.root("a.txt.br")).unwrap();
    symlink("../outside", site.root("a.txt.br")).unwrap();
    assert_eq!(ask(), form("").ranged());
    fs::remove_file(site.root("a.txt.br")).unwrap();
    fs::create_dir(site.root("a.txt.br")).unwrap();
    assert_eq!(ask(), form("").ranged());
    fs::remove_dir(site.root("a.txt.br")).unwrap();
    site.write("inside", "brotli");
    symlink("inside", site.root("a.txt.br")).unwrap();
    assert_eq!(ask(), form("br").ranged());
}

/// A name that says that it is compressed is sent as it is, and so is a form that is asked for by its name.
#[test]
fn what_is_compressed_already_is_not_coded_twice() {
    let site = site(&["gzip"]);
    site.write("a.svgz", "\u{1f}");
    site.write("a.svgz.gz", "twice");
    let server = start(&site, FULL);
    let mut client = server.connect();
    let vary = |answer: Answer| answer.with_extra("Vary", "Accept-Encoding").ranged();
    let answer = client.ask("GET", "/a.svgz", &takes("gzip"));
    let expected = Answer::file("image/svg+xml", "\u{1f}").encoded("gzip");
    assert_eq!(answer, vary(expected.endless()));
    let answer = client.ask("GET", "/a.txt.gz", &takes("gzip"));
    assert_eq!(
        answer,
        vary(Answer::file("application/gzip", "gzip").endless())
    );
}

/// Other documents of the server's own have no forms, whatever lies where theirs would be looked for.
#[test]
fn a_listing_and_an_error_page_are_sent_as_they_are() {
    let site = Site::new();
    site.write("sub/a", "a");
    site.write("sub.gz", "not the listing");
    site.write("sub/.gz", "not the listing");
    site.write("sub/index.html.gz", "not the listing");
    site.write("404.html", "not found");
    site.write("404.html.gz", "not found, coded");
    let options = ["--precompressed", "--listing"];
    let server = site.start(&[&FULL[..], &options].concat());
    let mut client = server.connect();
    let listing = client.ask("GET", "/sub/", &takes("gzip"));
    assert_eq!(listing.status, "HTTP/1.1 200 OK");
    assert_eq!(listing.field("Content-Encoding"), None);
    assert!(
        String::from_utf8(listing.body)
            .unwrap()
            .contains("./index.html.gz")
    );
    let answer = client.ask("GET", "/nothing", &takes("gzip"));
    let expected = Answer::page("404 Not Found", "not found").endless();
    assert_eq!(answer, expected.with_extra("Vary", "Accept"));
}
