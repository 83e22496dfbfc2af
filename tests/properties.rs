//! Properties that hold for any input, tried with inputs that proptest makes up. What must hold
//! for parser and resolver is said in the fuzzers' harness; here inputs are likelier, there more.

// A failing test is what panics are for here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "properties/dates.rs"]
mod date;
#[path = "properties/log.rs"]
mod log;
#[path = "properties/operator.rs"]
mod operator;
#[path = "properties/parsing.rs"]
mod parsing;
#[path = "fuzz/harness/request.rs"]
mod request;
#[path = "fuzz/harness/target.rs"]
mod target;
#[path = "properties/targets.rs"]
mod targets;

use proptest::test_runner::Config;

/// So many cases, and no file with past failures beside the sources: a failure prints its input,
/// which then becomes a test of its own.
fn cases(count: u32) -> Config {
    Config {
        cases: count,
        failure_persistence: None,
        ..Config::default()
    }
}
