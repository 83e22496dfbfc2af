//! The picture of the state machine is drawn from its table, `millpond::events::state::TRANSITIONS`.
//!
//! `cargo test --test diagram` fails if a picture or a text differs from what the table says;
//! `MILLPOND_WRITE=1 cargo test --test diagram` writes them again.

// A failing test panics.
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

/// Checks that the file has this text; with `MILLPOND_WRITE` set, writes it first.
fn check_or_write(name: &str, expected: &str) {
    if std::env::var_os("MILLPOND_WRITE").is_some() {
        fs::write(path(name), expected).unwrap();
    }
    assert!(
        read(name) == expected,
        "{name} is not what the table of states says; write it again with \
         MILLPOND_WRITE=1 cargo test --test diagram, and look at it"
    );
}

/// `text` with everything between the two marks replaced.
fn with(text: &str, begin: &str, end: &str, middle: &str) -> String {
    let (head, rest) = text.split_once(begin).unwrap();
    let (_, tail) = rest.split_once(end).unwrap();
    format!("{head}{begin}{middle}{end}{tail}")
}

#[test]
fn the_picture_matches_the_table_of_transitions() {
    let picture = picture::draw();
    // A browser shows nothing of an image that is not well-formed XML.
    for comment in picture.split("<!--").skip(1) {
        let (comment, _) = comment.split_once("-->").unwrap();
        assert!(!comment.contains("--"), "not a comment of XML: {comment}");
    }
    check_or_write("www/images/states.svg", &picture);
}

#[test]
fn the_page_describes_the_picture() {
    let name = "www/index.html";
    let begin = "<img src=\"images/states.svg\" ";
    let image = format!(
        "width=\"{}\" height=\"{}\" alt=\"The states of a connection. {}\"",
        picture::WIDTH,
        picture::HEIGHT,
        words::description()
    );
    check_or_write(name, &with(&read(name), begin, ">", &image));
}

#[test]
fn the_design_contains_the_table_of_transitions() {
    let name = "docs/design.md";
    let (begin, end) = ("<!-- from the table -->\n", "<!-- so far -->");
    check_or_write(name, &with(&read(name), begin, end, &words::table()));
}

/// Drawn by hand, without space for every label.
#[test]
fn the_drawing_in_the_source_names_each_state() {
    let text = read("src/connection/mod.rs");
    let begin = text.find("//!             a whole head").unwrap();
    let end = text[begin..].find("//! ```").unwrap();
    let drawing = &text[begin..begin + end];
    for state in millpond::events::state::StateName::ALL {
        assert!(drawing.contains(state.name()), "{}", state.name());
    }
}
