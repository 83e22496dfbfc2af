//! The end of a run: the log, the counts, and the comparison with a calm run.

use millpond::events::close_reason::CloseReason;

use super::Run;
use super::client::{Answers, Client};
use super::world::World;

/// The close reasons after which every request has been answered in full.
const IN_FULL: [CloseReason; 4] = [
    CloseReason::Peer,
    CloseReason::CloseAsked,
    CloseReason::RequestLimit,
    CloseReason::BadRequest,
];

/// Judges a run that is over, beside a calm one with the same input.
pub(crate) fn judge(run: &mut Run, calm: &World) {
    let world = &run.world;
    assert!(world.table.is_empty(), "a slot leaks");
    assert_eq!(
        world.table.closed().total(),
        world.table.accepted(),
        "one close reason each"
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
    check_calm(run, &wire.client, &calm.wire.borrow().client);
}

/// One row per response, with the values that the client saw.
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
        let cut = close_reasons.iter().any(|reason| reason.name() == row[10]);
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

/// RFC 4180, parsed by hand: the log's writer must not be checked by the crate that it uses, and a
/// fuzzer has no time to build that crate's tables.
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

/// The close reason agrees with the last answer.
fn check_last(client: &Client, close_reasons: &[CloseReason]) {
    let [reason] = close_reasons else { return };
    let says_close = client.responses.last().is_some_and(|last| last.closes);
    let is_whole = client.is_between_responses();
    match reason {
        CloseReason::CloseAsked | CloseReason::RequestLimit | CloseReason::BadRequest => {
            assert!(says_close && is_whole, "{reason:?} without a last answer");
        }
        CloseReason::Peer | CloseReason::IdleDeadline => {
            assert!(!says_close && is_whole, "{reason:?} after a last answer");
        }
        CloseReason::FileShrank | CloseReason::StallDeadline => {
            assert!(
                !is_whole || client.responses.is_empty() || !says_close,
                "{reason:?} after all"
            );
        }
        _ => {}
    }
}

/// The faulty run said what the calm one says, up to where it broke.
fn check_calm(run: &Run, faulty: &Client, calm: &Client) {
    let close_reasons = &run.world.close_reasons;
    let is_stopped = run.stopped_at.is_some();
    let wire = run.world.wire.borrow();
    let last = faulty.last_begun(&wire.fed[..wire.read_to]);
    let early = last.filter(|last| last.1 == Answers::LateHead);
    // The calm run contains neither the 400 for a head that was too slow nor the last answers of a
    // stop. The 400 for malformed framing has the built-in page while descriptors are short, which
    // they never are in the calm run.
    let differs = match last {
        Some((begins, Answers::LateHead)) => Some(begins),
        Some((begins, Answers::MalformedHead)) if run.world.has_been_short => Some(begins),
        _ => None,
    };
    let comparable = [run.stopped_at, differs];
    let length = comparable
        .into_iter()
        .flatten()
        .fold(faulty.length, usize::min);
    assert!(length <= calm.length, "is longer than in the calm run");
    assert_eq!(
        faulty.first(length),
        calm.first(length),
        "differs from the calm run"
    );
    // The connection ends for its deadline, unless something else happened while the 400 was being
    // sent.
    let is_refused_early = early.is_some() && faulty.is_between_responses() && !is_stopped;
    let may_be = [
        CloseReason::HeadDeadline,
        CloseReason::Reset,
        CloseReason::Evicted,
    ];
    assert!(
        !is_refused_early || close_reasons.iter().any(|reason| may_be.contains(reason)),
        "an early 400, but {close_reasons:?}"
    );
    let is_in_full = close_reasons.iter().all(|reason| IN_FULL.contains(reason));
    if is_in_full && !is_stopped {
        assert_eq!(
            faulty.responses.len(),
            calm.responses.len(),
            "{close_reasons:?}, but not all was answered"
        );
    }
}
