//! The pictures of the state machine are drawn from its table, `millpond::events::state::TRANSITIONS`.
//!
//! `cargo test --test diagram` fails if a picture or a text differs from what the table says;
//! `MILLPOND_WRITE=1 cargo test --test diagram` writes them anew.

// A failing test is what panics are for here.
#![allow(clippy::unwrap_used, clippy::panic)]

mod picture;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap()
}

/// The file is as it should be, or is made so.
fn hold(name: &str, expected: &str) {
    if std::env::var_os("MILLPOND_WRITE").is_some() {
        fs::write(path(name), expected).unwrap();
    }
    assert!(
        read(name) == expected,
        "{name} is not what the table of states says; write it anew with \
         MILLPOND_WRITE=1 cargo test --test diagram, and look at it"
    );
}

/// `text` with what stands between the two marks replaced.
fn with(text: &str, begin: &str, end: &str, middle: &str) -> String {
    let (head, rest) = text.split_once(begin).unwrap();
    let (_, tail) = rest.split_once(end).unwrap();
    format!("{head}{begin}{middle}{end}{tail}")
}

#[test]
fn the_picture() {
    let picture = picture::draw();
    // A browser that finds XML at fault shows nothing of it.
    for comment in picture.split("<!--").skip(1) {
        let (comment, _) = comment.split_once("-->").unwrap();
        assert!(!comment.contains("--"), "no comment of XML: {comment}");
    }
    hold("www/images/states.svg", &picture);
}

#[test]
fn the_page_that_shows_it() {
    let name = "www/index.html";
    let begin = "<img src=\"images/states.svg\" ";
    let image = format!(
        "width=\"{}\" height=\"{}\" alt=\"The states of a connection. {}\"",
        picture::WIDTH,
        picture::HEIGHT,
        words::description()
    );
    hold(name, &with(&read(name), begin, ">", &image));
}

#[test]
fn the_table_in_the_design() {
    let name = "docs/design.md";
    let (begin, end) = ("<!-- from the table -->\n", "<!-- so far -->");
    hold(name, &with(&read(name), begin, end, &words::table()));
}

/// Drawn by hand, and no place for every label; but there is one such drawing only.
#[test]
fn the_drawings_in_the_source() {
    let drawing = |name| {
        let text = read(name);
        let begin = text.find("//!             a whole head").unwrap();
        let end = text[begin..].find("//! ```").unwrap();
        text[begin..begin + end].to_owned()
    };
    let map = drawing("src/lib.rs");
    assert_eq!(map, drawing("src/connection.rs"));
    for state in millpond::events::state::StateName::ALL {
        assert!(map.contains(state.name()), "{}", state.name());
    }
}
