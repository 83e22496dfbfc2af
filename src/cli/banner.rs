//! The first line of diagnostics: the settings and limits that hold, whether typed or by default.

use crate::config::{Config, LogTarget};
use crate::os::bind::BACKLOG;

/// The settings and limits that hold. `descriptors` is the limit on descriptors.
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
    let log = match &config.log {
        Some(LogTarget::File(path)) => format!("'{}'", path.display()),
        Some(LogTarget::StandardOutput) => "on standard output".to_owned(),
        None => "none".to_owned(),
    };
    format!(
        "{} serves '{}'; {descriptors} descriptors, at most {} connections ({reckoned}), \
         backlog {BACKLOG}; {cache}; keep-alive {keep_alive}; heads up to {} KiB; head timeout {} s, \
         stall timeout {} s; log {log}",
        env!("CARGO_PKG_VERSION"),
        config.root.display(),
        limits.max_connections,
        limits.max_head >> 10,
        limits.head_timeout.as_secs_f64(),
        limits.stall_timeout.as_secs_f64(),
    )
}
