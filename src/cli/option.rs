//! What a row of the table says of an option.

use std::ffi::OsStr;

use super::draft::Draft;
use super::values::Cure;

/// An option, as data: for the parser and `--help`, and for whatever else is to know the options.
#[derive(Debug)]
pub(crate) struct Opt {
    /// Its name, without the dashes.
    pub(crate) long: &'static str,
    pub(crate) short: Option<char>,
    /// What its value is called; `None` for a switch.
    pub(crate) value: Option<&'static str>,
    /// What holds without it, as it would be typed or in words.
    pub(crate) default: Option<&'static str>,
    pub(crate) help: &'static str,
    pub(crate) group: Group,
    /// Whether it may be given again: a list grows, and a switch stays on.
    pub(crate) may_repeat: bool,
    /// Reads the value, which is empty for a switch, and stores it.
    pub(crate) set: fn(&mut Draft, &OsStr) -> Result<(), Cure>,
}

impl Opt {
    /// Its name among environment variables: `MILLPOND_KEEP_ALIVE`.
    // No variable is read yet. The name stands here, so that all names of an option come from its row.
    #[cfg_attr(not(test), expect(dead_code))]
    pub(crate) fn env(&self) -> String {
        let name = self.long.replace('-', "_").to_ascii_uppercase();
        format!("MILLPOND_{name}")
    }
}

/// Where `--help` shows an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Ordinary,
    Observing,
}

impl Group {
    /// In the order in which they are shown.
    pub(crate) const ALL: [Self; 2] = [Self::Ordinary, Self::Observing];

    pub(crate) fn heading(self) -> &'static str {
        match self {
            Self::Ordinary => "Options",
            Self::Observing => "To look at the loop",
        }
    }
}

/// What the row of a switch need not say.
pub(crate) const SWITCH: Opt = Opt {
    long: "",
    short: None,
    value: None,
    default: None,
    help: "",
    group: Group::Ordinary,
    may_repeat: true,
    set: |_, _| Ok(()),
};

/// What the row of an option with a value need not say.
pub(crate) const VALUE: Opt = Opt {
    may_repeat: false,
    ..SWITCH
};

/// Stores a value that makes sense.
pub(crate) fn put<T>(to: &mut T, value: Result<T, Cure>) -> Result<(), Cure> {
    *to = value?;
    Ok(())
}
