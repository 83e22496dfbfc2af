//! **millpond-swarm**: very many HTTP/1.1 clients on one thread and one mio `Poll`.
//!
//! The clients' side of what the server `millpond` shows. This page is the map of this program:
//!
//! ```text
//!               command line                                  report
//!  arguments ─▶ options ─▶ settings ─▶ run ─▶ stats ─▶ summary ─▶ report ─▶ text, JSON, page
//!                                       │  ▲
//!                                events ▼  │ counts, times
//!                                      swarm ─▶ client ─▶ behaviour, answer
//! ```
//!
//! As in the server, a module uses only modules of lower levels.
//!
//! | level | module | its one responsibility |
//! | --- | --- | --- |
//! | 0 | [`answer`] | bytes → answers |
//! | 0 | [`behaviour`] | what clients do: one table for each behaviour |
//! | 0 | [`error`] | what can prevent a run or its report |
//! | 0 | [`latency`] | histograms of times |
//! | 0 | [`memory`] | the memory of processes on this host |
//! | 0 | [`outcome`] | how connections end |
//! | 0 | [`samples`] | the run over time, in a bounded number of samples |
//! | 0 | [`sources`] | the source addresses of connections |
//! | 0 | [`survival`] | which share of connections reached which age |
//! | 0 | [`target`] | a URL → an address and requests |
//! | 0 | [`timers`] | which client must act next, and when |
//! | 1 | [`expectation`] | the grammar of `--expect` |
//! | 1 | [`footprint`] | the server's memory per connection |
//! | 1 | [`mix`] | which behaviour the next client gets |
//! | 1 | [`stats`] | all counts and times |
//! | 2 | [`settings`] | the settings of a run, checked |
//! | 3 | [`client`] | one connection: a state, and what moves it to the next |
//! | 3 | [`options`] | the command line → settings |
//! | 4 | [`swarm`] | all clients, how they are opened, and when each runs |
//! | 5 | [`progress`] | progress messages during the run |
//! | 6 | [`run`] | the event loop: the kernel's events → calls on the swarm |
//! | 7 | [`summary`] | the figures of a finished run |
//! | 8 | [`report`] | the report: text, JSON, page |
//!
//! Reading order: [`behaviour`] says what clients do, [`client`] what happens to them, [`swarm`] and
//! its ramp how they are opened, [`run`] how the event loop drives them all. `docs/swarm.md` says
//! how to use the program.

#![allow(
    unreachable_pub,
    reason = "`pub` marks what is for other modules, as in the library"
)]

mod answer;
mod behaviour;
mod client;
mod error;
mod expectation;
mod footprint;
mod latency;
mod memory;
mod mix;
mod options;
mod outcome;
mod progress;
mod report;
mod run;
mod samples;
mod settings;
mod sources;
mod stats;
mod summary;
mod survival;
mod swarm;
mod target;
mod timers;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use millpond::cli;

use crate::error::Error;
use crate::report::Report;
use crate::settings::Settings;
use crate::summary::Summary;

/// What its messages begin with.
const PROGRAM: &str = "millpond-swarm";

fn main() -> ExitCode {
    let descriptors = millpond::os::descriptors::raise_limit();
    let settings = match options::parse(std::env::args_os(), descriptors) {
        Ok(settings) => settings,
        Err(exit) => return exit.exit(PROGRAM),
    };
    match run_and_report(settings) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            cli::print_error(PROGRAM, &error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Runs the swarm and writes its report wherever it is wanted. Returns whether every expectation
/// was met.
fn run_and_report(settings: Settings) -> Result<bool, Error> {
    let (json, html) = (settings.json.clone(), settings.html.clone());
    let finished = run::run(settings)?;
    let report = Report::new(&Summary::new(&finished));
    let standard_output = Path::new("-");
    if json.as_deref() == Some(standard_output) {
        print(&report.to_json()?)?;
    } else {
        print(&report.to_text())?;
    }
    if let Some(path) = json.filter(|path| path != standard_output) {
        write(&path, &report.to_json()?)?;
    }
    if let Some(path) = html {
        write(&path, &report.to_html())?;
    }
    Ok(report.is_as_expected())
}

fn print(text: &str) -> Result<(), Error> {
    let written = io::stdout().write_all(text.as_bytes());
    written.map_err(|source| Error::Report {
        path: "standard output".into(),
        source,
    })
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|source| Error::Report {
        path: path.to_owned(),
        source,
    })
}
