//! Makes text from clients and file names safe to print and to store.
//!
//! A target or a file name may hold any byte. On a terminal, an ESC starts a command, and a control of
//! the writing direction shows text in an order that it does not have; in a log, a line end forges a
//! row; in a spreadsheet, a cell that begins with `=` is a formula. Three rules make all of them
//! harmless, and all three can be undone without loss:
//!
//! 1. A backslash becomes `\\`. Each byte of a control character (C0, DEL, C1), of a line or
//!    paragraph separator, of an invisible character that formats text (writing direction, U+FEFF and
//!    others), or of a sequence that is not UTF-8, becomes `\xNN`.
//! 2. In a cell of the log, a semicolon becomes `\x3b` if what follows it, without blanks, is one of
//!    the characters of rule 3, a `"`, or the end of the cell: a program that splits at semicolons sees
//!    a cell begin there.
//! 3. A cell of the log gets a `'` in front if it begins with `=`, `+`, `-`, `@`, the full-width form of
//!    one of these, or `'`, with or without blanks before: some programs drop leading blanks.
//!
//! To undo: drop one leading `'`, then read the escapes.

use std::fmt::Write as _;

use crate::http::visible::is_unsafe;

/// Appends `text` with rule 1 applied.
pub fn append(out: &mut String, text: &[u8]) {
    // The fast path: nearly all texts are plain, and every request has some.
    if let Ok(plain) = str::from_utf8(text)
        && plain.bytes().all(is_verbatim)
    {
        return out.push_str(plain);
    }
    append_escaped(out, text, |_| false);
}

/// Appends `text` with rule 1 applied, and each semicolon escaped of which `splits` says, given what
/// follows it, that a cell begins there.
fn append_escaped(out: &mut String, text: &[u8], splits: impl Fn(Rest) -> bool) {
    for chunk in text.utf8_chunks() {
        for (at, character) in chunk.valid().char_indices() {
            let rest = || Rest {
                valid: &chunk.valid()[at + character.len_utf8()..],
                is_all: chunk.invalid().is_empty(),
            };
            match character {
                '\\' => out.push_str("\\\\"),
                ';' if splits(rest()) => append_bytes(out, b";"),
                _ if is_unsafe(character) => {
                    append_bytes(out, character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ => out.push(character),
            }
        }
        append_bytes(out, chunk.invalid());
    }
}

/// What follows a character.
struct Rest<'a> {
    /// The text up to the next byte that is not UTF-8.
    valid: &'a str,
    /// Whether this is all that follows.
    is_all: bool,
}

/// Appends method, space and target, both with rule 1 applied, or `-` if `method` is empty: the
/// request could not be read.
pub fn append_request(out: &mut String, method: &str, target: &str) {
    if method.is_empty() {
        return out.push('-');
    }
    append(out, method.as_bytes());
    out.push(' ');
    append(out, target.as_bytes());
}

/// Appends `text` as a cell of the log: all three rules.
pub fn append_cell(out: &mut String, text: &[u8]) {
    let valid = text.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    if first_beyond_blanks(valid).is_some_and(begins_a_formula) {
        out.push('\'');
    }
    append_escaped(out, text, |rest| match first_beyond_blanks(rest.valid) {
        Some(first) => first == '"' || begins_a_formula(first),
        None => rest.is_all,
    });
}

/// The first character that is not a blank. A tab and the like are none, since rule 1 escapes them.
fn first_beyond_blanks(text: &str) -> Option<char> {
    text.chars()
        .find(|&character| !character.is_whitespace() || is_unsafe(character))
}

/// Whether some spreadsheet takes a cell that begins with `first` for a formula. The apostrophe is among
/// these characters so that rule 3 can be undone.
fn begins_a_formula(first: char) -> bool {
    matches!(first, '=' | '+' | '-' | '@' | '\'') || FULL_WIDTH.contains(&first)
}

/// The full-width forms of `=`, `+`, `-` and `@`.
const FULL_WIDTH: [char; 4] = ['\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// Whether a cell that begins with this byte needs none of the rules 2 and 3, if rule 1 leaves all of
/// its bytes as they are and it has no semicolon.
pub(super) fn begins_a_plain_cell(first: u8) -> bool {
    first != b' ' && !begins_a_formula(first.into())
}

/// Whether rule 1 leaves this byte as it is, whatever bytes are beside it: it is a printable ASCII
/// character, but not the backslash.
pub(super) const fn is_verbatim(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'\\'
}

fn append_bytes(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a String can't fail.
        let _ = write!(out, "\\x{byte:02x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Undoes the rules, as the documentation of this file says, and independently of its code.
    fn undo(cell: &str) -> Vec<u8> {
        let cell = cell.strip_prefix('\'').unwrap_or(cell).as_bytes();
        let mut bytes = Vec::new();
        let mut at = 0;
        while at < cell.len() {
            match &cell[at..] {
                [b'\\', b'\\', ..] => {
                    bytes.push(b'\\');
                    at += 2;
                }
                [b'\\', b'x', high, low, ..] => {
                    let digits = [*high, *low];
                    let digits = std::str::from_utf8(&digits).unwrap();
                    bytes.push(u8::from_str_radix(digits, 16).unwrap());
                    at += 4;
                }
                [byte, ..] => {
                    bytes.push(*byte);
                    at += 1;
                }
                [] => unreachable!(),
            }
        }
        bytes
    }

    #[test]
    fn each_text_becomes_a_harmless_cell_that_can_be_undone() {
        let table: [(&[u8], &str); 38] = [
            (b"", ""),
            (b"/a/b.html?c=d", "/a/b.html?c=d"),
            (b"a\r\nb", "a\\x0d\\x0ab"),
            (b"\x1b[2J", "\\x1b[2J"),
            (b"\x7f", "\\x7f"),
            (b"a\\b", "a\\\\b"),
            (b"\"quoted\"", "\"quoted\""),
            (b"=1+1", "'=1+1"),
            (b"+1", "'+1"),
            (b"-1", "'-1"),
            (b"@sum", "'@sum"),
            (b"'", "''"),
            (b"\t=1", "\\x09=1"),
            (b"/=1", "/=1"),
            ("größe".as_bytes(), "größe"),
            ("\u{9b}2J".as_bytes(), "\\xc2\\x9b2J"),
            ("a\u{2028}b".as_bytes(), "a\\xe2\\x80\\xa8b"),
            (b"\xff\xc3a", "\\xff\\xc3a"),
            // Programs that split at a semicolon too.
            (b"/;=cmd|' /C calc'!A0", "/\\x3b=cmd|' /C calc'!A0"),
            (b"/; \t=1", "/; \\x09=1"),
            (b"/;\"=1", "/\\x3b\"=1"),
            (b"/;;+1;", "/;\\x3b+1\\x3b"),
            (b"/;a=1;b=2", "/;a=1;b=2"),
            // Programs that drop leading blanks.
            (b" =1", "' =1"),
            (b"  -1", "'  -1"),
            ("\u{a0}\u{3000}@a".as_bytes(), "'\u{a0}\u{3000}@a"),
            (b" '=1", "' '=1"),
            (b" /", " /"),
            (b" ", " "),
            // Some take the full-width forms for the same signs.
            ("\u{ff1d}1".as_bytes(), "'\u{ff1d}1"),
            ("/;\u{ff0b}1".as_bytes(), "/\\x3b\u{ff0b}1"),
            // Invisible characters that reorder or hide what is beside them.
            ("\u{202e}a".as_bytes(), "\\xe2\\x80\\xaea"),
            (
                "\u{2066}\u{2069}".as_bytes(),
                "\\xe2\\x81\\xa6\\xe2\\x81\\xa9",
            ),
            (
                "\u{200e}\u{200f}".as_bytes(),
                "\\xe2\\x80\\x8e\\xe2\\x80\\x8f",
            ),
            ("\u{61c}".as_bytes(), "\\xd8\\x9c"),
            ("\u{feff}=1".as_bytes(), "\\xef\\xbb\\xbf=1"),
            ("\u{e0041}".as_bytes(), "\\xf3\\xa0\\x81\\x81"),
            // Joiners are part of words and of pictures.
            ("\u{200c}\u{200d}".as_bytes(), "\u{200c}\u{200d}"),
        ];
        for (text, cell) in table {
            let mut out = String::new();
            append_cell(&mut out, text);
            assert_eq!(out, cell);
            assert_eq!(undo(&out), text, "{cell}");
        }
    }

    #[test]
    fn every_pair_of_bytes_can_be_undone() {
        for first in 0..=255 {
            for second in 0..=255 {
                let mut out = String::new();
                append_cell(&mut out, &[first, second]);
                assert_eq!(undo(&out), [first, second], "{out}");
                let pieces = out.split(';').map(|piece| piece.trim_start().as_bytes());
                assert!(
                    !pieces
                        .into_iter()
                        .any(|piece| matches!(piece, [b'=' | b'+' | b'-' | b'@', ..])),
                    "{out}"
                );
                assert!(!out.chars().any(char::is_control), "{out:?}");
            }
        }
    }
}
