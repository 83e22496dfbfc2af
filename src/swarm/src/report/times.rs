//! How long things took, and how the run and the server's memory went.

use serde::Serialize;

use crate::footprint::{Footprint, Reading};
use crate::latency::{Timed, Times};
use crate::samples::Sample;

/// The percentiles that are told of each latency.
const PERCENTS: [f64; 8] = [0.0, 25.0, 50.0, 90.0, 95.0, 99.0, 99.9, 100.0];

/// A latency in percentiles.
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

/// A moment of the run.
#[derive(Debug, Serialize)]
pub(super) struct Instant {
    pub(super) seconds: f64,
    pub(super) standing: u64,
    pub(super) ended: u64,
    pub(super) answers: u64,
}

impl Latency {
    pub(super) fn of(timed: Timed, record: &Times) -> Self {
        let percentile = |percent| {
            let ms = record.percentile(percent)?.as_secs_f64() * 1e3;
            Some(Percentile { percent, ms })
        };
        Self {
            of: timed.name(),
            count: record.count(),
            percentiles: PERCENTS.into_iter().filter_map(percentile).collect(),
        }
    }
}

impl ServerMemory {
    pub(super) fn of(footprint: &Footprint) -> Option<Self> {
        Some(Self {
            processes: footprint.processes.clone(),
            before: MemoryReading::of(footprint.before?),
            after: MemoryReading::of(footprint.after?),
            private_per_connection: footprint.private_each(),
            proportional_per_connection: footprint.proportional_each(),
        })
    }
}

impl MemoryReading {
    pub(super) fn of(reading: Reading) -> Self {
        Self {
            connections: reading.connections,
            private: reading.memory.private,
            proportional: reading.memory.proportional,
        }
    }
}

impl Instant {
    pub(super) fn of(sample: &Sample) -> Self {
        Self {
            seconds: sample.at.as_secs_f64(),
            standing: sample.standing,
            ended: sample.ended,
            answers: sample.answers,
        }
    }
}
