//! draft
pub mod clock; pub mod dates; pub mod escape; pub mod host; pub mod request; pub mod status; pub mod target; pub mod timeouts;
