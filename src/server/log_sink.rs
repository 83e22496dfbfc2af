//! Where the log's rows go: to a file, to standard output, or nowhere.

use std::time::{Duration, SystemTime};

use crate::log::csv_row;
use crate::log::file::LogFile;
use crate::log::losses::Losses;
use crate::os::console::Console;

/// The most rows that wait for the reader of standard output, in bytes.
const ROOM: usize = 1024 * 1024;

/// How long the last rows may wait for the reader of standard output, when the loop has ended.
const LAST_ROWS_WITHIN: Duration = Duration::from_secs(1);

/// Where the log's rows go. `output` is standard output in each call.
pub(super) enum LogSink {
    /// There is no log.
    Off,
    File(LogFile),
    /// Nothing else goes to standard output then, so what it loses are rows.
    StandardOutput(Losses),
}

impl LogSink {
    /// Standard output. The header comes first, unless `has_header`: the output continues a log.
    pub(super) fn to_standard_output(output: &mut Console, has_header: bool) -> Self {
        output.set_room(ROOM);
        if !has_header {
            output.print(&csv_row::header());
        }
        Self::StandardOutput(Losses::default())
    }

    /// When another try to write is due, on the monotonic clock.
    pub(super) fn retry_at(&self) -> Option<Duration> {
        match self {
            Self::File(file) => file.retry_at(),
            Self::Off | Self::StandardOutput(_) => None,
        }
    }

    /// Writes whole rows, and pushes a warning when that fails, at most once per minute. `now` is the
    /// monotonic time for that.
    pub(super) fn write(
        &mut self,
        rows: &[u8],
        now: Duration,
        output: &mut Console,
        notices: &mut Vec<String>,
    ) {
        match self {
            Self::Off => {}
            Self::File(file) => file.write(rows, now, notices),
            Self::StandardOutput(losses) => {
                output.print(rows);
                losses.count(output.dropped() - losses.since_start());
                if !losses.is_told()
                    && let Some(lost) = losses.tell(now)
                {
                    notices.push(format!(
                        "standard output does not take the log; {lost} rows lost so far, serving goes on"
                    ));
                }
            }
        }
    }

    /// Writes the last rows, after the loop has ended. What can't be written within a second is lost.
    pub(super) fn finish(
        &mut self,
        rows: &[u8],
        now: Duration,
        output: &mut Console,
        notices: &mut Vec<String>,
    ) {
        match self {
            Self::Off => {}
            Self::File(file) => file.finish(rows, now, notices),
            Self::StandardOutput(_) => {
                output.print(rows);
                output.finish(LAST_ROWS_WITHIN);
            }
        }
    }

    /// Opens the log again, as after a rotation. Pushes a line that says what came of it.
    pub(super) fn reopen(&mut self, now: SystemTime, notices: &mut Vec<String>) {
        match self {
            Self::Off => {}
            Self::File(file) => match file.reopen(now, notices) {
                Ok(()) => notices.push("the log was opened again".to_owned()),
                Err(error) => notices.push(format!(
                    "cannot open the log again: {error}; the old file stays in use"
                )),
            },
            Self::StandardOutput(_) => {
                notices
                    .push("the log stays on standard output, which can't be opened again".into());
            }
        }
    }

    /// How many rows are lost.
    pub(super) fn rows_lost(&self, output: &Console) -> u64 {
        match self {
            Self::Off => 0,
            Self::File(file) => file.lost_since_start(),
            Self::StandardOutput(_) => output.dropped(),
        }
    }
}
