//! Entity tags and declared encodings: see `harness/labels/mod.rs` for what must hold.
#![no_main]

#[path = "../harness/labels/mod.rs"]
mod labels;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| labels::check(bytes));
