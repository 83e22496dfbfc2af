use std::time::UNIX_EPOCH;

use super::super::csv_row::{HEADER, header};
use super::*;
use crate::events::close_reason::CloseReason;
use crate::http::status::Status;
use crate::response::in_flight::AccessRecord;

fn row() -> Row<'static> {
    Row {
        connected_at: UNIX_EPOCH + Duration::from_secs(784_111_777),
        client: "127.0.0.1:40000".parse().unwrap(),
        response: AccessRecord {
            method: b"GET",
            target: b"/a?b=c",
            file: b"a",
            status: Status::Ok,
            requested_at: UNIX_EPOCH + Duration::from_millis(784_111_777_042),
            started: Duration::ZERO,
        },
        bytes: 1234,
        duration: Duration::from_micros(567),
        aborted_by: None,
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
        response: AccessRecord {
            method: b"-x",
            target: b"/\"a,b\",\x1b[0m",
            file: b"=cmd\r\n",
            ..row().response
        },
        aborted_by: Some(CloseReason::Reset),
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
fn rows_are_due_within_a_second_and_at_once_when_there_are_many() {
    let mut log = AccessLog::on();
    assert_eq!(log.due(), None);
    let start = Duration::from_secs(5);
    log.record(&row(), start);
    log.record(&row(), start + Duration::from_millis(900));
    assert_eq!(log.due(), Some(start + WRITE_WITHIN));
    while log.due() != Some(start) {
        assert!(log.recorded() < 10_000);
        log.record(&row(), start + WRITE_WITHIN);
    }
    let taken = log.take();
    assert!((FULL_BYTES..FULL_BYTES + 16 * 1024).contains(&taken.len()));
    assert_eq!(
        memchr::memchr_iter(b'\n', &taken).count() as u64,
        log.recorded()
    );
    assert_eq!(log.due(), None);
    assert_eq!(log.take(), b"");
}

#[test]
fn the_memory_of_many_rows_is_reused_and_that_of_few_is_not() {
    let mut log = AccessLog::on();
    for (rows, is_kept) in [(1, false), (2_000, true), (1, false)] {
        for _ in 0..rows {
            log.record(&row(), Duration::ZERO);
        }
        let taken = log.take();
        log.give_back(taken);
        assert_eq!(log.take().capacity() >= FULL_BYTES, is_kept, "{rows}");
    }
    log.record(&row(), Duration::ZERO);
    log.give_back(vec![0; FULL_BYTES]);
    assert!(log.take().starts_with(b"1994"), "a waiting row is not lost");
}

#[test]
fn a_log_that_is_off_counts_rows_and_keeps_none() {
    let mut log = AccessLog::off();
    log.record(&row(), Duration::ZERO);
    assert_eq!((log.recorded(), log.due(), log.take()), (1, None, vec![]));
}
