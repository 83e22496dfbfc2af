//! The report on latencies, on the server's memory, and on the run over time.

use serde::Serialize;

use crate::footprint::{Footprint, Reading};
use crate::latency::{Timed, Times};
use crate::samples::Sample;

/// The percentiles that are reported of each latency.
const PERCENTS: [f64; 8] = [0.0, 25.0, 50.0, 90.0, 95.0, 99.0, 99.9, 100.0];

/// The percentiles of one latency.
#[derive(Debug, Serialize)]
pub(super) struct Latency {
    pub(super) of: &'static str,
    pub(super) count: u64,
    pub(super) percentiles: Vec<Percentile>,
}

#[derive(Debug, Serialize)]
pub(super) struct Percentile {
    pub(super) percent: f64,
    pub(super) ms: f64,
}

/// The server's memory in bytes, before and after the ramp.
#[derive(Debug, Serialize)]
pub(super) struct ServerMemory {
    pub(super) processes: Vec<u32>,
    pub(super) before: MemoryReading,
    pub(super) after: MemoryReading,
    pub(super) private_per_connection: Option<f64>,
    pub(super) proportional_per_connection: Option<f64>,
}

#[derive(Debug, Serialize)]
pub(super) struct MemoryReading {
    pub(super) connections: u64,
    pub(super) private: u64,
    pub(super) proportional: u64,
}

/// The state of the run at one moment.
#[derive(Debug, Serialize)]
pub(super) struct TimelinePoint {
    pub(super) seconds: f64,
    pub(super) standing: u64,
    pub(super) ended: u64,
    pub(super) answers: u64,
}

impl Latency {
    pub(super) fn new(timed: Timed, histogram: &Times) -> Self {
        let percentile = |percent| {
            let ms = histogram.percentile(percent)?.as_secs_f64() * 1e3;
            Some(Percentile { percent, ms })
        };
        Self {
            of: timed.name(),
            count: histogram.count(),
            percentiles: PERCENTS.into_iter().filter_map(percentile).collect(),
        }
    }
}

impl ServerMemory {
    /// `None` without a reading before the ramp and one after it.
    pub(super) fn new(footprint: &Footprint) -> Option<Self> {
        Some(Self {
            processes: footprint.processes.clone(),
            before: MemoryReading::from(footprint.before?),
            after: MemoryReading::from(footprint.after?),
            private_per_connection: footprint.private_per_connection(),
            proportional_per_connection: footprint.proportional_per_connection(),
        })
    }
}

impl From<Reading> for MemoryReading {
    fn from(reading: Reading) -> Self {
        Self {
            connections: reading.connections,
            private: reading.memory.private,
            proportional: reading.memory.proportional,
        }
    }
}

impl From<&Sample> for TimelinePoint {
    fn from(sample: &Sample) -> Self {
        Self {
            seconds: sample.at.as_secs_f64(),
            standing: sample.standing,
            ended: sample.ended,
            answers: sample.answers,
        }
    }
}
