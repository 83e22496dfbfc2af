//! HTTP dates: every second survives a round trip in each form, and no text makes the parser panic.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use millpond::http::date::{clamp, parse, representable, whole_seconds, write};
use proptest::prelude::*;

use crate::cases;

/// The first second that has no date, in the year 10000.
const END: u64 = 253_402_300_800;

/// The end of the range that RFC 850 dates can express here: 1970 to 2069.
const RFC_850_END: u64 = 3_155_760_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The other forms of an IMF-fixdate: as the reference client writes it, as RFC 850, as asctime.
fn other_forms(fixdate: &str, seconds: u64) -> Vec<String> {
    let long = [
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
    ];
    let (weekday, day, month) = (&fixdate[..3], &fixdate[5..7], &fixdate[8..11]);
    let (year, time) = (&fixdate[12..16], &fixdate[17..25]);
    let mut forms = vec![
        fixdate.replace("GMT", "-0000"),
        fixdate.replace("GMT", "+0000"),
        format!(
            "{weekday} {month} {:>2} {time} {year}",
            day.trim_start_matches('0')
        ),
    ];
    if seconds < RFC_850_END {
        let long = long.iter().find(|name| name.starts_with(weekday)).unwrap();
        forms.push(format!("{long}, {day}-{month}-{} {time} GMT", &year[2..]));
    }
    forms
}

proptest! {
    #![proptest_config(cases(8_000))]

    #[test]
    fn every_second_is_read_back_from_each_form(seconds in prop_oneof![0..END, 0..RFC_850_END]) {
        let text = write(at(seconds)).to_string();
        prop_assert_eq!(text.len(), 29);
        prop_assert_eq!(parse(&text), Some(at(seconds)), "{}", text);
        for form in other_forms(&text, seconds) {
            prop_assert_eq!(parse(&form), Some(at(seconds)), "{}", form);
        }
    }

    #[test]
    fn any_time_can_be_written(seconds in 0..u64::MAX >> 2, nanoseconds in 0..1_000_000_000_u32, before: bool) {
        let distance = Duration::new(seconds, nanoseconds);
        let time = if before {
            UNIX_EPOCH.checked_sub(distance)
        } else {
            UNIX_EPOCH.checked_add(distance)
        };
        prop_assume!(time.is_some());
        let time = time.unwrap();
        let text = write(time).to_string();
        prop_assert_eq!(parse(&text), Some(whole_seconds(time)));
        prop_assert!((at(0)..at(END)).contains(&clamp(time)));
        if let Some(told) = representable(time) {
            prop_assert_eq!(parse(&write(told).to_string()), Some(told));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
        let _ = parse(&text);
    }

    /// One wrong character causes no panic either, and a date that is still read can be written.
    #[test]
    fn a_date_with_a_wrong_character_is_read_or_refused(seconds in 0..END, place in 0..29_usize, character: char) {
        let mut text = write(at(seconds)).to_string();
        text.replace_range(place..=place, &character.to_string());
        if let Some(time) = parse(&text) {
            prop_assert_eq!(parse(&write(time).to_string()), Some(time));
        }
    }
}
