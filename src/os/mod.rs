pub mod console;
mod defer_accept;
pub mod descriptors;
pub mod file_identity;
pub(crate) mod links;
pub mod listeners;
pub mod sandbox;
pub mod stop_signals;
pub mod transport;
