//! The columns of the access log, and a row as CSV text.
//!
//! Every response pays for its row. So the usual row needs no allocation, no number goes through
//! `core::fmt`, and only a cell that may need quotes goes through the `csv` crate: a row then takes a
//! sixth of the instructions (`docs/performance.md`). A property test compares every row with what
//! the crate makes of the same cells.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::escape;
use crate::events::close_reason::CloseReason;
use crate::http::date;
use crate::response::in_flight::AccessRecord;

/// The names of the columns. A test compares them with the cells of a row.
pub const HEADER: [&str; 11] = [
    "connected_at",
    "requested_at",
    "client_ip",
    "client_port",
    "method",
    "target",
    "file",
    "status",
    "bytes",
    "duration_us",
    "outcome",
];

/// The header row, with its line end.
pub fn header() -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory does not fail.
    let _ = writer.write_record(HEADER);
    writer.into_inner().unwrap_or_default()
}

/// One response, and the connection that it was sent on.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// When the connection was accepted.
    pub connected_at: SystemTime,
    /// The client's address.
    pub client: SocketAddr,
    /// What was asked and answered.
    pub response: AccessRecord<&'a [u8]>,
    /// How many bytes of the body the socket took.
    pub bytes: u64,
    /// The time from the request to the end of its response.
    pub duration: Duration,
    /// What cut the response short; `None` if nothing did.
    pub aborted_by: Option<CloseReason>,
}

/// Formats rows, and reuses the text that consecutive rows share.
#[derive(Debug, Default)]
pub(super) struct RowWriter {
    connected_at: TimeText,
    requested_at: TimeText,
    client: AddressText,
}

impl RowWriter {
    /// Appends a row in the order of [`HEADER`], with its line end.
    pub(super) fn append(&mut self, out: &mut Vec<u8>, row: &Row) {
        out.extend_from_slice(self.connected_at.format(row.connected_at));
        out.push(b',');
        out.extend_from_slice(self.requested_at.format(row.response.requested_at));
        out.push(b',');
        out.extend_from_slice(self.client.format(row.client.ip()));
        out.push(b',');
        append_number(out, row.client.port().into());
        let response = &row.response;
        for text in [response.method, response.target, response.file] {
            out.push(b',');
            append_text(out, text);
        }
        let duration = u64::try_from(row.duration.as_micros());
        for number in [
            response.status.code().into(),
            row.bytes,
            duration.unwrap_or(u64::MAX),
        ] {
            out.push(b',');
            append_number(out, number);
        }
        out.push(b',');
        let outcome = row.aborted_by.map_or("complete", CloseReason::name);
        out.extend_from_slice(outcome.as_bytes());
        out.push(b'\n');
    }
}

fn append_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

fn append_address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(address) => append_dotted(out, address.octets()),
        IpAddr::V6(address) => out.extend_from_slice(address.to_string().as_bytes()),
    }
}

/// Appends text that clients or file names bring in, escaped and quoted where necessary.
fn append_text(out: &mut Vec<u8>, text: &[u8]) {
    if is_plain(text) {
        out.extend_from_slice(text);
    } else {
        let mut cell = String::new();
        escape::append_cell(&mut cell, text);
        out.extend_from_slice(&quoted(&cell));
    }
}

/// Whether `text` needs neither escapes nor quotes.
fn is_plain(text: &[u8]) -> bool {
    text.first()
        .copied()
        .is_none_or(escape::begins_a_plain_cell)
        && text.iter().all(|&byte| PLAIN[usize::from(byte)])
}

/// The bytes that need no escape, except for the two that need quotes in CSV, and for the semicolon, which
/// needs a look at what follows it.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < u8::MAX {
        plain[byte as usize] = escape::is_verbatim(byte) && !matches!(byte, b',' | b'"' | b';');
        byte += 1;
    }
    plain
};

/// The cell as the `csv` crate writes it: a record of this one cell, without the line end.
fn quoted(cell: &str) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory does not fail.
    let _ = writer.write_record([cell]);
    let mut quoted = writer.into_inner().unwrap_or_default();
    quoted.pop();
    quoted
}

fn append_dotted(out: &mut Vec<u8>, octets: [u8; 4]) {
    for (index, octet) in octets.into_iter().enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        append_number(out, octet.into());
    }
}

/// The length of `2026-11-22T22:42:38.123Z`.
const TIME_LENGTH: usize = 24;
/// The place of the milliseconds in it.
const MILLISECONDS: std::ops::Range<usize> = 20..23;

/// The last address that was formatted: many rows in a turn are of one client, and all of them of one
/// proxy.
#[derive(Debug, Default)]
struct AddressText {
    /// The address that `text` shows; `None` before the first.
    address: Option<IpAddr>,
    text: Vec<u8>,
}

impl AddressText {
    fn format(&mut self, address: IpAddr) -> &[u8] {
        if self.address != Some(address) {
            self.address = Some(address);
            self.text.clear();
            append_address(&mut self.text, address);
        }
        &self.text
    }
}

/// The last time that was formatted: RFC 3339, UTC, milliseconds. Rows of one second differ in three
/// digits only, and requests of one turn not even in those.
#[derive(Debug, Default)]
struct TimeText {
    /// The time that `text` shows; `None` before the first.
    time: Option<SystemTime>,
    /// The same in whole seconds since 1970.
    second: Option<u64>,
    text: [u8; TIME_LENGTH],
}

impl TimeText {
    fn format(&mut self, time: SystemTime) -> &[u8; TIME_LENGTH] {
        if self.time != Some(time) {
            self.time = Some(time);
            self.write(date::clamp(time));
        }
        &self.text
    }

    fn write(&mut self, time: SystemTime) {
        let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        if self.second != Some(since_1970.as_secs()) {
            self.second = Some(since_1970.as_secs());
            let text = humantime::format_rfc3339_millis(time);
            // It fits: the clamped year has four digits.
            let _ = std::io::Write::write_fmt(&mut &mut self.text[..], format_args!("{text}"));
        }
        let mut rest = since_1970.subsec_millis();
        for digit in self.text[MILLISECONDS].iter_mut().rev() {
            *digit = b'0' + (rest % 10).to_le_bytes()[0];
            rest /= 10;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_address_is_its_text_whatever_address_came_before() {
        let mut text = AddressText::default();
        for address in ["1.2.3.4", "::1", "1.2.3.4", "1.2.3.4", "1.2.3.40"] {
            let written = text.format(address.parse().unwrap());
            assert_eq!(written, address.as_bytes());
        }
    }

    #[test]
    fn each_time_is_its_rfc_3339_text_whatever_time_came_before() {
        let mut text = TimeText::default();
        let table = [
            (784_111_777_042, "1994-11-06T08:49:37.042Z"),
            (784_111_777_999, "1994-11-06T08:49:37.999Z"),
            (784_111_777_000, "1994-11-06T08:49:37.000Z"),
            (784_111_778_007, "1994-11-06T08:49:38.007Z"),
            (0, "1970-01-01T00:00:00.000Z"),
            (784_111_777_042, "1994-11-06T08:49:37.042Z"),
            // A time after the year 9999 becomes the last second that has a text.
            (253_402_300_800_000, "9999-12-31T23:59:59.000Z"),
        ];
        for (milliseconds, expected) in table {
            let time = UNIX_EPOCH + Duration::from_millis(milliseconds);
            assert_eq!(text.format(time), expected.as_bytes());
        }
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(text.format(before), b"1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn an_address_is_as_the_standard_library_writes_it() {
        for address in ["0.0.0.0", "127.0.0.1", "255.10.2.30", "2001:db8::1", "::1"] {
            let mut cell = Vec::new();
            append_address(&mut cell, address.parse().unwrap());
            assert_eq!(cell, address.as_bytes());
        }
    }
}
