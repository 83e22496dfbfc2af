//! Replays the fuzzers' committed corpus, each file through the function that the fuzzer calls:
//! every `cargo test` repeats each input that was once interesting, without a fuzzer installed.

// A failing test panics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "fuzz/harness/connection/mod.rs"]
mod connection;
#[path = "fuzz/harness/header_rules.rs"]
mod header_rules;
#[path = "fuzz/harness/labels/mod.rs"]
mod labels;
#[path = "fuzz/harness/negotiation.rs"]
mod negotiation;
#[path = "fuzz/harness/operator/mod.rs"]
mod operator;
#[path = "fuzz/harness/request.rs"]
mod request;
#[path = "fuzz/harness/target.rs"]
mod target;

use std::fs;
use std::path::Path;

fn replay(name: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/corpus")
        .join(name);
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        // The file's name is all that is needed to run the fuzzer on it alone.
        let outcome = std::panic::catch_unwind(|| check(&bytes));
        assert!(outcome.is_ok(), "{} fails", path.display());
        count += 1;
    }
    println!("{name}: {count} inputs replayed");
    assert!(count > 0, "{} is empty", folder.display());
}

#[test]
fn every_request_of_the_corpus_is_parsed_as_promised() {
    replay("request", request::check);
}

#[test]
fn every_target_of_the_corpus_is_resolved_as_promised() {
    replay("target", target::check);
}

#[test]
fn every_choice_of_the_corpus_is_made_as_promised() {
    replay("negotiation", negotiation::check);
}

#[test]
fn every_connection_of_the_corpus_keeps_its_promises() {
    replay("connection", connection::check);
}

#[test]
fn every_option_value_of_the_corpus_is_read_as_promised() {
    replay("operator", operator::check);
}

#[test]
fn every_tag_and_encoding_of_the_corpus_is_found_as_promised() {
    replay("labels", labels::check);
}

#[test]
fn every_header_rule_of_the_corpus_keeps_its_promises() {
    replay("header_rules", header_rules::check);
}
