//! The header rules: see `harness/header_rules.rs` for what must hold.
#![no_main]

#[path = "../harness/header_rules.rs"]
mod header_rules;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| header_rules::check(bytes));
