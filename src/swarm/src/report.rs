//! The report: one value, written as JSON, as text and as an HTML page.

mod connections;
mod page;
mod plot;
mod requests;
mod text;
mod times;

use std::time::Duration;

use serde::Serialize;

use self::connections::{Connections, Point, Row, points};
use self::requests::{Answers, Late, Probes, RequestRow, total};
use self::times::{Latency, ServerMemory, TimelinePoint};
use crate::expectation::Expectation;
use crate::latency::Timed;
use crate::run::Finish;
use crate::settings::{Hold, Settings};
use crate::sources::Sources;
use crate::summary::Summary;

/// Everything that a run has shown. Its fields are the keys of the JSON (unless renamed there).
/// Times are in seconds or, where the name says so, in milliseconds; shares are from 0 to 1.
#[derive(Debug, Serialize)]
pub struct Report {
    program: &'static str,
    version: &'static str,
    target: String,
    began: String,
    /// `held`, `nobody-left` or `stopped`.
    finish: &'static str,
    seconds: f64,
    /// How long the ramp took; `None` if it was not finished.
    ramp_seconds: Option<f64>,
    settings: ShownSettings,
    connections: Connections,
    survival: Vec<Point>,
    behaviours: Vec<Row>,
    requests: RequestRow,
    answers: Answers,
    probes: Probes,
    late: Late,
    latency: Vec<Latency>,
    server_memory: Option<ServerMemory>,
    timeline: Vec<TimelinePoint>,
    expectations: Vec<CheckResult>,
}

/// The result of checking one expectation.
#[derive(Debug, Serialize)]
struct CheckResult {
    expected: String,
    /// As people write it; `None` if the run did not show it.
    found: Option<String>,
    met: bool,
}

/// The settings that explain the other figures.
#[derive(Debug, Serialize)]
struct ShownSettings {
    connections: u32,
    ramp_seconds: f64,
    /// `None` for a hold without an end.
    hold_seconds: Option<f64>,
    under_way: u32,
    mix: String,
    probe_share: f64,
    /// `None` if the kernel chose the address.
    source_addresses: Option<u32>,
}

impl Report {
    /// Builds the report from the summary of a run.
    pub fn new(summary: &Summary) -> Self {
        let run = summary.run;
        let (swarm, stats) = (&run.swarm, &run.swarm.stats);
        let settings = swarm.settings();
        Self {
            program: "millpond-swarm",
            version: env!("CARGO_PKG_VERSION"),
            target: settings.target.url(),
            began: humantime::format_rfc3339_seconds(run.began).to_string(),
            finish: match run.finish {
                Finish::Held => "held",
                Finish::NobodyLeft => "nobody-left",
                Finish::Stopped => "stopped",
            },
            seconds: run.lasted.as_secs_f64(),
            ramp_seconds: run.ramp.as_ref().map(Duration::as_secs_f64),
            settings: ShownSettings::new(settings),
            connections: Connections::new(summary),
            survival: points(&summary.survival),
            behaviours: summary.groups.iter().map(Row::new).collect(),
            requests: total(&summary.groups),
            answers: Answers::new(stats),
            probes: Probes::new(stats),
            late: Late::new(&stats.late),
            latency: Timed::ALL
                .into_iter()
                .map(|timed| Latency::new(timed, stats.times(timed)))
                .filter(|latency| latency.count > 0)
                .collect(),
            server_memory: ServerMemory::new(&run.footprint),
            timeline: swarm
                .samples
                .as_slice()
                .iter()
                .map(TimelinePoint::from)
                .collect(),
            expectations: settings
                .expectations
                .iter()
                .map(|expectation| CheckResult::new(expectation, summary))
                .collect(),
        }
    }

    /// Whether every expectation was met.
    pub fn is_as_expected(&self) -> bool {
        self.expectations.iter().all(|check| check.met)
    }

    /// The report as JSON, indented.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

impl ShownSettings {
    fn new(settings: &Settings) -> Self {
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

impl CheckResult {
    fn new(expectation: &Expectation, summary: &Summary) -> Self {
        let found = summary.figure(expectation.figure);
        Self {
            expected: expectation.text.clone(),
            found: found.map(|value| expectation.figure.show(value)),
            met: expectation.is_met_by(found),
        }
    }
}
