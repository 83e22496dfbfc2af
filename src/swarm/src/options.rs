//! The command line → settings.

mod units;

use std::ffi::OsString;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser};
use millpond::cli::EarlyExit;

use self::units::{Share, parse_count, parse_duration, parse_hold, parse_positive_duration};
use crate::expectation::Expectation;
use crate::memory::ProcessId;
use crate::mix::Mix;
use crate::settings::{ClientTiming, Hold, Settings, Verbosity};
use crate::sources::Sources;
use crate::target::Target;

/// Connections per second unless `--ramp` says otherwise.
const RATE: u32 = 5_000;

const MIX_HELP: &str = "Behaviours by weight, as in idle=90,silent=2: idle (one GET, then \
                        nothing), silent (nothing at all), periodic (a GET every --period), drip \
                        (a head byte by byte), slow-reader, half-close (one GET, then our FIN), \
                        burst (pipelined GETs), late (a GET at about the end of the idle time \
                        that the server promises)";

const EXPECT_HELP: &str = "What must hold for exit status 0, as in 'survive@9s>=99.9%', \
                           'survive.idle@60s==100%', 'probe-p99<=50ms', 'refused==0', 'lost==0', \
                           'late-lost==0', 'bytes-per-connection<=100'; may be given several times";

/// Opens many HTTP/1.1 connections, holds them, and reports how they fared.
///
/// Exit status: 0 if all that was expected was found, 1 if not, 2 for options that can't be meant.
#[derive(Debug, Parser)]
#[command(name = "millpond-swarm", version)]
struct Options {
    /// The server: http://HOST:PORT/PATH; all but the host may be left out
    #[arg(default_value = "http://127.0.0.1:2130/", value_parser = Target::parse)]
    url: Target,

    /// How many connections to open
    #[arg(short, long, value_name = "N", default_value = "1000", value_parser = parse_count)]
    connections: u32,

    /// How long to hold them once they are open; 'forever' is until Ctrl-C
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parse_hold)]
    hold: Hold,

    /// Over how long to open them [default: 1s for each 5000]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    ramp: Option<Duration>,

    /// How many may wait for their connect or first answer at once
    #[arg(long, value_name = "N", default_value = "256", value_parser = parse_count)]
    under_way: u32,

    #[arg(long, default_value = "idle=1", value_parser = Mix::parse, help = MIX_HELP)]
    mix: Mix,

    /// Which share of the idle clients sends one more request, at some time of the hold
    #[arg(long, value_name = "SHARE", default_value = "1%")]
    probe: Share,

    /// From one GET of a periodic client to its next
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = parse_positive_duration)]
    period: Duration,

    /// From one byte of a dripped head to the next
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = parse_positive_duration)]
    drip: Duration,

    /// How many GETs a burst has
    #[arg(long, value_name = "N", default_value = "16", value_parser = parse_count)]
    burst: u32,

    /// Late requests are spread over this time before and after the end of the idle time
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = parse_duration)]
    late: Duration,

    /// The idle time of a server that promises none by Keep-Alive: timeout=N
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    idle_time: Option<Duration>,

    /// How many bytes per second a slow reader reads
    #[arg(long, value_name = "BYTES", default_value = "1024", value_parser = parse_count)]
    slow_rate: u32,

    /// What slow readers request, best a large file [default: the URL's path]
    #[arg(long, value_name = "PATH")]
    slow_path: Option<String>,

    /// How many source addresses to use [default: on loopback 256 or more, else the kernel's one]
    #[arg(long, value_name = "N", value_parser = parse_count)]
    source_addresses: Option<u32>,

    /// The first of them [default: 127.1.0.1]
    #[arg(long, value_name = "IPv4")]
    first_source: Option<Ipv4Addr>,

    /// The server's process, for its memory; may be given several times [default: those that listen
    /// at the URL's address]
    #[arg(long, value_name = "PID")]
    server_pid: Vec<ProcessId>,

    /// Write the report as JSON to this file; - is standard output, in place of the text
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write the report as a page with plots to this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    #[arg(long, value_name = "EXPECTATION", value_parser = Expectation::parse, help = EXPECT_HELP)]
    expect: Vec<Expectation>,

    /// Print nothing during the run
    #[arg(short, long)]
    quiet: bool,
}

/// Parses the command line, the program's name first. `descriptors` is the limit on descriptors.
pub fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    descriptors: u64,
) -> Result<Settings, EarlyExit> {
    let options: Options = read(arguments)?;
    options.into_settings(descriptors).map_err(EarlyExit::Usage)
}

impl Options {
    fn into_settings(self, descriptors: u64) -> Result<Settings, String> {
        check_descriptors(self.connections, descriptors)?;
        let sources = self.sources()?;
        let slow_target = match &self.slow_path {
            Some(path) => self.url.with_path(path),
            None => Ok(self.url.clone()),
        };
        let ramp = Duration::from_secs(1) * self.connections / RATE;
        Ok(Settings {
            slow_target: slow_target.map_err(|error| format!("--slow-path: {error}"))?,
            target: self.url,
            connections: self.connections,
            ramp: self.ramp.unwrap_or(ramp),
            under_way: self.under_way,
            hold: self.hold,
            mix: self.mix,
            probe: self.probe.0,
            timing: ClientTiming {
                period: self.period,
                drip: self.drip,
                burst: self.burst,
                late: self.late,
                idle_time: self.idle_time,
                slow_rate: self.slow_rate as usize,
            },
            sources,
            servers: self.server_pid,
            json: self.json,
            html: self.html,
            expectations: self.expect,
            verbosity: if self.quiet {
                Verbosity::ErrorsOnly
            } else {
                Verbosity::Progress
            },
        })
    }

    /// The source addresses. Only on loopback is an address known to be ours.
    fn sources(&self) -> Result<Option<Sources>, String> {
        let is_loopback = self.url.address.is_ipv4() && self.url.address.ip().is_loopback();
        let is_named = self.source_addresses.is_some() || self.first_source.is_some();
        let enough = Sources::enough_for(self.connections as usize);
        let (first, count) = match (self.first_source, self.source_addresses) {
            _ if is_named && !self.url.address.is_ipv4() => {
                return Err("source addresses are IPv4, and the server's is not".to_owned());
            }
            (None, None) if !is_loopback => return Ok(None),
            (None, Some(_)) if !is_loopback => {
                return Err("name the first source address with --first-source".to_owned());
            }
            (Some(first), None) if !is_loopback => (first, 1),
            (first, count) => (first.unwrap_or(Sources::FIRST), count.unwrap_or(enough)),
        };
        Sources::new(first, count).map(Some)
    }
}

/// Descriptors that are not for connections: the three standard streams, epoll, two for signals,
/// the terminal and the reports, and those that a shell or a test has left open.
const RESERVE: u64 = 32;

/// Each connection takes one descriptor; the rest of the process needs some too.
fn check_descriptors(connections: u32, descriptors: u64) -> Result<(), String> {
    let connections = u64::from(connections);
    let allowed = descriptors.saturating_sub(RESERVE).max(1);
    if connections <= allowed {
        return Ok(());
    }
    let processes = connections.div_ceil(allowed);
    let each = connections.div_ceil(processes);
    Err(format!(
        "{connections} connections are more than {descriptors} descriptors allow, which is \
         {allowed}; run {processes} processes of --connections {each} each, or raise the limit \
         (ulimit -Hn)"
    ))
}

/// Lets clap parse the command line.
fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Options, EarlyExit> {
    Options::try_parse_from(arguments).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => EarlyExit::Show(error.to_string()),
        _ => EarlyExit::Usage(one_line(&error.to_string(), Options::command().get_name())),
    })
}

/// Only the first paragraph of clap's message says what is wrong; the rest is usage.
fn one_line(message: &str, program: &str) -> String {
    let lines = message.lines().take_while(|line| !line.is_empty());
    let said = lines.map(str::trim).collect::<Vec<_>>().join(" ");
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    format!("{said}; see {program} --help")
}

#[cfg(test)]
mod tests;
