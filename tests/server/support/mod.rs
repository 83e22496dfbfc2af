//! What every test needs: a site, a server on it, a client, answers to compare, the log.

pub mod answer;
pub mod client;
pub mod faulty;
pub mod full;
pub mod goodbye;
pub mod lacking;
pub mod load;
pub mod log;
pub mod pipe;
pub mod program;
pub mod python;
pub mod server;
pub mod site;
pub mod terminal;
/// The same reader as in the unit tests.
#[path = "../../../src/testing/trace_events.rs"]
pub mod trace_events;
pub mod wait;

pub use answer::Answer;
pub use client::Client;
pub use goodbye::Goodbye;
pub use server::Server;
pub use site::Site;
pub use wait::{PATIENCE, eventually};
