//! The log: whatever a request contains, a row has eleven cells, and the original bytes can be
//! recovered by the rule that `src/log/escape.rs` documents.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, UNIX_EPOCH};

use millpond::http::status::Status;
use millpond::log::access_log::AccessLog;
use millpond::log::csv_row::Row;
use millpond::log::csv_row::header;
use millpond::log::escape;
use millpond::response::in_flight::AccessRecord;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::cases;

/// Text that tears rows, quotes cells or starts formulas.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        select(vec![
            "=",
            "+",
            "-",
            "@",
            "'",
            "\"",
            ",",
            ";",
            "\r",
            "\n",
            "\r\n",
            "\t",
            "\0",
            "\x1b[2J",
            "\\",
            "\\x41",
            "\\\\",
            "\u{85}",
            "\u{2028}",
            "\u{2029}",
            "\u{9b}",
            "\u{feff}",
            "\u{202e}",
            "\u{2066}",
            "\u{200f}",
            "\u{61c}",
            "\u{ff1d}",
            "\u{a0}",
            " ",
            ";=",
            "a",
            "/index.html",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,4}",
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// What a formula begins with.
const FORMULA: [char; 8] = [
    '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

/// Controls of the writing direction, and the byte order mark.
const INVISIBLE: [char; 13] = [
    '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}',
    '\u{2069}', '\u{200e}', '\u{200f}', '\u{61c}', '\u{feff}',
];

fn row<'a>(method: &'a str, target: &'a str, file: &'a str) -> Row<'a> {
    Row {
        connected_at: UNIX_EPOCH,
        client: "[2001:db8::1]:7".parse().unwrap(),
        response: AccessRecord {
            method: method.as_bytes(),
            target: target.as_bytes(),
            file: file.as_bytes(),
            status: Status::Ok,
            requested_at: UNIX_EPOCH + Duration::from_millis(1),
            started: Duration::ZERO,
        },
        bytes: 5,
        duration: Duration::from_micros(6),
        aborted_by: None,
    }
}

/// The inverse of the escaping: drop one leading `'`, then decode the escapes.
fn unescape(cell: &str) -> Vec<u8> {
    let mut rest = cell.strip_prefix('\'').unwrap_or(cell).as_bytes();
    let mut bytes = Vec::new();
    loop {
        rest = match rest {
            [] => return bytes,
            [b'\\', b'\\', after @ ..] => {
                bytes.push(b'\\');
                after
            }
            [b'\\', b'x', high, low, after @ ..] => {
                let digits = String::from_utf8(vec![*high, *low]).unwrap();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap());
                after
            }
            [byte, after @ ..] => {
                bytes.push(*byte);
                after
            }
        };
    }
}

fn recorded(rows: &[[String; 3]]) -> Vec<u8> {
    let mut log = AccessLog::on();
    for [method, target, file] in rows {
        log.record(&row(method, target, file), Duration::ZERO);
    }
    log.take()
}

proptest! {
    #![proptest_config(cases(4_000))]

    #[test]
    fn the_csv_crate_reads_back_the_original_texts(texts in [hostile(), hostile(), hostile()]) {
        let text = recorded(std::slice::from_ref(&texts));
        prop_assert_eq!(memchr::memchr_iter(b'\n', &text).count(), 1, "one line, one record");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_slice());
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(records.len(), 1);
        prop_assert_eq!(records[0].len(), 11);
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&records[0]).unwrap();
        prop_assert_eq!(writer.into_inner().unwrap(), text.clone(), "as the crate would write it");
        let line = std::str::from_utf8(&text).unwrap();
        for separator in [';', '\t'] {
            // A reader of another dialect: whatever it makes of quotes, it drops them and blanks.
            for piece in line.split(separator) {
                let piece = piece.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
                prop_assert!(!piece.starts_with(FORMULA), "{:?} of {:?}", piece, line);
            }
        }
        for (cell, original) in [4, 5, 6].into_iter().zip(&texts) {
            let cell = &records[0][cell];
            prop_assert!(!cell.trim_start().starts_with(FORMULA), "{:?}", cell);
            prop_assert!(!cell.chars().any(char::is_control), "{:?}", cell);
            prop_assert!(!cell.contains(INVISIBLE), "{:?}", cell);
            prop_assert_eq!(unescape(cell), original.as_bytes());
        }
    }

    /// Cells are text in the log, but file names are bytes.
    #[test]
    fn any_bytes_are_recovered_from_their_cell(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let mut cell = String::new();
        escape::append_cell(&mut cell, &bytes);
        prop_assert_eq!(unescape(&cell), bytes);
    }
}

/// A second reader that shares no code with the server: Python's csv module, and the rule written
/// in Python.
const READER: &str = r#"
import csv, re, sys
stream = open(sys.stdin.fileno(), encoding="utf-8", newline="")
rows = list(csv.reader(stream, strict=True))
assert len(rows[0]) == 11, rows[0]
for row in rows[1:]:
    assert len(row) == 11, row
    for cell in row[4:7]:
        cell = cell[1:] if cell.startswith("'") else cell
        byte = lambda match: match[0][-1:] if match[1] is None else bytes([int(match[1], 16)])
        original = re.sub(rb"\\(?:x([0-9a-f]{2})|\\)", byte, cell.encode())
        print(original.hex())
"#;

#[test]
fn python_reads_back_the_original_texts() {
    let python = Command::new("python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        println!("SKIPPED: there is no python3 to read the log with");
        return;
    };
    let mut runner = TestRunner::new(cases(1));
    let strategy = [hostile(), hostile(), hostile()];
    let rows: Vec<[String; 3]> = (0..1_000)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect();
    let text = [header(), recorded(&rows)].concat();
    python.stdin.take().unwrap().write_all(&text).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "Python could not read the log");
    let read = String::from_utf8(output.stdout).unwrap();
    let meant: Vec<String> = rows
        .iter()
        .flatten()
        .map(|text| hex(text.as_bytes()))
        .collect();
    assert_eq!(read.lines().collect::<Vec<_>>(), meant);
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
