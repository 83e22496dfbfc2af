//! The table of transitions as text: for readers that cannot see the picture, and for the design.

use std::fmt::Write as _;

use millpond::events::state::{StateName, TRANSITIONS};

/// Where a transition begins that has no state before it.
const BEGIN: &str = "the listener";
/// Where a transition ends that has no state after it.
const END: &str = "closed";

/// All transitions in one paragraph.
pub(crate) fn description() -> String {
    let sentences: Vec<String> = TRANSITIONS
        .iter()
        .map(|transition| {
            let from = transition.from.map_or(BEGIN, StateName::name);
            let to = transition.to.map_or(END, StateName::name);
            format!("From {from} to {to}: {}.", transition.when)
        })
        .collect();
    sentences.join(" ")
}

/// All transitions as a table.
pub(crate) fn table() -> String {
    let mut table = "\n| from | to | when |\n| --- | --- | --- |\n".to_owned();
    for transition in TRANSITIONS {
        let from = transition.from.map_or(BEGIN, StateName::name);
        let to = transition.to.map_or(END, StateName::name);
        writeln!(table, "| {from} | {to} | {} |", transition.when).unwrap();
    }
    table.push('\n');
    table
}
