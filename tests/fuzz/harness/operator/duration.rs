//! A duration is read as a second and slower reading of it says, is no longer than a year, and is the
//! same when it is printed and read again.

use std::time::Duration;

/// The longest that is taken.
const YEAR: u128 = 365 * 86_400 * SECOND;
const SECOND: u128 = 1_000_000_000;

/// Units and their lengths in nanoseconds.
const UNITS: [(&str, u128); 9] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND),
    ("sec", SECOND),
    ("m", 60 * SECOND),
    ("min", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("days", 86_400 * SECOND),
];

pub(super) fn check(text: &str) {
    let found = super::read("keep-alive", text).map(|config| config.limits.keep_alive);
    if let Some(exact) = with_units(text) {
        let expected = (exact <= YEAR).then_some(exact);
        assert_eq!(found.map(|time| time.as_nanos()), expected, "{text:?}");
    }
    if let Some(exact) = decimal(text) {
        check_decimal(text, exact, found);
    }
    let positive = super::read("head-timeout", text).map(|config| config.limits.head_timeout);
    assert_eq!(positive, found.filter(|time| !time.is_zero()), "{text:?}");
    let Some(time) = found else {
        return;
    };
    assert!(time.as_nanos() <= YEAR, "{text:?} is longer than a year");
    let printed = format!("{}s{}ns", time.as_secs(), time.subsec_nanos());
    let again = super::read("keep-alive", &printed).map(|config| config.limits.keep_alive);
    assert_eq!(again, Some(time), "{text:?}, printed as {printed:?}");
}

/// A number of seconds may lose what a `f64` can't hold.
fn check_decimal(text: &str, exact: u128, found: Option<Duration>) {
    let error = 8 + exact / (1 << 50);
    match found {
        Some(time) => assert!(
            time.as_nanos().abs_diff(exact) <= error,
            "{text:?} is {time:?}"
        ),
        None => assert!(exact + error > YEAR, "{text:?} is refused"),
    }
}

/// The nanoseconds of `1m30s` and the like: numbers of at most 18 digits, with a unit of the table each.
fn with_units(mut text: &str) -> Option<u128> {
    let mut sum = 0;
    while !text.is_empty() {
        let (number, rest) = split(text, u8::is_ascii_digit);
        let (name, rest) = split(rest, u8::is_ascii_alphabetic);
        let number: u128 = number.parse().ok().filter(|_| number.len() <= 18)?;
        let (_, length) = UNITS.iter().find(|(unit, _)| *unit == name)?;
        // The library adds up in 64 bits.
        sum += Some(number * length).filter(|&part| part < u128::from(u64::MAX))?;
        text = rest;
    }
    (sum > 0).then_some(sum)
}

/// The nanoseconds of a plain decimal number, with a point in it or not, of at most 18 digits on either
/// side.
fn decimal(text: &str) -> Option<u128> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |digits: &str| {
        (1..=18).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    (is_number(whole) && is_number(part)).then_some(())?;
    let nanos: u128 = format!("{part:0<18}").parse().ok()?;
    Some(whole.parse::<u128>().ok()? * SECOND + nanos / SECOND)
}

fn split(text: &str, is_in: impl Fn(&u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().take_while(is_in).count())
}
