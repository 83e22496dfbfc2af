//! The rows of the access log that wait in memory, one per response.
//!
//! `log/file.rs` writes them out, whole rows at a time. A writer that empties its buffer
//! whenever that is full would stop in the middle of a row, and a crash would then leave half a row
//! in the file.

use std::time::Duration;

use super::csv_row::{Row, RowWriter};

/// When this many bytes of rows wait, they are written out without waiting for [`WRITE_WITHIN`].
const FULL_BYTES: usize = 64 * 1024;

/// How long a row waits in memory at most. The documentation promises one second; the remaining
/// 100 ms are for the turn in which the row falls due.
const WRITE_WITHIN: Duration = Duration::from_millis(900);

/// The rows that are not written out yet.
#[derive(Debug)]
pub struct AccessLog {
    rows: Switch,
    /// When the oldest waiting row was added, on the monotonic clock.
    oldest_since: Option<Duration>,
    recorded: u64,
}

/// Whether there is a log.
#[derive(Debug)]
enum Switch {
    /// The waiting rows as text, and their writer.
    On(Vec<u8>, Box<RowWriter>),
    /// `--no-log`.
    Off,
}

impl AccessLog {
    /// A log that keeps rows until [`AccessLog::take`].
    pub fn on() -> Self {
        Self::new(Switch::On(Vec::new(), Box::default()))
    }

    /// A log that counts rows and keeps none.
    pub fn off() -> Self {
        Self::new(Switch::Off)
    }

    fn new(rows: Switch) -> Self {
        Self {
            rows,
            oldest_since: None,
            recorded: 0,
        }
    }

    /// Adds a row. `now` is the monotonic time from which the row's waiting time counts.
    pub fn record(&mut self, row: &Row, now: Duration) {
        self.recorded += 1;
        let Switch::On(rows, writer) = &mut self.rows else {
            return;
        };
        self.oldest_since.get_or_insert(now);
        writer.append(rows, row);
    }

    /// How many rows were recorded since the start, whether written out or not, log on or off.
    pub fn recorded(&self) -> u64 {
        self.recorded
    }

    /// When the waiting rows are to be written out at the latest, on the monotonic clock: in the past
    /// if there are many. `None` if no row waits.
    pub fn due(&self) -> Option<Duration> {
        let since = self.oldest_since?;
        Some(if self.is_full() {
            since
        } else {
            since + WRITE_WITHIN
        })
    }

    /// Whether 64 KiB of rows wait, so that they should be written out before there are more.
    pub fn is_full(&self) -> bool {
        matches!(&self.rows, Switch::On(rows, _) if rows.len() >= FULL_BYTES)
    }

    /// Takes all waiting rows: whole rows, each with its line end.
    pub fn take(&mut self) -> Vec<u8> {
        self.oldest_since = None;
        match &mut self.rows {
            Switch::On(rows, _) => std::mem::take(rows),
            Switch::Off => Vec::new(),
        }
    }

    /// Uses the memory of `written` rows again, if they were 64 KiB or more. A server that fills this
    /// much will soon fill it again, and would otherwise get the memory from the kernel page by page
    /// each time. A server with few requests keeps no memory.
    pub(crate) fn give_back(&mut self, mut written: Vec<u8>) {
        if let Switch::On(rows, _) = &mut self.rows
            && rows.is_empty()
            && written.len() >= FULL_BYTES
        {
            written.clear();
            *rows = written;
        }
    }
}

#[cfg(test)]
mod tests;
