//! What the options mean, once checked: the settings that the rest of the server reads.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::connection_table::timeouts::TICK;
use crate::events::deadline::Deadline;
use crate::http::target::DotFiles;

/// The port of the reference server.
pub const DEFAULT_PORT: u16 = 2130;

/// What may still be sent after a signal to stop.
pub const STOP_WITHIN: Duration = Duration::from_secs(5);

/// A closing connection is kept at most so long for its peer to read our last answer.
pub const CLOSING_WITHIN: Duration = Duration::from_secs(2);

/// A closing connection throws away at most so much input, in bytes.
pub const CLOSING_DISCARDS: u32 = 1024 * 1024;

/// A connection that has been idle, or silent, for less than this is not evicted: its client may
/// be about to use it.
pub const EVICTION_AGE: Duration = Duration::from_millis(500);

/// What an idle connection gets beyond the time that it was promised, for its last request to
/// cross the network. With the tick it stays below half a second.
const IDLE_GRACE: Duration = Duration::from_millis(300);

/// Bytes of response that one connection may send in one turn. It bounds how long a large
/// download keeps the others waiting.
pub const SEND_BUDGET: usize = 256 * 1024;

/// Bytes of response that all connections together may send in one phase of a turn: while events
/// are dealt with, and again while the ready queue is. It bounds how long a turn takes, however
/// many downloads there are.
pub const STAGE_SEND_BUDGET: usize = 2 * 1024 * 1024;

/// Each time that a download has come so many bytes further, as many beyond them are read from the
/// disk ahead, if they are not in memory: so the loop does not wait for the disk while it sends.
pub const READ_AHEAD: u64 = 1024 * 1024;

/// Requests that one connection may have answered in one turn, for the same reason.
pub const REQUEST_BUDGET: u32 = 32;

/// Everything that was asked for, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder that is served.
    pub root: PathBuf,
    /// The addresses that are listened on; at least one.
    pub listen: Vec<SocketAddr>,
    /// The log file, if there is to be one.
    pub log: Option<PathBuf>,
    /// How much memory the files that are kept from turn to turn may take, in bytes.
    pub cache_bytes: usize,
    /// How many of them may stay open.
    pub cache_files: usize,
    /// Whether requests are told on standard output.
    pub requests_printed: RequestsPrinted,
    /// Whether names that begin with a dot are served.
    pub dot_files: DotFiles,
    /// When clients are accepted.
    pub newcomers: Newcomers,
    /// Whether the process restricts itself once it has started.
    pub sandbox: Sandbox,
    /// What is shown of the loop.
    pub observing: Observing,
    /// The bounds on connections.
    pub limits: Limits,
}

/// What is shown of the loop: nothing, unless asked for. See [`crate::observe`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observing {
    /// Tell of each event on standard error, and then stand still for this long.
    pub trace: Option<Duration>,
    /// Write each event to this file.
    pub trace_file: Option<PathBuf>,
    /// Keep the last events, and write them to this file when asked.
    pub flight_recorder: Option<PathBuf>,
    /// Show the loop to browsers and collectors of metrics on this address. See [`crate::admin`].
    pub admin: Option<SocketAddr>,
}

impl Observing {
    /// Whether anything is asked for.
    pub fn is_on(&self) -> bool {
        *self != Self::default()
    }
}

/// Whether a line for each request goes to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestsPrinted {
    /// `GET / 200`.
    Yes,
    /// `--quiet`.
    No,
}

/// When clients are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newcomers {
    /// When they have connected.
    AtOnce,
    /// `--defer-accept`: when their first bytes have come, or after a second of silence.
    WithFirstBytes,
}

/// Whether the process gives up what it does not need; see [`crate::os::sandbox`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sandbox {
    /// `--sandbox`.
    On,
    /// The default, since a root that is made again leaves a sandbox's reach.
    Off,
}

/// The bounds on each connection and on all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a connection may stay idle between requests; zero turns keep-alive off.
    pub keep_alive: Duration,
    /// How many requests a connection may make; `None` is any number.
    pub keep_alive_requests: Option<NonZeroU32>,
    /// How long a connection may be silent after the accept, and how long a request head may
    /// take from its first byte.
    pub head_timeout: Duration,
    /// How long a response may go without progress.
    pub stall_timeout: Duration,
    /// How many connections there may be at once.
    pub max_connections: usize,
    /// How many descriptors there are for connections and the files that are being sent. See
    /// [`crate::os::descriptors`].
    pub max_descriptors: usize,
}

impl Limits {
    /// The length of each kind of deadline.
    pub fn duration_of(&self, deadline: Deadline) -> Duration {
        match deadline {
            Deadline::FirstByte | Deadline::Head => self.head_timeout,
            Deadline::Stall => self.stall_timeout,
            Deadline::Idle => self.keep_alive + IDLE_GRACE,
            Deadline::Closing => CLOSING_WITHIN,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            keep_alive: Duration::from_secs(10),
            keep_alive_requests: NonZeroU32::new(998),
            head_timeout: Duration::from_secs(10),
            stall_timeout: Duration::from_secs(30),
            max_connections: usize::MAX,
            max_descriptors: usize::MAX,
        }
    }
}

// The grace and the tick together are what the contract allows beyond the promise.
const _: () = assert!(IDLE_GRACE.as_millis() + TICK.as_millis() <= 500);
