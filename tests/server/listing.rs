//! `--listing`: what is in a folder.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use crate::support::full::{FOUR, FULL};
use crate::support::{Answer, Client, Server, Site};

const JSON: &str = "Accept: application/json\r\n";

fn start(site: &Site, profile: [&str; 4]) -> Server {
    site.start(&[&profile[..], &["--listing"]].concat())
}

/// The page as JSON, after its head was compared.
#[track_caller]
fn read(client: &mut Client, target: &str) -> Value {
    let answer = client.ask("GET", target, JSON);
    let expected = listing("application/json", &answer.body).ranged();
    assert_eq!(answer, expected, "{target}");
    serde_json::from_slice(&answer.body).unwrap()
}

fn listing(media_type: &str, body: &[u8]) -> Answer {
    Answer::file(media_type, body)
        .undated()
        .endless()
        .with_extra("Vary", "Accept")
}

fn names(page: &Value) -> Vec<&str> {
    let entries = page["entries"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| entry["name"].as_str().unwrap())
        .collect()
}

/// Names that a careless page would break on.
const NAMES: [&[u8]; 16] = [
    b"a&b",
    b"a b",
    b"<b>",
    b"\"q\"",
    b"'",
    b"100%",
    b"%41",
    b"a#b",
    b"a?b=c",
    b"a\nb",
    b"caf\xe9",
    b"javascript:x",
    b"a\\b",
    b"-rf",
    b"\xf0\x9f\xa6\x86",
    b"a:b",
];

/// Each entry has the link that leads to it.
#[test]
fn every_name_is_listed_and_its_link_is_right() {
    let site = Site::new();
    site.write("sub/x", "x");
    for name in NAMES {
        site.write(OsStr::from_bytes(&[b"sub/", name].concat()), name);
        let inner = [b"sub/folder ", name, b"/a"].concat();
        site.write(OsStr::from_bytes(&inner), name);
    }
    let server = start(&site, FULL);
    let mut client = server.connect();
    let page = read(&mut client, "/sub/");
    assert_eq!(
        (&page["path"], &page["next"]),
        (&json!("/sub/"), &Value::Null)
    );
    let entries = page["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2 * NAMES.len() + 1);
    let html = String::from_utf8(client.get("/sub/").body).unwrap();
    for entry in entries {
        let url = entry["url"].as_str().unwrap();
        assert!(html.contains(&format!("href=\"{url}\"")), "{url}");
        let path = format!("/sub/{}", url.strip_prefix("./").unwrap());
        if entry["type"] == "folder" {
            let inner = read(&mut client, &path);
            assert_eq!(names(&inner), ["a"], "{path}");
            continue;
        }
        let answer = client.get(&path);
        assert_eq!(answer.status, "HTTP/1.1 200 OK", "{path}");
        assert_eq!(entry["size"], json!(answer.body.len()));
        assert_eq!(entry["modified"], "1994-11-06T08:49:37Z");
        let name = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(entry["name"], name);
    }
}

#[test]
fn folders_stand_first_and_what_is_not_served_is_not_shown() {
    let site = Site::new();
    fs::remove_file(site.root("index.html")).unwrap();
    for name in [
        "b.txt",
        "a.txt",
        "z/a",
        "B/a",
        ".hidden",
        ".git/config",
        ".well-known/a",
        "_headers",
    ] {
        site.write(name, "/*\n  X-A: b\n");
    }
    fs::write(site.path("outside"), "x").unwrap();
    symlink("../outside", site.root("link-out")).unwrap();
    symlink("b.txt", site.root("link-in")).unwrap();
    symlink("nothing", site.root("link-nowhere")).unwrap();
    let options = [
        "--listing",
        "--headers",
        "root/_headers",
        "--log",
        "root/Log.csv",
    ];
    let server = site.start(&[&FULL[..], &options].concat());
    let mut client = server.connect();
    let answer = client.ask("GET", "/", JSON);
    let page: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(
        names(&page),
        [".well-known", "B", "z", "a.txt", "b.txt", "link-in"]
    );
    assert_eq!(answer.field("X-A"), Some("b"));
    for target in [
        "/.git/",
        "/.git/?after=f/a",
        "/nothing/",
        "/a.txt/",
        "/z/nothing/",
    ] {
        let answer = client.ask("GET", target, JSON);
        assert_eq!(answer.status, "HTTP/1.1 404 Not Found", "{target}");
    }
}

#[test]
fn the_client_chooses_the_format_and_an_index_wins() {
    let site = Site::new();
    site.write("sub/a", "a");
    let html = "text/html; charset=utf-8";
    let json = "application/json";
    let table = [
        ("", html),
        ("Accept: */*\r\n", html),
        ("Accept: text/html,*/*;q=0.8\r\n", html),
        ("Accept: application/*\r\n", html),
        (JSON, json),
        ("Accept: application/json, text/html;q=0.9\r\n", json),
        ("Accept: application/json;q=0.5, text/html\r\n", html),
        ("Accept: application/json;q=0\r\n", html),
        ("Accept: image/png\r\nAccept: application/json\r\n", json),
    ];
    for profile in [FULL, FOUR] {
        let server = start(&site, profile);
        let mut client = server.connect();
        for (fields, media_type) in table {
            let answer = client.ask("GET", "/sub/", fields);
            let expected = listing(media_type, &answer.body);
            let expected = if profile == FULL {
                expected.ranged()
            } else {
                expected
            };
            assert_eq!(answer, expected, "{fields}");
            let head = client.ask("HEAD", "/sub/", fields);
            assert_eq!(head, expected.without_body(), "{fields}");
        }
        let index = client.ask("GET", "/", JSON);
        assert_eq!(index.body, Answer::index().body);
        assert_eq!(index.field("Vary"), None);
        let not_found = client.get("/nothing");
        assert_eq!(
            not_found,
            Answer::not_found().with_extra("Vary", "Accept").endless()
        );
    }
    // Without the option there is no listing.
    let plain = site.start(&FULL);
    assert_eq!(plain.connect().get("/sub/"), Answer::not_found().endless());
}

#[test]
fn a_listing_is_known_by_its_tag_and_follows_its_folder() {
    let site = Site::new();
    site.write("sub/a", "a");
    let server = start(&site, FULL);
    let mut client = server.connect();
    let head = client.raw_head("HEAD", "/sub/", "");
    let known = format!("If-None-Match: {}\r\n", head.field("ETag").unwrap());
    let not_modified = Answer::not_modified()
        .undated()
        .endless()
        .with_extra("Vary", "Accept");
    assert_eq!(client.ask("GET", "/sub/", &known), not_modified);
    // The other format is another document.
    let answer = client.ask("GET", "/sub/", &(known.clone() + JSON));
    assert_eq!(answer.status, "HTTP/1.1 200 OK");
    let part = client.ask("GET", "/sub/", &format!("Range: bytes=0-8\r\n{JSON}"));
    assert_eq!(part.status, "HTTP/1.1 206 Partial Content");
    assert_eq!(part.body, b"{\"path\":\"");
    site.write("sub/b", "b");
    assert_eq!(client.ask("GET", "/sub/", &known).status, "HTTP/1.1 200 OK");
    assert_eq!(names(&read(&mut client, "/sub/")), ["a", "b"]);
    fs::remove_dir_all(site.root("sub")).unwrap();
    let not_found = Answer::not_found().with_extra("Vary", "Accept").endless();
    assert_eq!(client.get("/sub/"), not_found);
    fs::create_dir(site.root("sub")).unwrap();
    assert_eq!(names(&read(&mut client, "/sub/")), [""; 0]);
    site.write("sub/index.html", "index");
    assert_eq!(client.get("/sub/").body, b"index");
}

/// A large folder comes in pages, each of which leads to the next, while others are served.
#[test]
fn a_large_folder_comes_in_pages() {
    const COUNT: usize = 3_500;
    let site = Site::new();
    fs::create_dir(site.root("sub")).unwrap();
    for number in 0..COUNT {
        fs::write(site.root(format!("sub/{number:05} ?")), "").unwrap();
    }
    let server = start(&site, FULL);
    let mut client = server.connect();
    let mut target = "/sub/".to_owned();
    let mut found = Vec::new();
    loop {
        let page = read(&mut client, &target);
        assert_eq!(page["path"], "/sub/");
        assert!(names(&page).len() <= 1_000);
        found.extend(names(&page).into_iter().map(str::to_owned));
        assert_eq!(
            server.connect().get("/"),
            Answer::index().ranged().endless()
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        target = format!("/sub/{}", next.strip_prefix("./").unwrap());
    }
    let expected: Vec<String> = (0..COUNT).map(|number| format!("{number:05} ?")).collect();
    assert_eq!(found, expected);
    let beyond = read(&mut client, "/sub/?after=f/99999");
    assert_eq!((names(&beyond), &beyond["next"]), (vec![], &Value::Null));
    let not_found = Answer::not_found().with_extra("Vary", "Accept").endless();
    assert_eq!(client.get("/sub/?after=x"), not_found);
}
