//! The command line, word by word: each option is looked up in the table.

use std::ffi::{OsStr, OsString};

use lexopt::Arg::{Long, Short, Value};
use lexopt::Parser;

use super::draft::{Draft, Mistake};
use super::option::Opt;
use super::table::{self, ROOT};

/// Reads what was typed, the program's name first. Nothing behind an option that asks for a text, such
/// as `--help`, is read: with a text there is no server for it to configure.
pub(super) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Draft, Mistake> {
    let mut words = Parser::from_iter(arguments);
    let mut draft = Draft::new();
    while let Some(word) = words.next().map_err(|error| error.to_string())? {
        let option = match word {
            Short(letter) => table::find_by_letter(letter)
                .ok_or_else(|| format!("there is no option '-{letter}'"))?,
            Long(name) => {
                table::find_by_name(name).ok_or_else(|| format!("there is no option '--{name}'"))?
            }
            Value(root) => {
                set_root(&mut draft, &root)?;
                continue;
            }
        };
        let value = read_value(option, &mut words)?;
        set(&mut draft, option, &value)?;
        if draft.wanted.is_some() {
            return Ok(draft);
        }
    }
    draft.check_combinations()?;
    Ok(draft)
}

fn set_root(draft: &mut Draft, root: &OsStr) -> Result<(), Mistake> {
    if draft.is_given(ROOT.long) {
        let root = root.to_string_lossy();
        return Err(format!("one folder too many: '{root}'"));
    }
    set(draft, &ROOT, root)
}

/// A switch has no value; its setter does not look at the empty one.
fn read_value(option: &Opt, words: &mut Parser) -> Result<OsString, Mistake> {
    if option.value.is_none() {
        return Ok(OsString::new());
    }
    let value = words.value();
    value.map_err(|_| format!("'--{}' needs a value", option.long))
}

/// Stores the value of an option. A second one is a mistake, unless the option may be repeated: one of
/// the two would be lost in silence.
fn set(draft: &mut Draft, option: &Opt, value: &OsStr) -> Result<(), Mistake> {
    let long = option.long;
    (option.set)(draft, value).map_err(|cure| {
        let value = value.to_string_lossy();
        format!("invalid value '{value}' for '--{long}': {cure}")
    })?;
    if draft.is_given(long) && !option.may_repeat {
        return Err(format!("'--{long}' is given more than once"));
    }
    draft.note_given(long);
    Ok(())
}
