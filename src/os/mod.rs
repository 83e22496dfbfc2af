//! What the server asks of the operating system, one subject per file.
//!
//! Invariant: no call in here makes the loop wait for a peer, a reader or a disk, but for
//! [`transport::Transport::send_file`] when a page of the file is not in memory.
//!
//! Must not know: HTTP, the states of a connection, the settings. A caller passes values.
//!
//! Read in this order: [`transport`] (what a connection needs of a socket), `listeners` with
//! `defer_accept` (where connections come from), [`descriptors`] (how many there can be),
//! `console` (lines for people), [`stop_signals`], [`sandbox`].

pub(crate) mod console;
mod defer_accept;
pub mod descriptors;
pub(crate) mod listeners;
pub mod sandbox;
pub mod stop_signals;
pub mod transport;
