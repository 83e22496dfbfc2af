//! What clients ask for, and what the answer must be: files, what is no file, and what is no request.

use millpond::response::pages;

use crate::files::{DIRECTORY, NAMES};
use crate::plan::Answer;
use crate::random::Random;

/// Requests with malformed framing, and their method and target if those can still be read.
pub const MALFORMED: [(&str, &str, &str); 9] = [
    ("GET / HTTP/1.1\r\n\r\n", "GET", "/"),
    ("HEAD /x HTTP/1.1\r\n\r\n", "HEAD", "/x"),
    ("GET /\r\n\r\n", "", ""),
    ("GET / HTTP/1.1\nHost: h\r\n\r\n", "", ""),
    ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", "", ""),
    ("\0\u{1}\u{2}\r\n\r\n", "", ""),
    (
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n",
        "POST",
        "/",
    ),
    (
        "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET",
        "/",
    ),
    (
        "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "",
        "",
    ),
];

/// Targets without a file, or with one that must not be served.
const ABSENT: [&str; 4] = ["/absent", "/a//b", "/.hidden", "/index.html/"];

/// A target, and its answer in a server that has more than four statuses or not.
pub fn any_target(random: &mut Random, is_burst: bool, is_full: bool) -> (Answer, String) {
    let found = |path| Answer::Found(path, Box::default());
    match random.below(12) {
        0 => match random.pick(&ABSENT) {
            "/a//b" if is_full => (Answer::Moved("/a/b".to_owned()), "/a//b".to_owned()),
            target => (Answer::NotFound, target.to_owned()),
        },
        1 if is_full => (
            Answer::Moved(format!("/{DIRECTORY}/")),
            format!("/{DIRECTORY}"),
        ),
        1 => {
            let page = pages::directory(&format!("/{DIRECTORY}"));
            (Answer::Directory(page), format!("/{DIRECTORY}"))
        }
        2 => (
            Answer::Refused(400),
            random.pick(&["/%zz", "/../x", "/a%2fb"]).to_owned(),
        ),
        3 => (found("index.html"), "/".to_owned()),
        _ => {
            // Mostly small files: each large one takes many turns.
            let most = if is_burst || random.one_in(2) {
                3
            } else {
                NAMES.len()
            };
            let (path, ..) = NAMES[random.below(most)];
            (found(path), format!("/{path}"))
        }
    }
}
