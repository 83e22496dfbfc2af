//! The values of options: text to value, or the cure.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::os::unix::ffi::OsStrExt as _;
use std::str::FromStr;
use std::time::Duration;

use crate::http::authority;
use crate::http::profile::Profile;
use crate::os::listen_address::ListenAddress;

/// What is wrong with a value, and what to write in its place.
pub(crate) type Cure = &'static str;

/// Durations beyond a year are more likely a mistake than a wish.
const DURATION_MAX: Duration = Duration::from_secs(365 * 86_400);

fn read<T: FromStr>(text: &OsStr) -> Option<T> {
    text.to_str()?.parse().ok()
}

pub(super) fn text(text: &OsStr) -> Result<&str, Cure> {
    text.to_str().ok_or("not UTF-8; write it in ASCII")
}

/// A name below the root, without its first slash.
pub(super) fn name(text: &OsStr) -> Result<Box<[u8]>, Cure> {
    let name = text.as_bytes();
    let name = name.strip_prefix(b"/").unwrap_or(name);
    let mut parts = name.split(|&byte| byte == b'/');
    let leads_elsewhere = parts.any(|part| matches!(part, b"" | b"." | b".."));
    if leads_elsewhere {
        return Err("not the name of a file below the root; write one such as index.html");
    }
    Ok(name.into())
}

pub(super) fn profile(text: &OsStr) -> Result<Profile, Cure> {
    match text.to_str() {
        Some("four") => Ok(Profile::Four),
        Some("full") => Ok(Profile::Full),
        _ => Err("not a set of statuses; write four or full"),
    }
}

/// A port of this machine that no other machine can reach.
pub(super) fn local(port: u16) -> ListenAddress {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into()
}

pub(super) fn port(text: &OsStr) -> Result<u16, Cure> {
    read(text).ok_or("not a port; write a number up to 65535, such as 2130")
}

pub(super) fn address(text: &OsStr) -> Result<ListenAddress, Cure> {
    read(text).ok_or(
        "not an address with a port; write ADDR:PORT, [IPv6]:PORT, localhost:PORT, PORT (on 127.0.0.1) or :PORT (on all \
         interfaces), such as 127.0.0.1:2130",
    )
}

/// Seconds as a number, or with units as in `1m30s`.
pub(super) fn duration(text: &OsStr) -> Result<Duration, Cure> {
    let seconds = |text: &str| match text.parse() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => humantime::parse_duration(text).ok(),
    };
    text.to_str()
        .and_then(seconds)
        .filter(|&duration| duration <= DURATION_MAX)
        .ok_or("not a time up to a year; write seconds such as 10 or 0.5, or units such as 1m30s or 500ms")
}

/// Zero would close every connection before it could be used.
pub(super) fn positive_duration(text: &OsStr) -> Result<Duration, Cure> {
    match duration(text)? {
        Duration::ZERO => Err("must be more than 0; write seconds such as 10 or 0.5, or 1m30s"),
        duration => Ok(duration),
    }
}

/// Gives bytes.
pub(super) fn mebibytes(text: &OsStr) -> Result<usize, Cure> {
    let bytes = read(text).and_then(|count: usize| count.checked_mul(1 << 20));
    bytes.ok_or("not a number of MiB; write one such as 16")
}

pub(super) fn positive_mebibytes(text: &OsStr) -> Result<usize, Cure> {
    match mebibytes(text)? {
        0 => Err("must be more than 0; write a number of MiB such as 64"),
        bytes => Ok(bytes),
    }
}

/// Gives bytes. Less than 1 KiB would be too little for any browser. The shared read buffer is as large
/// as the longest head, hence the upper bound.
pub(super) fn head_kibibytes(text: &OsStr) -> Result<usize, Cure> {
    let count = read(text).filter(|count| (1..=1024).contains(count));
    let bytes = count.map(|count: usize| count << 10);
    bytes.ok_or("not a number of KiB from 1 to 1024; write one such as 16")
}

pub(super) fn bytes_a_second(text: &OsStr) -> Result<NonZeroU32, Cure> {
    let rate = read(text).and_then(NonZeroU32::new);
    rate.ok_or("not a number of bytes per second; write one such as 1000")
}

/// Gives `None` for 0, which is any number.
pub(super) fn requests(text: &OsStr) -> Result<Option<NonZeroU32>, Cure> {
    let count = read(text).map(NonZeroU32::new);
    count.ok_or("not a number of requests; write one such as 998, or 0 for any number")
}

pub(super) fn connections(text: &OsStr) -> Result<usize, Cure> {
    let count = read(text).filter(|&count| count > 0);
    count.ok_or("not a number of connections; write one from 1 on")
}

/// A host as it stands in a Host field, without a port.
pub(super) fn host(text: &OsStr) -> Result<String, Cure> {
    let text = text.to_str().unwrap_or_default();
    // Where a port stands already, another one can't follow.
    if authority::names_a_host(format!("{text}:1").as_bytes()) {
        Ok(text.to_owned())
    } else {
        Err("not a host name; write one without a port, such as server.example or [2001:db8::1]")
    }
}
