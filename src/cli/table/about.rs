//! Options about the program itself.

use crate::cli::draft::Wanted;
use crate::cli::option::{Opt, SWITCH, put};

pub(super) const ROWS: &[Opt] = &[
    Opt {
        long: "help",
        short: Some('h'),
        help: "Print this help",
        set: |to, _| put(&mut to.wanted, Ok(Some(Wanted::Help))),
        ..SWITCH
    },
    Opt {
        long: "version",
        short: Some('V'),
        help: "Print the version",
        set: |to, _| put(&mut to.wanted, Ok(Some(Wanted::Version))),
        ..SWITCH
    },
];
