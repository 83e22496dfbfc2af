//! The whole server from outside: the real binary, real sockets, real files.
//!
//! Each module is one subject of `docs`' contract; `support` starts servers and speaks HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic, in its helpers too"
)]
#![allow(unreachable_pub, reason = "support code is public to this crate only")]

mod bodies;
mod broken_off;
mod browser;
mod close_reasons;
mod conditions;
mod confinement;
mod console;
mod crowd;
mod deadlines;
mod downloads;
mod each_deadline;
mod error_pages;
mod framing;
mod keep_alive;
mod kept_files;
mod kept_refusals;
mod listen;
mod log;
mod log_faults;
mod log_fifo;
mod log_rotation;
mod log_shared;
mod log_start;
mod newcomers;
mod observing;
mod pieces;
mod pipelining;
mod recording;
mod reference;
mod root;
mod sandbox;
mod sandbox_inside;
mod shortage;
mod slow_reader;
mod start;
mod stop;
mod support;
mod swapped;
mod targets;
