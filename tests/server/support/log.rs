//! The log as the tests see it: checked cell by cell, and reduced to one line per row.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::eventually;
use super::site::INDEX;

pub const COLUMNS: &str = "connected_at,requested_at,client_ip,client_port,method,target,file,\
                           status,bytes,duration_us,outcome";

/// Reads the log of a server that has stopped. Each row becomes `ip port method target file status
/// bytes outcome`; times and duration are checked here.
#[track_caller]
pub fn rows(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let columns: Vec<&str> = COLUMNS.split(',').collect();
    assert_eq!(reader.headers().unwrap(), columns);
    let rows = reader.records().map(|record| checked(&record.unwrap()));
    rows.collect()
}

/// Waits until a running server has written `count` rows.
#[track_caller]
pub fn wait_for_rows(path: &Path, count: usize) -> Vec<Vec<String>> {
    eventually("rows in the log", || {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        (text.lines().count() > count).then(|| rows(path))
    })
}

/// The row as [`rows`] returns it: `rest` holds its cells from `method` on, separated by a space,
/// with `-` for an empty one.
pub fn row(client: SocketAddr, rest: &str) -> Vec<String> {
    let cells = rest
        .split(' ')
        .map(|cell| if cell == "-" { "" } else { cell });
    [&client.ip().to_string(), &client.port().to_string()]
        .into_iter()
        .map(String::as_str)
        .chain(cells)
        .map(str::to_owned)
        .collect()
}

/// The row of `GET /` on a new [`super::Site`].
pub fn index_row(client: SocketAddr) -> Vec<String> {
    row(
        client,
        &format!("GET / index.html 200 {} complete", INDEX.len()),
    )
}

#[track_caller]
fn checked(record: &csv::StringRecord) -> Vec<String> {
    let [connected, requested] = [&record[0], &record[1]].map(read_time);
    let now = SystemTime::now();
    assert!(connected <= requested && requested <= now, "{record:?}");
    assert!(now - Duration::from_secs(600) < connected, "{record:?}");
    let duration: u64 = record[9].parse().unwrap();
    assert!((1..60_000_000).contains(&duration), "{record:?}");
    let cells = record.iter().enumerate();
    cells
        .filter(|(column, _)| ![0, 1, 9].contains(column))
        .map(|(_, cell)| cell.to_owned())
        .collect()
}

/// RFC 3339, UTC, milliseconds: `2026-11-22T10:11:12.345Z`.
#[track_caller]
fn read_time(cell: &str) -> SystemTime {
    let time = humantime::parse_rfc3339(cell).unwrap();
    assert_eq!(humantime::format_rfc3339_millis(time).to_string(), cell);
    time
}
