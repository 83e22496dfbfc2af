//! The settings of a run, checked.

use std::path::PathBuf;
use std::time::Duration;

use crate::expectation::Expectation;
use crate::memory::ProcessId;
use crate::mix::Mix;
use crate::sources::Sources;
use crate::target::Target;

/// How long the connections are held after the ramp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// For a fixed time.
    For(Duration),
    /// Until a signal.
    Forever,
}

/// The intervals and amounts of the behaviours.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientTiming {
    /// From one GET of a periodic client to the next.
    pub period: Duration,
    /// From one byte of a dripped head to the next.
    pub drip: Duration,
    /// How many GETs a burst has.
    pub burst: u32,
    /// Late requests are spread over this time before and after the end of the idle time.
    pub late: Duration,
    /// The idle time of a server that promises none.
    pub idle_time: Option<Duration>,
    /// How many bytes per second a slow reader reads.
    pub slow_rate: usize,
}

/// What is printed during the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// A progress bar on a terminal, lines elsewhere.
    Progress,
    /// Nothing but errors.
    ErrorsOnly,
}

/// Everything that determines a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server, and the path of the requests.
    pub target: Target,
    /// The same server, with the path that slow readers request.
    pub slow_target: Target,
    /// How many connections are opened.
    pub connections: u32,
    /// Over how long they are opened.
    pub ramp: Duration,
    /// How many may be between connect(2) and their first answer at once.
    pub under_way: u32,
    /// How long they are held.
    pub hold: Hold,
    /// The weights of the behaviours.
    pub mix: Mix,
    /// Which share of the idle clients sends a probe during the hold; from 0 to 1.
    pub probe: f64,
    /// The intervals and amounts of the behaviours.
    pub timing: ClientTiming,
    /// The source addresses of connections; `None` leaves the choice to the kernel.
    pub sources: Option<Sources>,
    /// The server's processes, if they were named.
    pub servers: Vec<ProcessId>,
    /// Where the report is written as JSON; `-` is standard output.
    pub json: Option<PathBuf>,
    /// Where the report is written as an HTML page.
    pub html: Option<PathBuf>,
    /// What must hold for exit status 0.
    pub expectations: Vec<Expectation>,
    /// What is printed during the run.
    pub verbosity: Verbosity,
}
