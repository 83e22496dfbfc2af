//! The request parser: see `harness/request.rs` for what must hold.
#![no_main]

#[path = "../harness/request.rs"]
mod request;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| request::check(bytes));
