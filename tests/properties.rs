//! Properties that hold for any input, tried with inputs that proptest generates. The fuzzers'
//! harness says what must hold for parser and resolver; the inputs here are likelier, those of the
//! fuzzers are more.

// A failing test panics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "properties/dates.rs"]
mod date;
#[path = "properties/encodings.rs"]
mod encodings;
#[path = "properties/header_rules.rs"]
mod header_rules;
#[path = "properties/log.rs"]
mod log;
#[path = "fuzz/harness/negotiation.rs"]
mod negotiation;
#[path = "properties/negotiation.rs"]
mod negotiations;
#[path = "properties/operator.rs"]
mod operator;
#[path = "properties/parsing.rs"]
mod parsing;
#[path = "fuzz/harness/request.rs"]
mod request;
#[path = "fuzz/harness/header_rules.rs"]
mod rules;
#[path = "fuzz/harness/target.rs"]
mod target;
#[path = "properties/targets.rs"]
mod targets;

use proptest::test_runner::Config;

/// This number of cases, and no file with past failures beside the sources: a failure prints its
/// input, which then gets a test of its own.
fn cases(count: u32) -> Config {
    Config {
        cases: count,
        failure_persistence: None,
        ..Config::default()
    }
}
