//! What was typed → what is meant.

mod banner;
pub mod exit;
mod help;
mod parse;
mod values;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

pub use self::banner::banner;
use crate::cli::exit::EarlyExit;
use crate::config::{Config, DEFAULT_PORT, Limits, Newcomers, Observing, RequestsPrinted, Sandbox};
use crate::http::target::DotFiles;
use crate::os::descriptors;

/// Memory for files that are asked for again, in bytes, unless told otherwise.
const CACHE: usize = 16 << 20;

/// What was typed, and nothing else.
#[derive(Debug, Default)]
// Switches are bools as they are typed; what they mean is an enum each, in `Config`.
#[allow(clippy::struct_excessive_bools)]
struct Options {
    root: Option<PathBuf>,
    listen: Vec<SocketAddr>,
    port: Option<u16>,
    log: Option<PathBuf>,
    no_log: bool,
    quiet: bool,
    dot_files: bool,
    defer_accept: bool,
    sandbox: bool,
    cache: Option<usize>,
    keep_alive: Option<Duration>,
    keep_alive_requests: Option<u32>,
    head_timeout: Option<Duration>,
    stall_timeout: Option<Duration>,
    max_connections: Option<usize>,
    observing: ObservingOptions,
}

/// To look at the loop while it works.
#[derive(Debug, Default)]
struct ObservingOptions {
    trace: bool,
    slow_motion: Option<Duration>,
    trace_file: Option<PathBuf>,
    flight_recorder: Option<PathBuf>,
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
) -> Result<Config, EarlyExit> {
    Ok(parse::read(arguments)?.into_config(descriptors))
}

impl Options {
    fn into_config(self, descriptors: u64) -> Config {
        let defaults = Limits::default();
        let cache = self.cache.unwrap_or(CACHE);
        let for_viewers = match self.observing.admin {
            Some(_) => descriptors::ADMIN_RESERVE,
            None => 0,
        };
        let allowed = descriptors::for_connections(descriptors.saturating_sub(for_viewers));
        let mut listen = self.listen;
        listen.extend(self.port.map(values::local));
        if listen.is_empty() {
            listen.push(values::local(DEFAULT_PORT));
        }
        Config {
            root: self.root.unwrap_or_else(|| "www".into()),
            listen,
            log: (!self.no_log).then(|| self.log.unwrap_or_else(|| "Log.csv".into())),
            cache_bytes: cache,
            cache_files: match cache {
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
                keep_alive: self.keep_alive.unwrap_or(defaults.keep_alive),
                keep_alive_requests: match self.keep_alive_requests {
                    Some(most) => NonZeroU32::new(most),
                    None => defaults.keep_alive_requests,
                },
                head_timeout: self.head_timeout.unwrap_or(defaults.head_timeout),
                stall_timeout: self.stall_timeout.unwrap_or(defaults.stall_timeout),
                max_connections: self.max_connections.unwrap_or(usize::MAX).min(allowed),
                max_descriptors: allowed,
                ..defaults
            },
        }
    }
}

#[cfg(test)]
mod tests;
