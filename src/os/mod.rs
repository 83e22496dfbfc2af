//! What the server asks of the operating system, one subject per file.
//!
//! Invariant: no call makes the loop wait for a peer, or for a reader of our output. Only reading a
//! file may wait, for the disk.
//!
//! Must not know: HTTP, the states of a connection, the settings. A caller passes values.
//!
//! Read in this order: [`transport`] (what a connection needs of a socket); [`listen_address`],
//! [`bind`], `listeners`, `defer_accept` and `refuse_handshakes` (where connections come from, and how that
//! ends); [`descriptors`] and [`spare_descriptors`] (how many there can be); [`file_identity`], `links` and
//! `regular_file`; `console` (lines for people); [`stop_signals`]; [`sandbox`] and `seccomp`.

pub mod bind;
pub(crate) mod console;
mod defer_accept;
pub mod descriptors;
pub mod file_identity;
pub(crate) mod links;
pub mod listen_address;
pub(crate) mod listeners;
mod refuse_handshakes;
pub(crate) mod regular_file;
pub mod sandbox;
mod seccomp;
pub mod spare_descriptors;
pub mod stop_signals;
pub mod transport;
