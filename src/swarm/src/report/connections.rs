//! The report on connections: their outcomes and their survival, in all and by behaviour.

use serde::Serialize;

use super::requests::RequestRow;
use crate::outcome::{Outcome, OutcomeCounts};
use crate::summary::{Group, Summary};
use crate::survival::Survival;

/// The greatest number of points of a survival curve in a report.
const CURVE: u32 = 241;

/// What became of all connections, including those not tried.
#[derive(Debug, Serialize)]
pub(super) struct Connections {
    pub(super) total: u64,
    pub(super) established: u64,
    /// They add up to `total`.
    #[serde(rename = "endings")]
    pub(super) outcomes: OutcomeCounts,
    pub(super) closed_early: u64,
    pub(super) first_failure: Option<String>,
}

/// A point of a survival curve.
#[derive(Debug, Serialize)]
pub(super) struct Point {
    pub(super) seconds: f64,
    pub(super) share: f64,
}

/// What became of the connections of one behaviour.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) behaviour: &'static str,
    pub(super) connections: u64,
    #[serde(rename = "endings")]
    pub(super) outcomes: OutcomeCounts,
    pub(super) requests: RequestRow,
    pub(super) survival: Vec<Point>,
}

impl Serialize for OutcomeCounts {
    /// Every outcome by its name, including those that did not occur.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Outcome::ALL.map(|outcome| (outcome.name(), self.of(outcome))))
    }
}

impl Row {
    pub(super) fn new(group: &Group) -> Self {
        Self {
            behaviour: group.behaviour.name(),
            connections: group.outcomes.total(),
            outcomes: group.outcomes,
            requests: RequestRow::from(group.requests),
            survival: points(&group.survival),
        }
    }
}

impl Connections {
    pub(super) fn new(summary: &Summary) -> Self {
        let stats = &summary.run.swarm.stats;
        Self {
            total: summary.outcomes.total(),
            established: stats.established,
            outcomes: summary.outcomes,
            closed_early: stats.closed_early,
            first_failure: stats.first_failure.clone(),
        }
    }
}

pub(super) fn points(survival: &Survival) -> Vec<Point> {
    survival
        .sampled(CURVE)
        .into_iter()
        .map(|point| Point {
            seconds: f64::from(point.millis) / 1e3,
            share: point.share,
        })
        .collect()
}
