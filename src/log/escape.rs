//! Text from strangers, made safe to print and to keep.
//!
//! A target or a file name may hold anything. On a terminal an ESC starts a command; in a log a
//! line end forges a record; in a spreadsheet a cell that begins with `=` is a formula. The two
//! rules here take the edge off all of them, and both can be undone without loss:
//!
//! 1. a backslash becomes `\\`, and every byte of a control character (C0, DEL, C1), of a
//!    line or paragraph separator, or of what is no UTF-8, becomes `\xNN`;
//! 2. in a cell of the log, a text that begins with `=`, `+`, `-`, `@` or `'` gets a `'` in
//!    front. To undo: drop one leading `'`, then read the escapes.

use std::fmt::Write as _;

/// Appends `text` with rule 1 applied.
pub fn append(out: &mut String, text: &[u8]) {
    // Nearly all texts are, and every request has some.
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

/// Appends method and target, or `-` for a request that could not be read.
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

/// Whether a cell that begins with `first` is taken for a formula by some spreadsheet. The
/// apostrophe is among them so that rule 2 can be undone.
pub fn begins_a_formula(first: u8) -> bool {
    matches!(first, b'=' | b'+' | b'-' | b'@' | b'\'')
}

/// Whether rule 1 leaves this byte as it is, whatever stands beside it: a printable character of
/// ASCII, but for the backslash.
pub const fn is_verbatim(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'\\'
}

/// The controls, and the two separators that some readers of text take for a line end.
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

    /// The documented way back, written without a look at the way there.
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
    fn cells() {
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
    fn every_pair_of_bytes_comes_back() {
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
