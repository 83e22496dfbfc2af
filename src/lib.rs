//! **millpond**: a static-file HTTP/1.1 server on one thread and one mio `Poll`.
//!
//! This page is the map. Data goes one way through the server:
//!
//! ```text
//! bytes in ─▶ request ─▶ name ─▶ file ─▶ answer ─▶ head, body ─▶ bytes out ─▶ row of the log
//!  server      http      http    files   response    response     connection   log
//! ```
//!
//! and every room of the house looks downstairs only: it uses rooms of lower levels, never the
//! reverse. There are no callbacks upwards, no `Rc<RefCell>`, no globals and no `unsafe`. A test
//! (`tests/house.rs`) holds this table and the code against each other.
//!
//! | level | room | what it is for | core |
//! | --- | --- | --- | --- |
//! | 0 | [`error`] | what can keep the server from starting | |
//! | 0 | [`http`] | the grammar of HTTP/1.1, pure text | |
//! | 1 | [`clock`] | the time, read once per turn | |
//! | 2 | [`events`] | what can happen, as plain values | yes |
//! | 2 | [`os`] | the operating system behind small doors | yes |
//! | 3 | [`response`] | which answer, its head, and what of it is still to be sent | |
//! | 4 | [`config`] | the settings, checked | |
//! | 4 | [`files`] | a name below the root → an open file, never older than its request | |
//! | 5 | [`log`] | rows in memory, whole rows on disk; request lines | |
//! | 6 | [`connection`] | one connection: a state machine over a transport | yes |
//! | 7 | [`connection_table`] | all connections: queues, deadlines, the order of a turn | yes |
//! | 7 | [`observe`] | what is made of events: sentences, traces, a live model | |
//! | 8 | [`admin`] | the live view: a second, tiny HTTP server for onlookers | |
//! | 8 | [`cli`] | what was typed → settings, and what the operator is told back | |
//! | 9 | [`server`] | one `Poll`: the kernel's events become calls on the table | yes |
//!
//! [`connection`] and [`connection_table`] see a socket only as [`os::transport::Transport`], and
//! files only as [`response::resource::Documents`]. Tests replace both: a scripted stream drives a
//! connection through every split of its input and every short write, and the simulator drives the
//! whole table without a kernel.
//!
//! # In which order to read
//!
//! To understand the loop, read these and nothing else:
//!
//! 1. `server/mod.rs`: the loop around one `Poll`
//! 2. `connection_table/turn.rs`: the order of a turn, one iteration of the loop
//! 3. `server/token.rs`: which event is for which connection
//! 4. `server/accept.rs`: new connections
//! 5. `connection_table/mod.rs`: events, the ready queue, what a step's result asks for
//! 6. `connection_table/lifecycle.rs`: how connections begin and end
//! 7. `connection_table/timeouts.rs`: deadlines in constant time
//! 8. `connection/mod.rs`: the state machine
//! 9. `connection/state.rs`: the states and their deadlines
//! 10. `connection/step.rs`: budgets, and how a step ends
//! 11. `connection/read.rs`: input → requests
//! 12. `connection/respond.rs`: request → answer, written as far as the socket takes it
//! 13. `connection/send.rs`: the rest of it
//! 14. `connection/close.rs`: what follows a response
//!
//! For HTTP: [`http::request`], [`http::target`], [`response::answer`], [`response::head`]. For what
//! is written down: [`log::access_log`], `log::file`. `docs/ARCHITECTURE.md` has the bird's eye view
//! and the recipes for changes, `docs/readiness.md` follows one request through all of it,
//! `docs/design.md` says why it is built so, and `docs/observing.md` shows the loop at work.
//!
//! The load client, `millpond-swarm`, is a package of its own; its map is in
//! `src/swarm/src/main.rs`.

pub mod admin;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connection;
pub mod connection_table;
pub mod error;
pub mod events;
pub mod files;
pub mod http;
pub mod log;
pub mod observe;
pub mod os;
pub mod response;
pub mod server;

#[cfg(test)]
mod testing;
