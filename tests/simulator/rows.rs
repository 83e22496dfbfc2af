//! The log: one row per response, in order, with what really happened.

use millpond::events::close_reason::CloseReason;

use crate::client::Client;
use crate::response::Response;

/// Reads the rows that the log received in this turn, and compares each with its response.
pub fn check(clients: &mut [Client], text: &[u8]) -> u64 {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text);
    let mut count = 0;
    for row in reader.records() {
        let row = row.expect("a row that is no CSV");
        assert_eq!(row.len(), millpond::log::csv_row::HEADER.len(), "{row:?}");
        let index: usize = row[3].parse().expect("a port");
        check_one(&mut clients[index], &row);
        count += 1;
    }
    count
}

fn check_one(client: &mut Client, row: &csv::StringRecord) {
    let wire = client.wire.borrow();
    let response = wire.tap.responses.get(client.rows);
    client.rows += 1;
    let outcome = &row[10];
    let bytes: u64 = row[8].parse().expect("a count of bytes");
    match response {
        Some(response) => {
            let logged = [&row[4], &row[5], &row[6]];
            assert_eq!(
                logged,
                response.named.each_ref().map(String::as_str),
                "{row:?}"
            );
            assert_eq!(row[7], response.status.to_string(), "{row:?}");
            assert_eq!(bytes, response.taken, "bytes in {row:?}");
            let is_complete = response.is_complete();
            assert_eq!(
                outcome == "complete",
                is_complete,
                "{row:?} of {response:?}"
            );
        }
        // Its head has not left, or only a part of it.
        None => assert_eq!((bytes, outcome == "complete"), (0, false), "{row:?}"),
    }
    if outcome != "complete" {
        wire.scene.count(|stats| stats.aborted += 1);
        // A first write may fail before that ends the connection.
        let is_possible = |reason: &CloseReason| reason.name() == outcome;
        let possible = &client.ended_for;
        assert!(
            possible.iter().any(is_possible),
            "{row:?}, possible: {possible:?}"
        );
    }
}

/// Each response that has ended has its row by now, and there is no other row.
pub fn check_count(client: &Client) {
    let wire = client.wire.borrow();
    let ended = wire
        .tap
        .responses
        .iter()
        .filter(|response| response.is_complete());
    let ended: usize = ended.map(|_: &Response| 1).sum();
    let is_dropped = wire.is_dropped;
    let begun = wire.tap.responses.len() + usize::from(!wire.tap.head.is_empty());
    let number = wire.number;
    if is_dropped {
        // One row more if the socket took nothing of the last response.
        let rows = begun..=begun + usize::from(begun == ended);
        assert!(
            rows.contains(&client.rows),
            "client {number}: {} rows",
            client.rows
        );
    } else {
        assert_eq!(client.rows, ended, "rows of client {number}");
    }
}
