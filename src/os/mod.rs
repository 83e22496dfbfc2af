//! The operating system behind small doors: sockets, descriptors, standard streams, the sandbox.

pub mod bind;
pub mod console;
mod defer_accept;
pub mod descriptors;
pub mod file_identity;
pub mod listeners;
pub mod sandbox;
pub mod stop_signals;
pub mod transport;
