//! HTTP dates: text to time and back (RFC 9110, 5.6.7).
//!
//! The crate `httpdate` does both. This file adds the one form that the reference client sends and
//! the crate does not read, and keeps away the times on which the crate would panic.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use httpdate::HttpDate;

/// The first second of the year 10000, in seconds since 1970: the first time that an HTTP date
/// can't express, because its year has four digits.
const YEAR_10000: u64 = 253_402_300_800;

/// Reads a date in one of the three forms of RFC 9110, or in the form of RFC 5322 with the
/// zone `-0000` or `+0000`, which Python's `email.utils.formatdate` writes.
///
/// Anything else is `None`: an impossible day or hour, a weekday that does not belong to the date,
/// a quoted date, a list, text after the zone. The caller then ignores the field, as RFC 9110,
/// 13.1.3, says of If-Modified-Since.
pub fn parse(text: &str) -> Option<SystemTime> {
    if let Some(date) = text
        .strip_suffix(" -0000")
        .or_else(|| text.strip_suffix(" +0000"))
    {
        // Of the forms that may end in GMT, only IMF-fixdate has its comma in the fourth place.
        // No program writes `Sunday, 06-Nov-94 08:49:37 -0000`.
        let imf_fixdate = date.as_bytes().get(3) == Some(&b',');
        return imf_fixdate.then(|| read(&format!("{date} GMT"))).flatten();
    }
    read(text)
}

/// Reads one of the three forms of RFC 9110. `httpdate` trims white space first and would let
/// `"date\t"` pass; header values arrive trimmed, so white space that is left is an error.
fn read(text: &str) -> Option<SystemTime> {
    if text.trim() != text {
        return None;
    }
    text.parse::<HttpDate>().ok().map(SystemTime::from)
}

/// Writes a time as IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// A time that the format can't hold becomes the nearest one that it can, because the crate would
/// panic. Only a wall clock set to before 1970 leads to this; see [`representable`] for files.
pub fn write(time: SystemTime) -> HttpDate {
    HttpDate::from(clamp(time))
}

/// The nearest time that an HTTP date can hold. An RFC 3339 date, as in the log, can hold it too.
pub fn clamp(time: SystemTime) -> SystemTime {
    let last = UNIX_EPOCH + Duration::from_secs(YEAR_10000 - 1);
    time.clamp(UNIX_EPOCH, last)
}

/// The beginning of the second that contains `time`, which is all that an HTTP date tells of it.
pub fn whole_seconds(time: SystemTime) -> SystemTime {
    let since_1970 = clamp(time).duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(since_1970.as_secs())
}

/// A file's modification time in whole seconds, if it is fit for Last-Modified.
///
/// `None` before 1970 and after 9999, which the format can't hold, and for the first two seconds
/// of 1970: build tools and archives write 0 and 1 to say "no date".
pub fn representable(modified: SystemTime) -> Option<SystemTime> {
    let seconds = modified.duration_since(UNIX_EPOCH).ok()?.as_secs();
    (2..YEAR_10000)
        .contains(&seconds)
        .then(|| UNIX_EPOCH + Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn the_three_forms_and_a_numeric_zone_of_zero_are_read() {
        let table = [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777),
            ("Sun, 06 Nov 1994 08:49:37 -0000", 784_111_777),
            ("Sun, 06 Nov 1994 08:49:37 +0000", 784_111_777),
            ("Tue, 18 Apr 2023 23:16:36 -0000", 1_681_859_796),
            ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
            ("Fri, 31 Dec 9999 23:59:59 GMT", YEAR_10000 - 1),
        ];
        for (text, seconds) in table {
            assert_eq!(parse(text), Some(at(seconds)), "{text}");
        }
    }

    #[test]
    fn any_other_text_is_no_date() {
        let table = [
            "",
            "yesterday",
            "0",
            "784111777",
            "\"Sun, 06 Nov 1994 08:49:37 GMT\"",
            "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT; length=7",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun, 06 Nov 1994 08:49:37\tGMT",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 gmt",
            "Sun, 06 Nov 1994 08:49:37 -0100",
            "Sun, 06 Nov 1994 08:49:37 -0000 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT -0000",
            "Sunday, 06-Nov-94 08:49:37 -0000",
            "Sun Nov  6 08:49:37 1994 -0000",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Fri, 30 Feb 2024 00:00:00 GMT",
            "Wed, 29 Feb 2023 00:00:00 GMT",
            "Sun, 06 Nov 1994 25:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 0000 08:49:37 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
            "Sun, 06 Nov 19940 08:49:37 GMT",
            "Sün, 06 Nov 1994 08:49:37 GMT",
        ];
        for text in table {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_written_date_is_read_as_the_same_time() {
        for seconds in [2, 784_111_777, 1_709_164_800, YEAR_10000 - 1] {
            assert_eq!(parse(&write(at(seconds)).to_string()), Some(at(seconds)));
        }
        assert_eq!(
            write(at(784_111_777)).to_string(),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
    }

    #[test]
    fn a_time_outside_the_format_is_clamped_or_has_no_date() {
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(write(before).to_string(), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(
            write(at(YEAR_10000)).to_string(),
            "Fri, 31 Dec 9999 23:59:59 GMT"
        );
        let table = [
            (before, None),
            (at(0), None),
            (at(1), None),
            (at(2), Some(at(2))),
            (
                at(784_111_777) + Duration::from_millis(999),
                Some(at(784_111_777)),
            ),
            (at(YEAR_10000 - 1), Some(at(YEAR_10000 - 1))),
            (at(YEAR_10000), None),
        ];
        for (time, expected) in table {
            assert_eq!(representable(time), expected, "{time:?}");
        }
    }
}
