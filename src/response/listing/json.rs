//! A page of a listing as JSON (RFC 8259).
//!
//! A text of JSON can't hold bytes that are no UTF-8: in `path` and `name` they are U+FFFD. `url` is
//! exact for every name. It is relative to the URL of the folder, as `next` is.

use std::fmt::Write as _;

use super::page::{Entry, Page};
use super::place::{Kind, Place};

pub(super) fn render(page: &Page) -> String {
    let mut out = String::from("{\"path\":");
    push_text(&mut out, &String::from_utf8_lossy(&page.path()));
    out.push_str(",\"entries\":[");
    for (index, entry) in page.entries.iter().enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        push_entry(&mut out, entry);
    }
    out.push_str("\n],\"next\":");
    push_optional(&mut out, page.next.as_ref().map(Place::next_page));
    out.push_str("}\n");
    out
}

fn push_entry(out: &mut String, entry: &Entry) {
    let kind = match entry.place.kind {
        Kind::Folder => "folder",
        Kind::File => "file",
    };
    out.push_str("{\"name\":");
    push_text(out, &String::from_utf8_lossy(&entry.place.name));
    // Writing to a String can't fail.
    let _ = write!(out, ",\"type\":\"{kind}\"");
    if let Some(length) = entry.file_length() {
        let _ = write!(out, ",\"size\":{length}");
    }
    out.push_str(",\"modified\":");
    push_optional(out, entry.modified_text());
    out.push_str(",\"url\":");
    push_text(out, &entry.place.reference());
    out.push('}');
}

fn push_optional(out: &mut String, value: Option<String>) {
    match value {
        Some(value) => push_text(out, &value),
        None => out.push_str("null"),
    }
}

fn push_text(out: &mut String, value: &str) {
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\0'..='\x1f' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}
