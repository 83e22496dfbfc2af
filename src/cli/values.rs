//! The values of options, and what is said of those that can't be meant.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Durations beyond this many seconds, a year, are more likely a mistake than a wish.
const SECONDS_MAX: f64 = 365.0 * 86_400.0;

/// A port of this machine, for nobody else.
pub(super) fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

pub(super) fn port(text: &str) -> Result<u16, &'static str> {
    let port = text.parse();
    port.map_err(|_| "no port; write a number up to 65535, such as 2130")
}

pub(super) fn address(text: &str) -> Result<SocketAddr, &'static str> {
    let port = text.parse().map(local);
    port.or_else(|_| text.parse())
        .map_err(|_| "no address; write ADDR:PORT, [IPv6]:PORT or PORT, such as 127.0.0.1:2130")
}

pub(super) fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().unwrap_or(f64::NAN);
    if (0.0..=SECONDS_MAX).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("no number of seconds up to a year; write one such as 10 or 0.5")
    }
}

/// Zero would close every connection before it could be used.
pub(super) fn positive_seconds(text: &str) -> Result<Duration, &'static str> {
    match seconds(text)? {
        Duration::ZERO => Err("must be more than 0; write seconds such as 10 or 0.5"),
        seconds => Ok(seconds),
    }
}

/// Gives bytes.
pub(super) fn mebibytes(text: &str) -> Result<usize, &'static str> {
    let bytes = text
        .parse()
        .ok()
        .and_then(|count: usize| count.checked_mul(1 << 20));
    bytes.ok_or("no number of MiB; write one such as 16")
}

pub(super) fn requests(text: &str) -> Result<u32, &'static str> {
    let count = text.parse();
    count.map_err(|_| "no number of requests; write one such as 998, or 0 for any number")
}

pub(super) fn connections(text: &str) -> Result<usize, &'static str> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("no number of connections; write one from 1 on"),
    }
}
