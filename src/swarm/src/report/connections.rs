//! What became of connections.

use serde::Serialize;

use super::requests::RequestRow;
use crate::ending::{Ending, EndingCounts};
use crate::findings::{Findings, Group};
use crate::settings::{Hold, Settings};
use crate::sources::Sources;
use crate::survival::Survival;

/// A survival curve has at most so many points in a report.
const CURVE: u32 = 241;

/// What was asked for.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    pub(super) connections: u32,
    pub(super) ramp_seconds: f64,
    /// None for a hold without an end.
    pub(super) hold_seconds: Option<f64>,
    pub(super) under_way: u32,
    pub(super) mix: String,
    pub(super) probe_share: f64,
    /// None if the kernel chose the address.
    pub(super) source_addresses: Option<u32>,
}

/// What became of all connections that were asked for.
#[derive(Debug, Serialize)]
pub(super) struct Connections {
    pub(super) total: u64,
    pub(super) established: u64,
    /// Add up to `total`.
    pub(super) endings: EndingCounts,
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
    pub(super) endings: EndingCounts,
    pub(super) requests: RequestRow,
    pub(super) survival: Vec<Point>,
}

impl Serialize for EndingCounts {
    /// Every ending by its name, also those that did not occur.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Ending::ALL.map(|ending| (ending.name(), self.of(ending))))
    }
}

impl Shown {
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            connections: settings.connections,
            ramp_seconds: settings.ramp.as_secs_f64(),
            hold_seconds: match settings.hold {
                Hold::For(hold) => Some(hold.as_secs_f64()),
                Hold::Forever => None,
            },
            under_way: settings.under_way,
            mix: settings.mix.to_string(),
            probe_share: settings.probe,
            source_addresses: settings.sources.map(Sources::count),
        }
    }
}

impl Row {
    pub(super) fn of(group: &Group) -> Self {
        Self {
            behaviour: group.behaviour.name(),
            connections: group.endings.total(),
            endings: group.endings,
            requests: RequestRow::of(group.requests),
            survival: points(&group.survival),
        }
    }
}

impl Connections {
    pub(super) fn of(findings: &Findings) -> Self {
        let tally = &findings.run.swarm.tally;
        Self {
            total: findings.endings.total(),
            established: tally.established,
            endings: findings.endings,
            closed_early: tally.closed_early,
            first_failure: tally.first_failure.clone(),
        }
    }
}

pub(super) fn points(survival: &Survival) -> Vec<Point> {
    survival
        .sampled(CURVE)
        .into_iter()
        .map(|stair| Point {
            seconds: f64::from(stair.millis) / 1e3,
            share: stair.share,
        })
        .collect()
}
