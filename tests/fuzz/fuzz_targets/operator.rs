//! What the operator types: see `harness/operator/mod.rs` for what must hold.
#![no_main]

#[path = "../harness/operator/mod.rs"]
mod operator;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| operator::check(bytes));
