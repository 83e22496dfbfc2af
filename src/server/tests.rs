//! What can be seen without a client; the real binary is driven from `tests/`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::UNIX_EPOCH;

use super::*;
use crate::config::LogTarget;
use crate::events::event::NoopObserver;
use crate::http::status::Status;
use crate::log::csv_row::{self, Row};
use crate::response::in_flight::AccessRecord;

#[test]
fn a_panic_writes_the_log_out() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("Log.csv");
    let config = Config {
        root: directory.path().to_owned(),
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        log: Some(LogTarget::File(log.clone())),
        cache_bytes: 0,
        cache_files: 0,
        print_requests: false,
        ..Config::default()
    };
    let mut server = Server::start(&config, NoopObserver).unwrap();
    let row = Row {
        connected_at: UNIX_EPOCH,
        client: "127.0.0.1:1".parse().unwrap(),
        response: AccessRecord {
            method: b"GET",
            target: b"/",
            file: b"",
            status: Status::NotFound,
            requested_at: UNIX_EPOCH,
            started: Duration::ZERO,
        },
        bytes: 0,
        duration: Duration::ZERO,
        aborted_by: None,
    };
    server.table.context_mut().log.record(&row, Duration::ZERO);
    let header = String::from_utf8(csv_row::header()).unwrap();
    assert_eq!(std::fs::read_to_string(&log).unwrap(), header);
    let panicked = catch_unwind(AssertUnwindSafe(move || {
        let _server = server;
        panic!("planted");
    }));
    assert!(panicked.is_err());
    let text = std::fs::read_to_string(&log).unwrap();
    let row = text.strip_prefix(&header).unwrap();
    assert!(row.ends_with("GET,/,,404,0,0,complete\n"), "{text}");
}
