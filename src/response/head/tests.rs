//! Heads, whole.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

use super::super::representation::Representation;
use super::super::resource::{Content, Resource};
use super::*;
use crate::http::status::Status;

const DATE: &str = "Mon, 07 Nov 1994 08:49:37 GMT";

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(784_111_777 + 86_400)
}

fn plain(modified: Option<SystemTime>) -> Representation<()> {
    Representation::plain(named("a.css", modified))
}

fn named(path: &str, modified: Option<SystemTime>) -> Rc<Resource<()>> {
    Rc::new(Resource::of_default_type(
        path,
        1234,
        modified,
        "\"tag\"",
        Content::File(Rc::new(())),
    ))
}

fn head(answer: &Answer<()>, connection: ConnectionField) -> String {
    let mut out = Vec::new();
    let terms = Terms {
        connection,
        now: now(),
        date: DATE,
        extra: None,
    };
    append_head(&mut out, answer, &terms);
    String::from_utf8(out).unwrap()
}

const KEEP: ConnectionField = ConnectionField::KeepAlive {
    timeout: 10,
    max: Some(997),
};

const START: &str = concat!(
    "Date: Mon, 07 Nov 1994 08:49:37 GMT\r\nServer: millpond/",
    env!("CARGO_PKG_VERSION"),
    "\r\n"
);

#[test]
fn a_head_tells_what_its_answer_is_and_what_becomes_of_the_connection() {
    let day_before = Some(now() - Duration::from_secs(86_400));
    let day_after = Some(now() + Duration::from_secs(86_400));
    let page = || Cow::Borrowed("page");
    let table = [
        (
            Answer::File(plain(day_before)),
            KEEP,
            "HTTP/1.1 200 OK\r\n",
            "Connection: Keep-Alive\r\nKeep-Alive: timeout=10, max=997\r\n\
             ETag: \"tag\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
             Content-Type: text/css; charset=utf-8\r\nContent-Length: 1234\r\n\
             Cache-Control: no-cache\r\n",
        ),
        (
            Answer::File(plain(day_after)),
            ConnectionField::Close,
            "HTTP/1.1 200 OK\r\n",
            "Connection: close\r\n\
             ETag: \"tag\"\r\nLast-Modified: Mon, 07 Nov 1994 08:49:37 GMT\r\n\
             Content-Type: text/css; charset=utf-8\r\nContent-Length: 1234\r\n\
             Cache-Control: no-cache\r\n",
        ),
        // Its second still runs.
        (
            Answer::File(plain(Some(now()))),
            ConnectionField::Close,
            "HTTP/1.1 200 OK\r\n",
            "Connection: close\r\nETag: \"tag\"\r\n\
             Content-Type: text/css; charset=utf-8\r\nContent-Length: 1234\r\n\
             Cache-Control: no-cache\r\n",
        ),
        (
            Answer::File(plain(None)),
            ConnectionField::KeepAlive {
                timeout: 3,
                max: None,
            },
            "HTTP/1.1 200 OK\r\n",
            "Connection: Keep-Alive\r\nKeep-Alive: timeout=3\r\nETag: \"tag\"\r\n\
             Content-Type: text/css; charset=utf-8\r\nContent-Length: 1234\r\n\
             Cache-Control: no-cache\r\n",
        ),
        (
            Answer::File(Representation::plain(named("a.svgz", None))),
            ConnectionField::Close,
            "HTTP/1.1 200 OK\r\n",
            "Connection: close\r\nETag: \"tag\"\r\nContent-Type: image/svg+xml\r\n\
             Content-Encoding: gzip\r\nContent-Length: 1234\r\n\
             Cache-Control: no-cache\r\n",
        ),
        (
            Answer::NotModified(plain(day_before)),
            KEEP,
            "HTTP/1.1 304 Not Modified\r\n",
            "Connection: Keep-Alive\r\nKeep-Alive: timeout=10, max=997\r\n\
             ETag: \"tag\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
             Cache-Control: no-cache\r\n",
        ),
        (
            Answer::NotModified(plain(Some(now()))),
            KEEP,
            "HTTP/1.1 304 Not Modified\r\n",
            "Connection: Keep-Alive\r\nKeep-Alive: timeout=10, max=997\r\n\
             ETag: \"tag\"\r\nCache-Control: no-cache\r\n",
        ),
        (
            Answer::Error(Status::NotFound, Page::Own(named("404.html", day_before))),
            ConnectionField::Close,
            "HTTP/1.1 404 Not Found\r\n",
            "Connection: close\r\nContent-Type: text/html; charset=utf-8\r\n\
             Content-Length: 1234\r\n",
        ),
        (
            Answer::Error(Status::BadRequest, Page::BuiltIn(page())),
            ConnectionField::Close,
            "HTTP/1.1 400 Bad Request\r\n",
            "Connection: close\r\nContent-Type: text/html; charset=utf-8\r\n\
             Content-Length: 4\r\n",
        ),
    ];
    for (answer, connection, line, fields) in table {
        let expected = format!("{line}{START}{fields}X-Content-Type-Options: nosniff\r\n\r\n");
        assert_eq!(head(&answer, connection), expected);
    }
}
