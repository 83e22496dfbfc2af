//! The settings that the rest of the server reads, checked, and their defaults.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::http::media_type::MediaTypes;
use crate::http::request::DEFAULT_HEAD_MAX;
use crate::os::listen_address::ListenAddress;
use crate::response::serving::Serving;

/// The port of the reference server.
const DEFAULT_PORT: u16 = 2130;

/// The file of the log.
pub(crate) const DEFAULT_LOG: &str = "Log.csv";

/// Every setting. [`Config::default`] is what holds when nothing is typed and descriptors are without
/// limit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Config {
    /// The folder that is served.
    pub root: PathBuf,
    /// The addresses that are listened on; at least one.
    pub listen: Vec<ListenAddress>,
    /// Where the log goes, if there is to be one.
    pub log: Option<LogTarget>,
    /// How much memory the file cache may take, in bytes.
    pub cache_bytes: usize,
    /// How many files the cache may hold open.
    pub cache_files: usize,
    /// Whether a line such as `GET / 200` goes to standard output for each request, unless the log goes
    /// there: see [`Config::prints_request_lines`].
    pub print_requests: bool,
    /// How requests are answered.
    pub serving: Serving,
    /// The media types of files.
    pub media_types: MediaTypes,
    /// The file of header rules, if there is one; see [`crate::http::header_rules`].
    pub headers: Option<PathBuf>,
    /// Whether a connection is accepted only when its first bytes have come, or after a second of
    /// silence.
    pub defer_accept: bool,
    /// Whether the process gives up what it does not need, once it has started; see
    /// [`crate::os::sandbox`]. Off by default, since a root that is deleted and made again lies beyond a
    /// sandbox's reach.
    pub sandbox: bool,
    /// What is shown of the loop.
    pub observing: Observing,
    /// The bounds on connections.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            root: "www".into(),
            listen: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT)).into()],
            log: Some(LogTarget::File(DEFAULT_LOG.into())),
            cache_bytes: 16 << 20,
            cache_files: 256,
            print_requests: true,
            serving: Serving::default(),
            media_types: MediaTypes::default(),
            headers: None,
            defer_accept: false,
            sandbox: false,
            observing: Observing::default(),
            limits: Limits::default(),
        }
    }
}

impl Config {
    /// Whether there is a line for each request on standard output. Not between the rows of a log.
    pub fn prints_request_lines(&self) -> bool {
        self.print_requests && self.log != Some(LogTarget::StandardOutput)
    }

    /// The path of the log, if it has one.
    pub fn log_path(&self) -> Option<&Path> {
        match &self.log {
            Some(LogTarget::File(path)) => Some(path),
            Some(LogTarget::StandardOutput) | None => None,
        }
    }
}

/// Where the rows of the log go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogTarget {
    /// To this file.
    File(PathBuf),
    /// To standard output, whatever that is. Nothing else goes there then.
    StandardOutput,
}

impl From<&OsStr> for LogTarget {
    /// `-` is standard output, and only that: `./-` is a file.
    fn from(argument: &OsStr) -> Self {
        match argument.to_str() {
            Some("-") => Self::StandardOutput,
            _ => Self::File(argument.into()),
        }
    }
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
    pub admin: Option<ListenAddress>,
    /// Names besides its own by which the live view may be asked for, without a port.
    pub admin_hosts: Vec<String>,
}

impl Observing {
    /// Whether anything is asked for.
    pub fn is_on(&self) -> bool {
        *self != Self::default()
    }
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
    /// The longest request head that is accepted, in bytes, with the empty lines before it. The read
    /// buffer that all connections share has this size.
    pub max_head: usize,
    /// How long a response may go without progress.
    pub stall_timeout: Duration,
    /// A response that has been sent more slowly than this, in bytes a second on average, may be
    /// evicted for a new connection; `None` evicts no response.
    pub min_send_rate: Option<NonZeroU32>,
    /// How many bytes of memory all connections together may hold for heads that are not whole and
    /// for responses that their clients do not read.
    pub buffers: usize,
    /// How many connections there may be at once.
    pub max_connections: usize,
    /// How many descriptors there are for connections and the files that are being sent. See
    /// [`crate::os::descriptors`].
    pub max_descriptors: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            keep_alive: Duration::from_secs(10),
            keep_alive_requests: NonZeroU32::new(998),
            head_timeout: Duration::from_secs(10),
            max_head: DEFAULT_HEAD_MAX,
            stall_timeout: Duration::from_secs(30),
            min_send_rate: None,
            buffers: 64 << 20,
            max_connections: usize::MAX,
            max_descriptors: usize::MAX,
        }
    }
}
