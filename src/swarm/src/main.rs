//! **millpond-swarm**: very many HTTP/1.1 clients on one thread and one mio `Poll`.
//!
//! The other side of what the server `millpond` shows. This page is its map:
//!
//! ```text
//!               what was typed                          what was found
//!  command line ─▶ options ─▶ settings ─▶ run ─▶ tally ─▶ findings ─▶ report ─▶ text, JSON, page
//!                                          │  ▲
//!                                   events ▼  │ counts, times
//!                                         swarm ─▶ client ─▶ behaviour, answer
//! ```
//!
//! As in the server, everybody looks downstairs only.
//!
//! | level | module | its one responsibility |
//! | --- | --- | --- |
//! | 0 | [`agenda`] | who is to do something, and when |
//! | 0 | [`answer`] | bytes → answers |
//! | 0 | [`behaviour`] | what clients do: a table each, and the mix of them |
//! | 0 | [`ending`] | how connections end |
//! | 0 | [`error`] | what can keep a run from being made |
//! | 0 | [`latency`] | how long things took |
//! | 0 | [`memory`] | the memory of a process on this host |
//! | 0 | [`samples`] | a run, moment by moment |
//! | 0 | [`sources`] | the addresses that connections come from |
//! | 0 | [`survival`] | which share of connections lived how long |
//! | 0 | [`target`] | a URL → an address and requests |
//! | 1 | [`connector`] | new connections, each from its own place |
//! | 1 | [`expectation`] | the grammar of `--expect` |
//! | 1 | [`footprint`] | what each connection costs the server in memory |
//! | 1 | [`tally`] | all that is counted and timed |
//! | 2 | [`settings`] | the settings, checked |
//! | 3 | [`client`] | one connection: a state, and what drives it |
//! | 3 | [`options`] | what was typed → what is meant |
//! | 4 | [`swarm`] | all clients, and how they come to be |
//! | 5 | [`progress`] | what is told while the swarm works |
//! | 6 | [`run`] | the loop: the kernel's events → calls on the swarm |
//! | 7 | [`findings`] | what a finished run shows |
//! | 8 | [`report`] | the report: text, JSON, page |
//!
//! To read it: [`behaviour`] says what clients do, [`client`] what happens to them, [`swarm`] and
//! its ramp how they come to be, [`run`] how it all turns. `docs/swarm.md` says how to use it.

#![allow(
    unreachable_pub,
    reason = "`pub` marks what is for other modules, as in the library"
)]

mod agenda;
mod answer;
mod behaviour;
mod client;
mod connector;
mod ending;
mod error;
mod expectation;
mod findings;
mod footprint;
mod latency;
mod memory;
mod options;
mod progress;
mod report;
mod run;
mod samples;
mod settings;
mod sources;
mod survival;
mod swarm;
mod tally;
mod target;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use millpond::command_line;

use crate::error::Error;
use crate::findings::Findings;
use crate::report::Report;
use crate::settings::Settings;

/// What its messages begin with.
const PROGRAM: &str = "millpond-swarm";

fn main() -> ExitCode {
    let descriptors = millpond::descriptors::raise_limit();
    match options::parse(std::env::args_os(), descriptors) {
        Ok(settings) => match swarm_out(settings) {
            Ok(Verdict::AsExpected) => ExitCode::SUCCESS,
            Ok(Verdict::NotAsExpected) => ExitCode::FAILURE,
            Err(error) => {
                command_line::complain(PROGRAM, &error.to_string());
                ExitCode::FAILURE
            }
        },
        Err(no_config) => no_config.tell(PROGRAM),
    }
}

/// Whether all that was expected was found.
enum Verdict {
    AsExpected,
    NotAsExpected,
}

/// Makes the run, and writes its report wherever it is wanted.
fn swarm_out(settings: Settings) -> Result<Verdict, Error> {
    let (json, html) = (settings.json.clone(), settings.html.clone());
    let finished = run::run(settings)?;
    let report = Report::of(&Findings::of(&finished));
    let on_output = Path::new("-");
    if json.as_deref() == Some(on_output) {
        print(&report.to_json()?)?;
    } else {
        print(&report.to_text())?;
    }
    if let Some(path) = json.filter(|path| path != on_output) {
        write(&path, &report.to_json()?)?;
    }
    if let Some(path) = html {
        write(&path, &report.to_html())?;
    }
    Ok(if report.is_as_expected() {
        Verdict::AsExpected
    } else {
        Verdict::NotAsExpected
    })
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
