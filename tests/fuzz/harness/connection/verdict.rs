//! The end of a life: the log, the counts, and what a calm life would have been.

use millpond::events::close_reason::CloseReason;

use super::Life;
use super::client::{Answers, Client};
use super::world::World;

/// The causes after which everything that was asked has been answered in full.
const IN_FULL: [CloseReason; 4] = [
    CloseReason::Peer,
    CloseReason::CloseAsked,
    CloseReason::RequestLimit,
    CloseReason::BadRequest,
];

/// Judges a life that is over, beside a calm one with the same input.
pub(crate) fn judge(life: &mut Life, calm: &World) {
    let world = &life.world;
    assert!(world.table.is_empty(), "a slot leaks");
    assert_eq!(
        world.table.closed().total(),
        world.table.accepted(),
        "a cause each"
    );
    let descriptors = world.table.context().descriptors;
    assert_eq!(
        (descriptors.connections(), descriptors.files()),
        (0, 0),
        "a descriptor leaks"
    );
    let wire = world.wire.borrow();
    check_rows(
        &world.rows,
        &wire.client,
        &world.close_reasons,
        world.table.context().log.recorded(),
    );
    check_last(&wire.client, &world.close_reasons);
    check_calm(life, &wire.client, &calm.wire.borrow().client);
}

/// One row for each response, which tells of it what the client saw.
fn check_rows(rows: &[u8], client: &Client, close_reasons: &[CloseReason], recorded: u64) {
    let rows = cells(std::str::from_utf8(rows).expect("rows of text"));
    assert_eq!(rows.len() as u64, recorded, "rows are lost");
    // A response whose first byte never left has its row too, and so has one whose head was cut.
    let unseen = rows.len() - client.responses.len();
    assert!(
        unseen <= 1,
        "{} rows for {} responses",
        rows.len(),
        client.responses.len()
    );
    for (row, response) in rows.iter().zip(&client.responses) {
        assert_eq!(row.len(), 11, "{row:?}");
        assert_eq!(row[7], response.status.to_string(), "{row:?}");
        assert_eq!(row[8], response.body.to_string(), "{row:?}");
        assert_eq!(row[10] == "complete", response.is_whole, "{row:?}");
        let cut = close_reasons.iter().any(|cause| cause.name() == row[10]);
        assert!(response.is_whole || cut, "{row:?} of {close_reasons:?}");
        let is_plain = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'/')
        };
        if is_plain(&response.method) && is_plain(&response.target) {
            assert_eq!(
                (&row[4], &row[5]),
                (&response.method, &response.target),
                "{row:?}"
            );
        }
    }
    if unseen == 1
        && let Some(row) = rows.last()
    {
        assert!(
            row[8] == "0" && row[10] != "complete",
            "{row:?} was not seen"
        );
    } else {
        assert!(client.is_between_responses() || !client.responses.is_empty());
    }
    assert!(
        client
            .responses
            .iter()
            .rev()
            .skip(1)
            .all(|response| response.is_whole && !response.closes),
        "a response after one that was cut or the last"
    );
}

/// RFC 4180, read by hand: the log's writer is not to be judged by its own crate, and a fuzzer has no
/// time to build that crate's tables.
fn cells(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut cell = String::new();
        if let Some(mut quoted) = rest.strip_prefix('"') {
            loop {
                let (before, after) = quoted.split_once('"').expect("an end of quotes");
                cell.push_str(before);
                let Some(again) = after.strip_prefix('"') else {
                    rest = after;
                    break;
                };
                cell.push('"');
                quoted = again;
            }
        } else {
            let end = rest.find([',', '\n']).expect("an end of the row");
            cell.push_str(&rest[..end]);
            rest = &rest[end..];
        }
        row.push(cell);
        let (ends, after) = rest.split_at(1);
        rest = after;
        match ends {
            "\n" => rows.push(std::mem::take(&mut row)),
            other => assert_eq!(other, ",", "after a cell"),
        }
    }
    rows
}

/// The cause agrees with the last answer.
fn check_last(client: &Client, close_reasons: &[CloseReason]) {
    let [cause] = close_reasons else { return };
    let says_close = client.responses.last().is_some_and(|last| last.closes);
    let is_whole = client.is_between_responses();
    match cause {
        CloseReason::CloseAsked | CloseReason::RequestLimit | CloseReason::BadRequest => {
            assert!(says_close && is_whole, "{cause:?} without a last answer");
        }
        CloseReason::Peer | CloseReason::IdleDeadline => {
            assert!(!says_close && is_whole, "{cause:?} after a last answer");
        }
        CloseReason::FileShrank | CloseReason::StallDeadline => {
            assert!(
                !is_whole || client.responses.is_empty() || !says_close,
                "{cause:?} after all"
            );
        }
        _ => {}
    }
}

/// The rough run said what the calm one says, up to where it broke.
fn check_calm(life: &Life, rough: &Client, calm: &Client) {
    let close_reasons = &life.world.close_reasons;
    let is_stopped = life.stopped_at.is_some();
    let wire = life.world.wire.borrow();
    let last = rough.last_begun(&wire.fed[..wire.read_to]);
    let early = last.filter(|last| last.1 == Answers::LateHead);
    // The 400 for a head that was too slow is not in the calm run, nor are a stop's farewells. The
    // 400 for an unsound head has the built-in page if descriptors are short, as they never are in
    // calm.
    let differs = match last {
        Some((begins, Answers::LateHead)) => Some(begins),
        Some((begins, Answers::UnsoundHead)) if life.world.has_been_short => Some(begins),
        _ => None,
    };
    let comparable = [life.stopped_at, differs];
    let length = comparable
        .into_iter()
        .flatten()
        .fold(rough.length, usize::min);
    assert!(length <= calm.length, "says more than in a calm run");
    assert_eq!(
        rough.first(length),
        calm.first(length),
        "says other than in a calm run"
    );
    // It ends for its deadline, unless something came to pass while it was being told.
    let is_told = early.is_some() && rough.is_between_responses() && !is_stopped;
    let may_be = [
        CloseReason::HeadDeadline,
        CloseReason::Reset,
        CloseReason::Evicted,
    ];
    assert!(
        !is_told || close_reasons.iter().any(|cause| may_be.contains(cause)),
        "an early 400, but {close_reasons:?}"
    );
    let is_in_full = close_reasons.iter().all(|cause| IN_FULL.contains(cause));
    if is_in_full && !is_stopped {
        assert_eq!(
            rough.responses.len(),
            calm.responses.len(),
            "{close_reasons:?}, but not all was answered"
        );
    }
}
