//! The settings, checked.

use std::path::PathBuf;
use std::time::Duration;

use crate::behaviour::Mix;
use crate::expectation::Expectation;
use crate::memory::ProcessId;
use crate::sources::Sources;
use crate::target::Target;

/// How long the connections are held once they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// So long.
    For(Duration),
    /// Until a signal.
    Forever,
}

/// How clients behave, in figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Manners {
    /// From one GET of a periodic client to the next.
    pub period: Duration,
    /// From one byte of a dripped head to the next.
    pub drip: Duration,
    /// How many GETs a burst is.
    pub burst: u32,
    /// Late requests are spread from so much before to so much after the idle time.
    pub late: Duration,
    /// The idle time of a server that promises none.
    pub idle_time: Option<Duration>,
    /// How many bytes a second a slow reader takes.
    pub slow_rate: usize,
}

/// What is told while the swarm works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// A progress bar on a terminal, lines elsewhere.
    Progress,
    /// Nothing but errors.
    Errors,
}

/// All that a run is to do.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who is asked, for what.
    pub target: Target,
    /// What slow readers ask for.
    pub slow_target: Target,
    /// How many connections are opened.
    pub connections: u32,
    /// Over how long a time.
    pub ramp: Duration,
    /// How many may be between connect(2) and their first answer at once.
    pub under_way: u32,
    /// How long they are held.
    pub hold: Hold,
    /// Which behaviours, in which proportion.
    pub mix: Mix,
    /// Which share of the idle clients is asked once more during the hold; from 0 to 1.
    pub probe: f64,
    /// How clients behave, in figures.
    pub manners: Manners,
    /// Where connections come from; `None` leaves that to the kernel.
    pub sources: Option<Sources>,
    /// The server's processes, if they were named.
    pub servers: Vec<ProcessId>,
    /// Where the report goes as JSON; `-` is standard output.
    pub json: Option<PathBuf>,
    /// Where it goes as a page.
    pub html: Option<PathBuf>,
    /// What must hold for the exit status 0.
    pub expectations: Vec<Expectation>,
    /// What is told meanwhile.
    pub telling: Telling,
}
