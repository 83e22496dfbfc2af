//! The report: one value, shown as JSON, as text and as a page.

mod connections;
mod page;
mod plot;
mod requests;
mod text;
mod times;

use std::time::Duration;

use serde::Serialize;

use self::connections::{Connections, Point, Row, Shown, points};
use self::requests::{Answers, Late, Probes, RequestRow, total};
use self::times::{Instant, Latency, ServerMemory};
use crate::expectation::Expectation;
use crate::findings::Findings;
use crate::latency::Timed;
use crate::run::Finish;

/// All that a run has shown. The names of its fields are the keys of the JSON; times are in seconds
/// or, where the name says so, in milliseconds; shares are from 0 to 1.
#[derive(Debug, Serialize)]
pub struct Report {
    program: &'static str,
    version: &'static str,
    target: String,
    began: String,
    /// `held`, `nobody-left` or `stopped`.
    finish: &'static str,
    seconds: f64,
    /// How long opening the connections took; none if that was not finished.
    ramp_seconds: Option<f64>,
    settings: Shown,
    connections: Connections,
    survival: Vec<Point>,
    behaviours: Vec<Row>,
    requests: RequestRow,
    answers: Answers,
    probes: Probes,
    late: Late,
    latency: Vec<Latency>,
    server_memory: Option<ServerMemory>,
    timeline: Vec<Instant>,
    expectations: Vec<Judged>,
}

/// An expectation, and what was found.
#[derive(Debug, Serialize)]
struct Judged {
    expected: String,
    /// As people write it; none if the run did not show it.
    found: Option<String>,
    met: bool,
}

impl Report {
    /// The report of a run.
    pub fn of(findings: &Findings) -> Self {
        let run = findings.run;
        let (swarm, tally) = (&run.swarm, &run.swarm.tally);
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
            settings: Shown::of(settings),
            connections: Connections::of(findings),
            survival: points(&findings.survival),
            behaviours: findings.groups.iter().map(Row::of).collect(),
            requests: total(&findings.groups),
            answers: Answers::of(tally),
            probes: Probes::of(tally),
            late: Late::of(tally),
            latency: Timed::ALL
                .into_iter()
                .map(|timed| Latency::of(timed, tally.times(timed)))
                .filter(|latency| latency.count > 0)
                .collect(),
            server_memory: ServerMemory::of(&run.footprint),
            timeline: swarm.samples.as_slice().iter().map(Instant::of).collect(),
            expectations: settings
                .expectations
                .iter()
                .map(|expectation| Judged::of(expectation, findings))
                .collect(),
        }
    }

    /// Whether all that was expected was found.
    pub fn is_as_expected(&self) -> bool {
        self.expectations.iter().all(|judged| judged.met)
    }

    /// The report as JSON, over several lines.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

impl Judged {
    fn of(expectation: &Expectation, findings: &Findings) -> Self {
        let found = findings.figure(expectation.figure);
        Self {
            expected: expectation.text.clone(),
            found: found.map(|value| expectation.figure.show(value)),
            met: expectation.is_met_by(found),
        }
    }
}
