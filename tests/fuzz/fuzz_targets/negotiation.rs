//! The fields about the choice of an answer: see `harness/negotiation.rs` for what must hold.
#![no_main]

#[path = "../harness/negotiation.rs"]
mod negotiation;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| negotiation::check(bytes));
