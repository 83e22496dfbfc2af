//! The target resolver: see `harness/target.rs` for what must hold.
#![no_main]

#[path = "../harness/target.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| target::check(bytes));
