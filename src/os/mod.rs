//! What the server asks of the operating system, one subject per file.
//!
//! Invariant: no call makes the loop wait for a peer, or for a reader of our output. Only reading a
//! file may wait, for the disk.
//!
//! Must not know: HTTP, the states of a connection, the settings. A caller passes values.
//!
//! Read in this order: [`transport`] (what a connection needs of a socket), `listeners` with
//! `defer_accept` (where connections come from), [`descriptors`] (how many there can be), [`file_identity`],
//! `console` (lines for people), [`stop_signals`], [`sandbox`].

pub(crate) mod console;
mod defer_accept;
pub mod descriptors;
pub mod file_identity;
pub(crate) mod links;
pub(crate) mod listeners;
pub mod sandbox;
pub mod stop_signals;
pub mod transport;
