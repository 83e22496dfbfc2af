//! Parsers for durations, shares and counts.

use std::str::FromStr;
use std::time::Duration;

use crate::settings::Hold;

/// A longer time would not fit into the 32 bits of milliseconds of [`crate::timers`].
const LONGEST: Duration = Duration::from_secs(40 * 86_400);

/// A share of a whole, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Share(pub(super) f64);

impl FromStr for Share {
    type Err = String;

    /// Parses `1%`.
    fn from_str(text: &str) -> Result<Self, String> {
        text.strip_suffix('%')
            .and_then(|number| number.parse::<f64>().ok())
            .filter(|percent| (0.0..=100.0).contains(percent))
            .map(|percent| Self(percent / 100.0))
            .ok_or_else(|| "no share; write one from 0% to 100%, such as 0.1%".to_owned())
    }
}

pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        Ok(_) => Err("longer than 40 days".to_owned()),
        Err(_) => Err("no time; write one with its unit, such as 60s, 200ms or 2m".to_owned()),
    }
}

/// Zero is refused, since it would make the event loop spin.
pub(super) fn parse_positive_duration(text: &str) -> Result<Duration, String> {
    match parse_duration(text)? {
        duration if duration < Duration::from_millis(1) => Err("must be at least 1ms".to_owned()),
        duration => Ok(duration),
    }
}

pub(super) fn parse_hold(text: &str) -> Result<Hold, String> {
    match text {
        "forever" => Ok(Hold::Forever),
        text => parse_duration(text).map(Hold::For),
    }
}

/// Parses a number that is at least 1.
pub(super) fn parse_count(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("no number from 1 on".to_owned()),
    }
}
