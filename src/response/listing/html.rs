//! A page of a listing for people: one table, without scripts and without anything from elsewhere.

use std::fmt::Write as _;

use super::page::{Entry, Page};
use super::place::Kind;
use crate::http::visible;

/// What the page looks like: the colours of the browser, light or dark.
const STYLE: &str = include_str!("style.css");

pub(super) fn render(page: &Page) -> String {
    let mut path = String::new();
    push_name(&mut path, &page.path());
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Index of {path}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>Index of <bdi>{path}</bdi></h1>\n"
    );
    push_links(&mut out, page);
    if page.entries.is_empty() {
        out.push_str("<p>Nothing to show here.</p>\n");
    } else {
        push_table(&mut out, &page.entries);
    }
    if let Some(next) = &page.next {
        let _ = writeln!(
            out,
            "<p><a rel=\"next\" href=\"{}\">Next page</a></p>",
            next.next_page()
        );
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// The links to the parent folder, which the root has not, and to the first page.
fn push_links(out: &mut String, page: &Page) {
    if !page.folder.is_empty() {
        out.push_str("<p><a href=\"../\">Parent folder</a></p>\n");
    }
    if page.is_continued {
        out.push_str("<p><a href=\"./\">First page</a></p>\n");
    }
}

fn push_table(out: &mut String, entries: &[Entry]) {
    out.push_str(
        "<table>\n<thead>\n<tr><th scope=\"col\">Name</th><th scope=\"col\">Size</th>\
         <th scope=\"col\">Modified (UTC)</th></tr>\n</thead>\n<tbody>\n",
    );
    for entry in entries {
        push_row(out, entry);
    }
    out.push_str("</tbody>\n</table>\n");
}

fn push_row(out: &mut String, entry: &Entry) {
    // Writing to a String can't fail.
    let _ = write!(
        out,
        "<tr><th scope=\"row\"><a href=\"{}\"><bdi>",
        entry.place.reference()
    );
    push_name(out, &entry.place.name);
    out.push_str("</bdi>");
    if entry.place.kind == Kind::Folder {
        out.push('/');
    }
    out.push_str("</a></th><td>");
    if let Some(length) = entry.file_length() {
        let _ = write!(out, "<data value=\"{length}\">{}</data>", size(length));
    }
    out.push_str("</td><td>");
    if let Some(time) = entry.modified_text() {
        let shown = time.trim_end_matches('Z').replace('T', " ");
        let _ = write!(out, "<time datetime=\"{time}\">{shown}</time>");
    }
    out.push_str("</td></tr>\n");
}

/// Appends a name as text of HTML. What can't be seen, or is no UTF-8, becomes `\xNN` byte by byte, as
/// in the log.
fn push_name(out: &mut String, name: &[u8]) {
    for chunk in name.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                _ if visible::is_unsafe(character) => {
                    push_bytes(out, character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ => out.push(character),
            }
        }
        push_bytes(out, chunk.invalid());
    }
}

fn push_bytes(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(out, "\\x{byte:02x}");
    }
}

/// A length as people read it, such as `1.5 KiB`: the unit is 1024 of the one before.
fn size(bytes: u64) -> String {
    let mut tenths = u128::from(bytes) * 10;
    let mut units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"].iter();
    let mut unit = "B";
    // 1023.95 would be shown as 1024.0 of the smaller unit.
    while tenths >= 10_240
        && let Some(next) = units.next()
    {
        tenths = (tenths + 512) / 1024;
        unit = next;
    }
    match unit {
        "B" => format!("{bytes} B"),
        _ => format!("{}.{} {unit}", tenths / 10, tenths % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short_and_right() {
        let table = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (1024 * 1024 - 1, "1.0 MiB"),
            (10 * 1024 * 1024, "10.0 MiB"),
            (3 << 30, "3.0 GiB"),
            (u64::MAX, "16.0 EiB"),
        ];
        for (bytes, expected) in table {
            assert_eq!(size(bytes), expected, "{bytes}");
        }
    }

    #[test]
    fn a_name_is_shown_as_text_that_hides_nothing() {
        let table: [(&[u8], &str); 7] = [
            (b"a b", "a b"),
            (b"<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"),
            (b"\"'", "\"'"),
            (b"a\nb\x1b[0m", "a\\x0ab\\x1b[0m"),
            (b"caf\xe9", "caf\\xe9"),
            ("gnp\u{202e}exe".as_bytes(), "gnp\\xe2\\x80\\xaeexe"),
            ("ü\u{1F986}".as_bytes(), "ü\u{1F986}"),
        ];
        for (name, expected) in table {
            let mut out = String::new();
            push_name(&mut out, name);
            assert_eq!(out, expected);
        }
    }
}
