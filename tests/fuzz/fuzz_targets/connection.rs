//! A whole connection in a connection table: see `harness/connection/mod.rs` for what must hold.
#![no_main]

#[path = "../harness/connection/mod.rs"]
mod connection;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| connection::check(bytes));
