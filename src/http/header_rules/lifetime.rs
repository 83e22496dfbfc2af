//! Which Cache-Control may stand on an error page: none that keeps the page for long, or a file that is
//! there again a minute later stays "not found" for a year.

/// The longest lifetime of an error page, in seconds.
const ERROR_MAX: u64 = 60;

/// Whether the value keeps an answer for no longer than an error page may be kept.
pub(super) fn is_short(value: &str) -> bool {
    value.split(',').all(is_short_directive)
}

fn is_short_directive(directive: &str) -> bool {
    let (name, argument) = directive.split_once('=').unwrap_or((directive, ""));
    let name = name.trim().to_ascii_lowercase();
    match name.as_str() {
        "immutable" => false,
        "max-age" | "s-maxage" => {
            let seconds = argument.trim().trim_matches('"');
            // What can't be read may be long.
            seconds
                .parse()
                .is_ok_and(|seconds: u64| seconds <= ERROR_MAX)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_of_a_minute_is_short() {
        for value in [
            "no-cache",
            "no-store",
            "max-age=60",
            "public, max-age=0, s-maxage=60",
            "Max-Age=\"5\"",
            "private",
        ] {
            assert!(is_short(value), "{value}");
        }
        for value in [
            "immutable",
            "max-age=61",
            "public,s-maxage=3600",
            "no-cache, IMMUTABLE",
            "max-age=99999999999999999999999",
            "max-age",
            "max-age=-1",
            "MAX-AGE = 100",
        ] {
            assert!(!is_short(value), "{value}");
        }
    }
}
