//! `millpond-swarm` from outside: the real binary, against the real server and against servers that
//! misbehave in one way each.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic, in its helpers too"
)]
#![allow(unreachable_pub, reason = "support code is public to this crate only")]

mod behaviours;
mod expectations;
mod late;
mod misbehaving;
mod outcomes;
mod reports;
mod runner;
mod stops;

#[allow(
    dead_code,
    unused_imports,
    reason = "the server's tests need more of it"
)]
#[path = "../../../../tests/server/support/mod.rs"]
mod support;
