//! **millpond**: a static-file HTTP/1.1 server on one thread and one mio `Poll`.
//!
//! This page is the map. The server is a house in which data walks one way:
//!
//! ```text
//! bytes in ─▶ request ─▶ target ─▶ resource ─▶ answer ─▶ response ─▶ bytes out ─▶ log row
//!  server      parse      name      open        decide    head        connection   access_log
//! ```
//!
//! and in which everybody looks downstairs only: a module uses modules of lower levels, never the
//! reverse. There are no callbacks upwards, no `Rc<RefCell>`, no globals and no `unsafe`.
//!
//! | level | module | its one responsibility |
//! | --- | --- | --- |
//! | 0 | [`status`] | the four statuses |
//! | 0 | [`cause`] | why connections end |
//! | 0 | [`error`] | what can keep the server from starting |
//! | 0 | [`descriptors`] | what the process's descriptors are enough for |
//! | 0 | [`dates`] | HTTP dates, read and written |
//! | 0 | [`host`] | the grammar of an authority |
//! | 0 | [`target`] | request target → name below the root |
//! | 0 | [`media_type`] | file name → Content-Type |
//! | 0 | [`pages`] | the error pages that are built in |
//! | 0 | [`command_line`] | what a command line may be in place of settings, and how that is told |
//! | 0 | [`escape`] | text from strangers, made safe to print |
//! | 0 | [`key`] | the name of a connection |
//! | 0 | [`states`] | the states by name, and the table of ways between them |
//! | 0 | [`peer`] | a client's address in 18 bytes |
//! | 0 | [`stop_signals`] | the second signal to stop ends the process at once |
//! | 0 | [`timeouts`] | deadlines in constant time |
//! | 0 | [`transport`] | what a connection needs of a stream, and mio's `TcpStream` as one |
//! | 1 | [`config`] | the settings, checked |
//! | 1 | [`clock`] | one reading of time a turn |
//! | 1 | [`access_log`] | a response → a row of CSV, in memory |
//! | 1 | [`request`] | bytes → request, or "not yet", or "no" |
//! | 1 | [`resource`] | name → open regular file, confined beneath the root |
//! | 1 | [`exchange`] | a response on its way: what is left to send |
//! | 2 | [`answer`] | request → status and file |
//! | 2 | [`request_lines`] | a response → a line on standard output, in memory |
//! | 2 | [`observer`] | who watches the loop: one method for each thing that happens in it |
//! | 3 | [`shared`] | what all connections share |
//! | 3 | [`response`] | answer → head bytes |
//! | 4 | [`connection`] | the states of one connection, and what drives them |
//! | 5 | [`pond`] | all connections: slab, ready queue, deadlines |
//! | 6 | [`console`] | lines for people that never make the server wait |
//! | 6 | [`listeners`] | the listening sockets, and the gate for newcomers |
//! | 6 | [`log_file`] | the log's file: whole rows, whatever happens |
//! | 6 | [`sandbox`] | rights that are given up after the start |
//! | 7 | [`observers`] | what is made of the events: a narration, a file, a record of the last of them, a view of now |
//! | 8 | [`admin`] | the live view: a listener and viewers of its own in the same loop |
//! | 9 | [`server`] | the loop: the kernel's events → calls on the pond |
//! | 10 | [`options`] | what was typed → what is meant |
//!
//! Levels 0 to 3 never see a socket. [`connection`] and [`pond`] see a
//! [`transport::Transport`] and a [`clock::Clock`], which tests replace: a scripted stream drives
//! a connection through every split of its input and every short write.
//!
//! The workspace's other package, `millpond-swarm`, is the clients' side of the same idea; its map
//! is in `src/swarm/src/main.rs`.
//!
//! # The states of a connection
//!
//! ```text
//!             a whole head                 all sent, kept
//! accept ─▶ Reading ─────────▶ Responding ────────────────▶ Idle
//!             ▲  ▲                │   │                       │ bytes
//!             │  └────────────────┘   │ all sent, not kept    │
//!             │     more is here      ▼                       │
//!             │                    Closing ─▶ closed          │
//!             └───────────────────────────────────────────────┘
//! ```
//!
//! Every state but Closing can also be closed at once: by the peer's end, a reset, or a deadline;
//! Responding also when the client asked for the end, and has sent nothing after that.
//! All ways there are stand in [`states::TRANSITIONS`].
//!
//! # In which order to read
//!
//! For the loop: [`server::Server::run`] and its turn, [`pond`], [`connection`], [`timeouts`].
//! For HTTP: [`request`], [`target`], [`answer`], [`response`]. For what is written down:
//! [`access_log`], [`log_file`]. `docs/readiness.md` follows one request through all of it, and
//! `docs/design.md` says why it is built so. To see the loop at work: `docs/observing.md`.

pub mod access_log;
pub mod admin;
pub mod answer;
pub mod cause;
pub mod clock;
pub mod command_line;
pub mod config;
pub mod connection;
pub mod console;
pub mod dates;
pub mod descriptors;
pub mod error;
pub mod escape;
pub mod exchange;
pub mod host;
pub mod key;
pub mod listeners;
pub mod log_file;
pub mod media_type;
pub mod observer;
pub mod observers;
pub mod options;
pub mod pages;
pub mod peer;
pub mod pond;
pub mod request;
pub mod request_lines;
pub mod resource;
pub mod response;
pub mod sandbox;
pub mod server;
pub mod shared;
pub mod states;
pub mod status;
pub mod stop_signals;
pub mod target;
pub mod timeouts;
pub mod transport;

#[cfg(test)]
mod testing;
