//! The log's rows: one for each response, as CSV, in memory.
//!
//! Rows are formatted here and written out by [`crate::log::file`], whole rows at a time: a writer
//! whose buffer goes out when it is full would do so in the middle of a row, and a crash would then
//! leave half a row behind.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use super::csv_row::RowWriter;
use crate::events::close_reason::CloseReason;
use crate::response::in_flight::AccessRecord;

/// The header row. A test holds it against the fields of [`Row`] as they are written.
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

/// When so many bytes of rows wait, they are written out without waiting for the second.
const FULL: usize = 64 * 1024;

/// A row waits at most so long in memory. Rows are promised to be at most a second behind; the rest
/// is for the turn in which they fall due.
pub const WRITTEN_WITHIN: Duration = Duration::from_millis(900);

/// One response, and the connection that it was sent on.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// When the connection was accepted.
    pub connected_at: SystemTime,
    /// The client's address.
    pub client: SocketAddr,
    /// What was asked and answered.
    pub response: AccessRecord<&'a str>,
    /// How many bytes of the body the socket took.
    pub bytes: u64,
    /// The time from the request to the end of its response.
    pub duration: Duration,
    /// What cut the response short; `None` if nothing did.
    pub aborted_by: Option<CloseReason>,
}

/// The rows that are not written out yet.
#[derive(Debug)]
pub struct AccessLog {
    rows: Switch,
    /// When the oldest waiting row came in.
    since: Option<Duration>,
    recorded: u64,
}

/// Where rows go.
#[derive(Debug)]
enum Switch {
    /// The rows that wait, and what writes them.
    On(Vec<u8>, Box<RowWriter>),
    /// `--no-log`.
    Off,
}

impl AccessLog {
    /// A log that keeps rows until they are taken.
    pub fn on() -> Self {
        Self::new(Switch::On(Vec::new(), Box::default()))
    }

    /// A log that keeps nothing.
    pub fn off() -> Self {
        Self::new(Switch::Off)
    }

    fn new(rows: Switch) -> Self {
        Self {
            rows,
            since: None,
            recorded: 0,
        }
    }

    /// Adds a row. `now` is the monotonic time, from which the row's second counts.
    pub fn record(&mut self, row: &Row, now: Duration) {
        self.recorded += 1;
        let Switch::On(rows, writer) = &mut self.rows else {
            return;
        };
        self.since.get_or_insert(now);
        writer.append(rows, row);
    }

    /// How many responses were recorded since the start, written out or not, log on or off.
    pub fn recorded(&self) -> u64 {
        self.recorded
    }

    /// When the rows that wait are to be written out at the latest.
    pub fn due(&self) -> Option<Duration> {
        let since = self.since?;
        Some(if self.is_full() {
            since
        } else {
            since + WRITTEN_WITHIN
        })
    }

    /// Whether so many rows wait that they should be written out now.
    pub fn is_full(&self) -> bool {
        matches!(&self.rows, Switch::On(rows, _) if rows.len() >= FULL)
    }

    /// Takes all waiting rows: whole rows, each with its line end.
    pub fn take(&mut self) -> Vec<u8> {
        self.since = None;
        match &mut self.rows {
            Switch::On(rows, _) => std::mem::take(rows),
            Switch::Off => Vec::new(),
        }
    }

    /// Takes back the memory of rows that are written out, if there were so many that there will
    /// soon be as many again: else each 64 KiB would be asked of the system page by page. A log that
    /// is seldom written to keeps nothing.
    pub fn give_back(&mut self, mut written: Vec<u8>) {
        if let Switch::On(rows, _) = &mut self.rows
            && rows.is_empty()
            && written.len() >= FULL
        {
            written.clear();
            *rows = written;
        }
    }
}

/// The header row, with its line end.
pub fn header() -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory does not fail.
    let _ = writer.write_record(HEADER);
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests;
