//! The report on requests: how many were answered, lost or under way, and the late ones by time.

use serde::Serialize;

use crate::stats::{LateRequest, LateStats, RequestOutcome, Requests, Stats};
use crate::summary::Group;

/// Late requests are divided into about this many groups by their time.
const LATE_GROUPS: usize = 20;

/// What became of requests: `answered`, `lost` and `under_way` add up to `asked`.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct RequestRow {
    pub(super) asked: u64,
    pub(super) answered: u64,
    pub(super) lost: u64,
    pub(super) under_way: u64,
}

/// How many answers had which status.
#[derive(Debug, Serialize)]
pub(super) struct Answers {
    #[serde(rename = "2xx")]
    pub(super) successful: u64,
    #[serde(rename = "3xx")]
    pub(super) redirected: u64,
    #[serde(rename = "4xx")]
    pub(super) client_errors: u64,
    #[serde(rename = "5xx")]
    pub(super) server_errors: u64,
    /// How many of all these answered no request.
    pub(super) unasked: u64,
}

/// Requests on connections that had long been idle.
#[derive(Debug, Serialize)]
pub(super) struct Probes {
    pub(super) planned: u64,
    #[serde(flatten)]
    pub(super) requests: RequestRow,
}

/// Requests at about the time at which the server may close.
#[derive(Debug, Serialize)]
pub(super) struct Late {
    pub(super) within_idle_time: RequestRow,
    pub(super) after_idle_time: RequestRow,
    pub(super) clients_without_idle_time: u64,
    pub(super) groups: Vec<LateGroup>,
}

/// Late requests that were sent at about the same offset.
#[derive(Debug, Serialize)]
pub(super) struct LateGroup {
    /// Milliseconds after the end of the idle time; negative before it.
    pub(super) from_ms: i32,
    pub(super) to_ms: i32,
    pub(super) answered: u64,
    pub(super) lost: u64,
}

impl From<Requests> for RequestRow {
    fn from(requests: Requests) -> Self {
        let over = requests.answered + requests.lost;
        Self {
            asked: requests.asked,
            answered: requests.answered,
            lost: requests.lost,
            under_way: requests.asked.saturating_sub(over),
        }
    }
}

/// The requests of all behaviours together.
pub(super) fn total(groups: &[Group]) -> RequestRow {
    let mut total = Requests::default();
    for group in groups {
        total.asked += group.requests.asked;
        total.answered += group.requests.answered;
        total.lost += group.requests.lost;
    }
    RequestRow::from(total)
}

impl Answers {
    pub(super) fn new(stats: &Stats) -> Self {
        Self {
            successful: stats.statuses(2),
            redirected: stats.statuses(3),
            client_errors: stats.statuses(4),
            server_errors: stats.statuses(5),
            unasked: stats.unasked,
        }
    }
}

impl Late {
    pub(super) fn new(late: &LateStats) -> Self {
        Self {
            within_idle_time: RequestRow::from(late.within),
            after_idle_time: RequestRow::from(late.after),
            clients_without_idle_time: late.unpromised,
            groups: late_groups(late.ended()),
        }
    }
}

/// Groups late requests by offset, in groups of equal width from the least to the greatest.
fn late_groups(requests: &[LateRequest]) -> Vec<LateGroup> {
    let offsets = || requests.iter().map(|request| request.offset);
    let (Some(first), Some(last)) = (offsets().min(), offsets().max()) else {
        return Vec::new();
    };
    let width = (last.abs_diff(first) as usize / LATE_GROUPS + 1).max(1);
    let bound =
        |group: usize| first.saturating_add(i32::try_from(group * width).unwrap_or(i32::MAX));
    let mut groups: Vec<LateGroup> = (0..=last.abs_diff(first) as usize / width)
        .map(|group| LateGroup {
            from_ms: bound(group),
            to_ms: bound(group + 1),
            answered: 0,
            lost: 0,
        })
        .collect();
    for request in requests {
        let group = &mut groups[request.offset.abs_diff(first) as usize / width];
        match request.outcome {
            RequestOutcome::Answered => group.answered += 1,
            RequestOutcome::Lost => group.lost += 1,
        }
    }
    groups
}

impl Probes {
    pub(super) fn new(stats: &Stats) -> Self {
        Self {
            planned: stats.probes_planned,
            requests: RequestRow::from(stats.probes),
        }
    }
}
