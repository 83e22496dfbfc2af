//! The live view from outside: the real binary with `--admin`, real clients, each answer whole.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic, in its helpers too"
)]
#![allow(unreachable_pub, reason = "support code is public to this crate only")]

#[allow(dead_code, unused_imports, reason = "it serves more tests than these")]
#[path = "../server/support/mod.rs"]
mod support;

mod counts;
mod events;
mod refusals;
mod routes;
mod viewed;
mod viewers;
