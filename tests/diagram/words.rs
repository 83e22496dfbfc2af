//! The table in words: for those who can't see the picture, and for the design.

use std::fmt::Write as _;

use millpond::events::state::{StateName, TRANSITIONS};

/// What stands for outside where a way begins.
const BEGIN: &str = "the listener";
/// And where one ends.
const END: &str = "closed";

/// All ways in one paragraph.
pub(crate) fn description() -> String {
    let sentences: Vec<String> = TRANSITIONS
        .iter()
        .map(|way| {
            let from = way.from.map_or(BEGIN, StateName::name);
            let to = way.to.map_or(END, StateName::name);
            format!("From {from} to {to}: {}.", way.when)
        })
        .collect();
    sentences.join(" ")
}

/// All ways as a table.
pub(crate) fn table() -> String {
    let mut table = "\n| from | to | when |\n| --- | --- | --- |\n".to_owned();
    for way in TRANSITIONS {
        let from = way.from.map_or(BEGIN, StateName::name);
        let to = way.to.map_or(END, StateName::name);
        writeln!(table, "| {from} | {to} | {} |", way.when).unwrap();
    }
    table.push('\n');
    table
}
