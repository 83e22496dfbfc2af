//! The options: one row each.
//!
//! To add one: a field and its default in [`crate::config`], a row in a file beside this one, and the
//! place that uses it.

mod about;
mod limits;
mod observing;
mod serving;

use super::option::{Opt, VALUE, put};

/// The one argument that is not an option. It has a row, since it sets a setting as options do.
pub(crate) const ROOT: Opt = Opt {
    long: "root",
    value: Some("ROOT"),
    default: Some("www"),
    help: "The folder to serve",
    set: |to, path| put(&mut to.config.root, Ok(path.into())),
    ..VALUE
};

/// All options, in the order of `--help`.
pub(crate) fn options() -> impl Iterator<Item = &'static Opt> {
    let groups = [serving::ROWS, limits::ROWS, about::ROWS, observing::ROWS];
    groups.into_iter().flatten()
}

pub(crate) fn find_by_name(long: &str) -> Option<&'static Opt> {
    options().find(|option| option.long == long)
}

pub(crate) fn find_by_letter(short: char) -> Option<&'static Opt> {
    options().find(|option| option.short == Some(short))
}
