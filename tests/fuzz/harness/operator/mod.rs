//! What the operator types: addresses to listen on, and durations. The first byte says which.

mod address;
mod duration;

use std::ffi::OsString;

use millpond::cli::{self, EarlyExit};
use millpond::config::Config;

/// Panics if a parser breaks a promise on `bytes`.
pub(crate) fn check(bytes: &[u8]) {
    let Some((&kind, rest)) = bytes.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return;
    };
    if kind % 2 == b'a' % 2 {
        address::check(text);
    } else {
        duration::check(text);
    }
}

/// The settings with this value of an option, or `None` if it is refused, in one line of plain
/// characters.
fn read(option: &str, value: &str) -> Option<Config> {
    let arguments = ["millpond".to_owned(), format!("--{option}={value}")];
    match cli::parse(arguments.map(OsString::from), 1024) {
        Ok(config) => Some(config),
        Err(EarlyExit::Usage(line)) => {
            assert!(!line.contains(char::is_control), "{line:?}");
            None
        }
        Err(shown) => panic!("{value:?} shows {shown:?}"),
    }
}
