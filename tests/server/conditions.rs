//! Last-Modified and If-Modified-Since: which files have a date, and which conditions count.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::answer::{MODIFIED, TEXT};
use crate::support::site::set_modified;
use crate::support::{Answer, Site};

const LATER: &str = "Sun, 06 Nov 2044 08:49:37 GMT";

fn file() -> Answer {
    Answer::file(TEXT, "a\n")
}

/// The tag of that file, as `xxh128sum` prints it.
const TAG: &str = "\"5c73e7e3dcbb0395e841f27363849a18\"";

fn none_match(tags: &str) -> String {
    format!("If-None-Match: {tags}\r\n")
}

fn since(date: &str) -> String {
    format!("If-Modified-Since: {date}\r\n")
}

#[test]
fn only_a_valid_if_modified_since_is_answered_with_304() {
    let not_modified = Answer::not_modified;
    let table = [
        (since(MODIFIED), not_modified()),
        (since("Sun, 06 Nov 1994 08:49:38 GMT"), not_modified()),
        (since("Sun, 06 Nov 1994 08:49:36 GMT"), file()),
        (since(LATER), not_modified()),
        (since("Fri, 31 Dec 9999 23:59:59 GMT"), not_modified()),
        (since("Sun, 06 Nov 1994 08:49:37 +0000"), not_modified()),
        (since("\t Sun, 06 Nov 1994 08:49:37 GMT \t"), not_modified()),
        (
            "if-modified-SINCE:Sun, 06 Nov 1994 08:49:37 GMT\r\n".to_owned(),
            not_modified(),
        ),
        // Dates that cannot be parsed are ignored.
        (since(""), file()),
        (since("yesterday"), file()),
        (since("4102444800"), file()),
        (since("\"Sun, 06 Nov 2044 08:49:37 GMT\""), file()),
        (
            since("Sun, 06 Nov 2044 08:49:37 GMT, Sun, 06 Nov 2044 08:49:37 GMT"),
            file(),
        ),
        (since("Sun, 06 Nov 2044 08:49:37 GMT; length=2"), file()),
        (since("Sun, 06 Nov 2044 08:49:37"), file()),
        (since("Sun, 06 Nov 2044 08:49:37 +0100"), file()),
        (since("Sun, 06 Nov 2044 08:49:37 CET"), file()),
        (since("Sun, 30 Feb 2044 08:49:37 GMT"), file()),
        (since("Tue, 30 Feb 2044 08:49:37 GMT"), file()),
        (since("Sun, 06 Nov 2044 25:49:37 GMT"), file()),
        (since("Sun, 06 Nov 2044 08:61:37 GMT"), file()),
        (since("Sun, 06 Nov 2044 08:49:37 GMT\u{fc}"), file()),
        // Repeated fields are ignored, too.
        (since(LATER).repeat(2), file()),
        (since("nonsense") + &since(LATER), file()),
        (since(LATER) + &since("nonsense"), file()),
        // If-None-Match decides alone.
        (since(LATER) + "If-None-Match: \"x\"\r\n", file()),
        (since(MODIFIED) + &none_match("W/\"x\""), file()),
        (none_match("*") + &since(LATER), not_modified()),
        (none_match("*"), not_modified()),
        (none_match("") + &since(LATER), file()),
        (none_match("\"x\""), file()),
        (none_match(TAG), not_modified()),
        (
            none_match(&format!("\"x\", W/{TAG}, \"y\"")),
            not_modified(),
        ),
        (none_match("\"x\"") + &none_match(TAG), not_modified()),
        (
            none_match(TAG) + &since("Sun, 06 Nov 1994 08:49:36 GMT"),
            not_modified(),
        ),
        (none_match(TAG.trim_matches('"')), file()),
        // Conditions that are for others.
        (
            "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n".to_owned(),
            file(),
        ),
        ("If-Match: \"x\"\r\n".to_owned(), file()),
        (
            format!("Range: bytes=0-0\r\nIf-Range: {MODIFIED}\r\n"),
            file(),
        ),
    ];
    let site = Site::new();
    site.write("a.txt", "a\n");
    let server = site.start(&[]);
    let mut client = server.connect();
    for (index, (fields, expected)) in table.into_iter().enumerate() {
        let left = 997 - 2 * index;
        let answer = client.ask("GET", "/a.txt", &fields);
        assert_eq!(answer, expected.clone().left(left), "{fields}");
        let answer = client.ask("HEAD", "/a.txt", &fields);
        assert_eq!(answer, expected.left(left - 1).without_body(), "{fields}");
    }
}

#[test]
fn files_without_a_usable_date_have_no_last_modified() {
    let site = Site::new();
    site.write("a.txt", "a\n");
    let server = site.start(&[]);
    let mut client = server.connect();
    let times = [
        UNIX_EPOCH - Duration::from_secs(86_400),
        UNIX_EPOCH - Duration::from_millis(1),
        UNIX_EPOCH,
        UNIX_EPOCH + Duration::from_secs(1),
    ];
    for (index, time) in times.into_iter().enumerate() {
        set_modified(&site.root("a.txt"), time);
        let expected = file().undated().left(997 - index);
        assert_eq!(
            client.ask("GET", "/a.txt", &since(LATER)),
            expected,
            "{time:?}"
        );
    }
}

#[test]
fn dates_are_compared_in_whole_seconds() {
    let site = Site::new();
    site.write("a.txt", "a\n");
    let modified = UNIX_EPOCH + Duration::from_millis(784_111_777_999);
    set_modified(&site.root("a.txt"), modified);
    let server = site.start(&[]);
    let mut client = server.connect();
    assert_eq!(client.get("/a.txt"), file());
    assert_eq!(
        client.ask("GET", "/a.txt", &since(MODIFIED)),
        Answer::not_modified().left(996)
    );
}

#[test]
fn a_file_from_the_future_is_dated_now() {
    let site = Site::new();
    site.write("a.txt", "a\n");
    let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    set_modified(&site.root("a.txt"), tomorrow);
    let server = site.start(&[]);
    let mut client = server.connect();
    // Last-Modified is never later than Date.
    assert_eq!(client.get("/a.txt"), file().modified_now());
    let answer = client.ask("GET", "/a.txt", &since(LATER));
    assert_eq!(answer, Answer::not_modified().modified_now().left(996));
    assert_eq!(
        client.ask("GET", "/a.txt", &since(MODIFIED)),
        file().modified_now().left(995)
    );
}

/// Same length, same date, another content: build tools set fixed dates, and two saves may come
/// within one second.
#[test]
fn changed_content_has_another_tag_whatever_its_date() {
    const BUNDLE: usize = 100 * 1024;
    let site = Site::new();
    let fixed = UNIX_EPOCH + Duration::from_secs(315_532_800);
    let server = site.start(&[]);
    let mut client = server.connect();
    let mut tags: Vec<String> = Vec::new();
    for fill in [b'a', b'b'] {
        site.write("bundle.js", vec![fill; BUNDLE]);
        set_modified(&site.root("bundle.js"), fixed);
        let head = client.raw_head("GET", "/bundle.js", "");
        client.read(BUNDLE);
        let tag = head.field("ETag").unwrap().to_owned();
        let known = client.raw_head("GET", "/bundle.js", &none_match(&tag));
        assert_eq!(known.status, "HTTP/1.1 304 Not Modified");
        if let Some(before) = tags.last() {
            let stale = client.raw_head("HEAD", "/bundle.js", &none_match(before));
            assert_eq!(stale.status, "HTTP/1.1 200 OK");
        }
        tags.push(tag);
    }
    assert_ne!(tags[0], tags[1]);
}

/// Above 1 MiB the tag is made of time and length, and is weak where the time may not tell.
#[test]
fn a_large_file_has_a_tag_of_its_time() {
    let site = Site::new();
    site.write_sparse("large", 2 << 20);
    let server = site.start(&[]);
    let mut client = server.connect();
    for (time, expected) in [
        (Duration::new(784_111_777, 5), "\"ae1b981bc490a05-200000\""),
        (
            Duration::new(784_111_777, 0),
            "W/\"ae1b981bc490a00-200000\"",
        ),
    ] {
        set_modified(&site.root("large"), UNIX_EPOCH + time);
        let head = client.raw_head("HEAD", "/large", "");
        assert_eq!(head.field("ETag"), Some(expected));
        let known = client.raw_head("GET", "/large", &none_match(expected));
        assert_eq!(known.status, "HTTP/1.1 304 Not Modified");
    }
}
