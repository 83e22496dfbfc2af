pub mod console;
mod defer_accept;
pub mod descriptors;
pub mod file_identity;
pub mod listeners;
pub mod sandbox;
mod seccomp;
pub mod stop_signals;
pub mod transport;
