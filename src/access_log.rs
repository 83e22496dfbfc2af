//! The log's rows: one for each response, as CSV, in memory.
//!
//! Rows are formatted here and written out by [`crate::log_file`], whole rows at a time: a writer
//! whose buffer goes out when it is full would do so in the middle of a row, and a crash would then
//! leave half a row behind.

mod cells;

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use self::cells::Cells;
use crate::cause::Cause;
use crate::status::Status;

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

/// One response.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// When the connection was accepted.
    pub connected_at: SystemTime,
    /// When the request had been read.
    pub requested_at: SystemTime,
    /// Who asked.
    pub client: SocketAddr,
    /// The method, empty if it could not be read.
    pub method: &'a str,
    /// The target as it was sent, empty if it could not be read.
    pub target: &'a str,
    /// The file below the root that was served, empty if none was.
    pub file: &'a str,
    /// What was answered.
    pub status: Status,
    /// How many bytes of body the socket took.
    pub bytes: u64,
    /// From the request to the end of its answer.
    pub duration: Duration,
    /// What cut the answer short; `None` if nothing did.
    pub cut_short: Option<Cause>,
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
    On(Vec<u8>, Box<Cells>),
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
        let Switch::On(rows, cells) = &mut self.rows else {
            return;
        };
        self.since.get_or_insert(now);
        cells.append(rows, row);
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
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn row() -> Row<'static> {
        Row {
            connected_at: UNIX_EPOCH + Duration::from_secs(784_111_777),
            requested_at: UNIX_EPOCH + Duration::from_millis(784_111_777_042),
            client: "127.0.0.1:40000".parse().unwrap(),
            method: "GET",
            target: "/a?b=c",
            file: "a",
            status: Status::Ok,
            bytes: 1234,
            duration: Duration::from_micros(567),
            cut_short: None,
        }
    }

    fn recorded(row: &Row) -> String {
        let mut log = AccessLog::on();
        log.record(row, Duration::ZERO);
        String::from_utf8(log.take()).unwrap()
    }

    #[test]
    fn a_row_has_a_cell_for_each_column() {
        let text = [header(), recorded(&row()).into_bytes()].concat();
        let mut reader = csv::Reader::from_reader(text.as_slice());
        assert_eq!(reader.headers().unwrap(), HEADER.to_vec());
        let record = reader.records().next().unwrap().unwrap();
        let expected = [
            "1994-11-06T08:49:37.000Z",
            "1994-11-06T08:49:37.042Z",
            "127.0.0.1",
            "40000",
            "GET",
            "/a?b=c",
            "a",
            "200",
            "1234",
            "567",
            "complete",
        ];
        assert_eq!(record, expected.to_vec());
    }

    #[test]
    fn cells_are_escaped_and_quoted() {
        let hostile = Row {
            method: "-x",
            target: "/\"a,b\",\x1b[0m",
            file: "=cmd\r\n",
            cut_short: Some(Cause::Reset),
            client: "[2001:db8::1]:1".parse().unwrap(),
            ..row()
        };
        assert_eq!(
            recorded(&hostile),
            "1994-11-06T08:49:37.000Z,1994-11-06T08:49:37.042Z,2001:db8::1,1,\
             '-x,\"/\"\"a,b\"\",\\x1b[0m\",'=cmd\\x0d\\x0a,200,1234,567,reset\n"
        );
    }

    #[test]
    fn rows_are_due_after_a_second_or_when_there_are_many() {
        let mut log = AccessLog::on();
        assert_eq!(log.due(), None);
        let start = Duration::from_secs(5);
        log.record(&row(), start);
        log.record(&row(), start + Duration::from_millis(900));
        assert_eq!(log.due(), Some(start + WRITTEN_WITHIN));
        while log.due() != Some(start) {
            assert!(log.recorded() < 10_000);
            log.record(&row(), start + WRITTEN_WITHIN);
        }
        let taken = log.take();
        assert!((FULL..FULL + 16 * 1024).contains(&taken.len()));
        assert_eq!(
            memchr::memchr_iter(b'\n', &taken).count() as u64,
            log.recorded()
        );
        assert_eq!(log.due(), None);
        assert_eq!(log.take(), b"");
    }

    #[test]
    fn the_memory_of_many_rows_is_used_again_and_that_of_few_is_not() {
        let mut log = AccessLog::on();
        for (rows, is_kept) in [(1, false), (2_000, true), (1, false)] {
            for _ in 0..rows {
                log.record(&row(), Duration::ZERO);
            }
            let taken = log.take();
            log.give_back(taken);
            assert_eq!(log.take().capacity() >= FULL, is_kept, "{rows}");
        }
        log.record(&row(), Duration::ZERO);
        log.give_back(vec![0; FULL]);
        assert!(log.take().starts_with(b"1994"), "no row is lost to it");
    }

    #[test]
    fn off_keeps_nothing_but_the_count() {
        let mut log = AccessLog::off();
        log.record(&row(), Duration::ZERO);
        assert_eq!((log.recorded(), log.due(), log.take()), (1, None, vec![]));
    }
}
