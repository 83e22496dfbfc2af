//! What was typed → what is meant.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::command_line::{self, NoConfig};
use crate::config::{
    BACKLOG, Config, DEFAULT_PORT, Limits, Newcomers, Observing, RequestsPrinted, Sandbox,
};
use crate::descriptors;
use crate::target::DotFiles;

/// Durations beyond this many seconds, a year, are more likely a mistake than a wish.
const SECONDS_MAX: f64 = 365.0 * 86_400.0;

/// Not a doc comment, in which brackets would be links.
const LISTEN_HELP: &str = "Address to listen on: ADDR:PORT, [IPv6]:PORT or PORT; may be given \
                           several times; port 0 lets the system choose [default: 127.0.0.1:2130]";

/// Serves the files of a folder over HTTP/1.1, on one thread.
#[derive(Debug, Parser)]
#[command(name = "millpond", version)]
// Switches are bools as they are typed; what they mean is an enum each, in `Config`.
#[allow(clippy::struct_excessive_bools)]
struct Options {
    /// The folder to serve
    #[arg(default_value = "www")]
    root: PathBuf,

    #[arg(short, long, value_name = "ADDRESS", value_parser = parse_address, help = LISTEN_HELP)]
    listen: Vec<SocketAddr>,

    /// Port to listen on, on 127.0.0.1: short for --listen PORT
    #[arg(short, long)]
    port: Option<u16>,

    /// The file that gets a row of CSV for each response
    #[arg(long, value_name = "FILE", default_value = "Log.csv")]
    log: PathBuf,

    /// Keep no log
    #[arg(long, conflicts_with = "log")]
    no_log: bool,

    /// Print no line for each request
    #[arg(short, long)]
    quiet: bool,

    /// Serve names that begin with a dot; without this only .well-known is served
    #[arg(long)]
    dot_files: bool,

    /// Accept clients with their first bytes, silent ones after a second (Linux)
    #[arg(long)]
    defer_accept: bool,

    /// After start-up, give up every right but to read the root and to write the log (Linux)
    #[arg(long)]
    sandbox: bool,

    /// Memory for files that are asked for again, in MiB; 0 keeps none
    #[arg(long, value_name = "MIB", default_value = "16", value_parser = parse_mebibytes)]
    cache: usize,

    /// How long a connection may be idle between requests; 0 closes it after each answer
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = parse_seconds)]
    keep_alive: Duration,

    /// How many requests a connection may make; 0 is any number
    #[arg(long, value_name = "N", default_value = "998")]
    keep_alive_requests: u32,

    /// How long a new connection may be silent, and how long a request head may take
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = parse_positive_seconds)]
    head_timeout: Duration,

    /// How long a response may go without progress
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = parse_positive_seconds)]
    stall_timeout: Duration,

    /// How many connections there may be at once [default: as many as the descriptors allow]
    #[arg(long, value_name = "N", value_parser = parse_count)]
    max_connections: Option<usize>,

    #[command(flatten)]
    observing: ObservingOptions,
}

/// To look at the loop while it works.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "To look at the loop")]
struct ObservingOptions {
    /// Tell on standard error what the loop does, event by event, in words
    #[arg(long)]
    trace: bool,

    /// With --trace: stand still for so long after each line; nobody is served meanwhile
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, requires = "trace")]
    slow_motion: Option<Duration>,

    /// Write every event to FILE, for ui.perfetto.dev and other viewers
    #[arg(long, value_name = "FILE")]
    trace_file: Option<PathBuf>,

    /// Keep the last events in memory (20 MiB at most); SIGUSR1 or a panic writes them to FILE
    #[arg(long, value_name = "FILE")]
    flight_recorder: Option<PathBuf>,

    /// Show the loop live in a browser, and as metrics, on ADDRESS: PORT (on 127.0.0.1) or ADDR:PORT
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    admin: Option<SocketAddr>,
}

impl ObservingOptions {
    fn into_observing(self) -> Observing {
        Observing {
            trace: self.trace.then(|| self.slow_motion.unwrap_or_default()),
            trace_file: self.trace_file,
            flight_recorder: self.flight_recorder,
            admin: self.admin,
        }
    }
}

/// Reads the command line, the program's name first. `descriptors` is the limit on descriptors.
pub fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    descriptors: u64,
) -> Result<Config, NoConfig> {
    let options: Options = command_line::read(arguments)?;
    Ok(options.into_config(descriptors))
}

impl Options {
    fn into_config(self, descriptors: u64) -> Config {
        let for_viewers = match self.observing.admin {
            Some(_) => descriptors::ADMIN_RESERVE,
            None => 0,
        };
        let allowed = descriptors::for_connections(descriptors.saturating_sub(for_viewers));
        let mut listen = self.listen;
        listen.extend(self.port.map(local));
        if listen.is_empty() {
            listen.push(local(DEFAULT_PORT));
        }
        Config {
            root: self.root,
            listen,
            log: (!self.no_log).then_some(self.log),
            cache_bytes: self.cache,
            cache_files: match self.cache {
                0 => 0,
                _ => descriptors::for_cache(descriptors),
            },
            requests_printed: if self.quiet {
                RequestsPrinted::No
            } else {
                RequestsPrinted::Yes
            },
            dot_files: if self.dot_files {
                DotFiles::Served
            } else {
                DotFiles::Hidden
            },
            newcomers: if self.defer_accept {
                Newcomers::WithFirstBytes
            } else {
                Newcomers::AtOnce
            },
            sandbox: if self.sandbox {
                Sandbox::On
            } else {
                Sandbox::Off
            },
            observing: self.observing.into_observing(),
            limits: Limits {
                keep_alive: self.keep_alive,
                keep_alive_requests: NonZeroU32::new(self.keep_alive_requests),
                head_timeout: self.head_timeout,
                stall_timeout: self.stall_timeout,
                max_connections: self.max_connections.unwrap_or(usize::MAX).min(allowed),
                max_descriptors: allowed,
            },
        }
    }
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let port = text.parse().map(local);
    port.or_else(|_| text.parse()).map_err(|_| {
        "no address; write ADDR:PORT, [IPv6]:PORT or PORT, such as 127.0.0.1:2130".to_owned()
    })
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().unwrap_or(f64::NAN);
    if (0.0..=SECONDS_MAX).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("no number of seconds up to a year; write one such as 10 or 0.5".to_owned())
    }
}

/// Zero would close every connection before it could be used.
fn parse_positive_seconds(text: &str) -> Result<Duration, String> {
    match parse_seconds(text)? {
        Duration::ZERO => Err("must be more than 0; write seconds such as 10 or 0.5".to_owned()),
        seconds => Ok(seconds),
    }
}

/// Gives bytes.
fn parse_mebibytes(text: &str) -> Result<usize, String> {
    let bytes = text
        .parse()
        .ok()
        .and_then(|count: usize| count.checked_mul(1 << 20));
    bytes.ok_or_else(|| "no number of MiB; write one such as 16".to_owned())
}

fn parse_count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("no number of connections; write one from 1 on".to_owned()),
    }
}

/// The line that says what holds, whatever was asked for.
pub fn banner(config: &Config, descriptors: u64) -> String {
    let limits = &config.limits;
    let reckoned = if limits.max_connections < limits.max_descriptors {
        "as asked for".to_owned()
    } else {
        let reserve = descriptors.saturating_sub(limits.max_connections as u64);
        format!("descriptors less {reserve} in reserve")
    };
    let requests = limits
        .keep_alive_requests
        .map_or("any number of".to_owned(), |most| most.to_string());
    let keep_alive = if limits.keep_alive.is_zero() {
        "off".to_owned()
    } else {
        format!("{} s, {requests} requests", limits.keep_alive.as_secs_f64())
    };
    let cache = match config.cache_bytes {
        0 => "no cache".to_owned(),
        bytes => format!("cache {} MiB", bytes >> 20),
    };
    let log = config
        .log
        .as_ref()
        .map_or("none".to_owned(), |path| format!("'{}'", path.display()));
    format!(
        "{} serves '{}'; {descriptors} descriptors, at most {} connections ({reckoned}), \
         backlog {BACKLOG}; {cache}; keep-alive {keep_alive}; head timeout {} s, stall timeout {} s; \
         log {log}",
        env!("CARGO_PKG_VERSION"),
        config.root.display(),
        limits.max_connections,
        limits.head_timeout.as_secs_f64(),
        limits.stall_timeout.as_secs_f64(),
    )
}

#[cfg(test)]
mod tests;
