//! Replays the fuzzers' committed corpus, each file through the function that the fuzzer calls:
//! whatever was once interesting is tried with every `cargo test`, without a fuzzer at hand.

// A failing test is what panics are for here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "fuzz/harness/connection/mod.rs"]
mod connection;
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
        // The name of a file is all that a reader needs to run the fuzzer on it alone.
        let outcome = std::panic::catch_unwind(|| check(&bytes));
        assert!(outcome.is_ok(), "{} fails", path.display());
        count += 1;
    }
    println!("{name}: {count} inputs replayed");
    assert!(count > 0, "{} is empty", folder.display());
}

#[test]
fn requests() {
    replay("request", request::check);
}

#[test]
fn targets() {
    replay("target", target::check);
}

#[test]
fn connections() {
    replay("connection", connection::check);
}
