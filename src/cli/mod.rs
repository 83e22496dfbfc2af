//! The command line: what was typed becomes a [`Config`], and the operator is told what came of it.
//!
//! Invariant: an option is one row of `table::options`, and but for `combinations` and the texts that an
//! operator reads, no other file of `src/` names it. What is
//! parsed and what `--help` says come from that row; README's table is held against it by a test.
//!
//! It must not know how a setting is used: it checks that a value makes sense by itself and beside the
//! others, and neither opens a file nor binds a socket.
//!
//! To be read in this order: `option` (what a row says), `table` (the rows), `values` (text to value),
//! `draft` (the settings so far), `parse` (word by word), `combinations` (which options exclude
//! each other), `suggest` (what a typo meant), `help` and `banner` (what is printed), `exit`
//! (the end of a program that has nothing to run; `millpond-swarm` ends with it too).

mod banner;
mod combinations;
mod draft;
mod exit;
mod help;
pub(crate) mod option;
mod parse;
mod suggest;
pub(crate) mod table;
mod values;

use std::ffi::OsString;

pub use self::banner::banner;
use self::draft::Wanted;
pub use self::exit::{EarlyExit, print_error};
use crate::config::Config;
use crate::log::escape;

/// Reads the command line, the program's name first. `descriptors` is the limit on descriptors.
pub fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    descriptors: u64,
) -> Result<Config, EarlyExit> {
    let draft = parse::read(arguments).map_err(|mistake| usage(&mistake))?;
    match draft.wanted {
        Some(Wanted::Help) => Err(EarlyExit::Show(help::help())),
        Some(Wanted::Version) => Err(EarlyExit::Show(help::VERSION.to_owned())),
        None => Ok(draft.into_config(descriptors)),
    }
}

/// The mistake may quote what was typed, which must not reach a terminal as it is.
fn usage(mistake: &str) -> EarlyExit {
    let mut line = String::new();
    escape::append(&mut line, mistake.as_bytes());
    EarlyExit::Usage(format!("{line}; see millpond --help"))
}

#[cfg(test)]
mod tests;
