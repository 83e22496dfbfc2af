//! The whole server from outside: the real binary, real sockets, real files.
//!
//! Each module covers one subject of the contract in `docs`; `support` starts servers and speaks
//! HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic, in its helpers too"
)]
#![allow(unreachable_pub, reason = "support code is public to this crate only")]

mod aborted_replies;
mod bodies;
mod browser;
mod cached_files;
mod clean_urls;
mod close_reasons;
mod conditions;
mod confinement;
mod console;
mod cors;
mod crowd;
mod deadlines;
mod deferred_accept;
mod downloads;
mod each_deadline;
mod error_pages;
mod failed_accepts;
mod fallback;
mod framing;
mod full_conditions;
mod full_limits;
mod full_methods;
mod full_pages;
mod full_ranges;
mod full_redirects;
mod header_rules;
mod keep_alive;
mod keep_alive_refusals;
mod leased_files;
mod listen;
mod listing;
mod log;
mod log_faults;
mod log_fifo;
mod log_link;
mod log_lock;
mod log_output;
mod log_rotation;
mod log_shared;
mod log_start;
mod observing;
mod pieces;
mod pipelining;
mod precompressed;
mod private_files;
mod readme_table;
mod recipes;
mod recording;
mod reference;
mod root;
mod rules_in_heads;
mod sandbox;
mod sandbox_inside;
mod shortage;
mod signals;
mod slow_reader;
mod start;
mod stop;
mod support;
mod swapped_names;
mod targets;
mod types;
mod urgent;
