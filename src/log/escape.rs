//! Makes text from clients and file names safe to print and to store.
//!
//! A target or a file name may hold any byte. On a terminal, an ESC starts a command; in a log, a
//! line end forges a row; in a spreadsheet, a cell that begins with `=` is a formula. Two rules make
//! all of them harmless, and both can be undone without loss:
//!
//! 1. A backslash becomes `\\`. Each byte of a control character (C0, DEL, C1), of a line or
//!    paragraph separator, or of a sequence that is not UTF-8, becomes `\xNN`.
//! 2. In a cell of the log, a text that begins with `=`, `+`, `-`, `@` or `'` gets a `'` in front. To
//!    undo: drop one leading `'`, then read the escapes.

use std::fmt::Write as _;

/// Appends `text` with rule 1 applied.
pub fn append(out: &mut String, text: &[u8]) {
    // The fast path: nearly all texts are plain, and every request has some.
    if let Ok(plain) = str::from_utf8(text)
        && plain.bytes().all(is_verbatim)
    {
        return out.push_str(plain);
    }
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => out.push_str("\\\\"),
                _ if is_unsafe(character) => {
                    append_bytes(out, character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ => out.push(character),
            }
        }
        append_bytes(out, chunk.invalid());
    }
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

/// Appends `text` as a cell of the log: rule 1, then rule 2.
pub fn append_cell(out: &mut String, text: &[u8]) {
    if text.first().copied().is_some_and(begins_a_formula) {
        out.push('\'');
    }
    append(out, text);
}

/// Whether rule 2 applies to a cell that begins with `first`: some spreadsheet takes it for a
/// formula. The apostrophe is among these bytes so that rule 2 can be undone.
pub(super) fn begins_a_formula(first: u8) -> bool {
    matches!(first, b'=' | b'+' | b'-' | b'@' | b'\'')
}

/// Whether rule 1 leaves this byte as it is, whatever bytes are beside it: it is a printable ASCII
/// character, but not the backslash.
pub(super) const fn is_verbatim(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'\\'
}

/// Control characters, and the two separators that some programs take for a line end.
fn is_unsafe(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
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

    /// Undoes both rules, as the documentation of this file says, and independently of its code.
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
        let table: [(&[u8], &str); 18] = [
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
                assert!(!out.chars().any(char::is_control), "{out:?}");
            }
        }
    }
}
