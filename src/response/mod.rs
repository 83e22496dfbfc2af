//! Which answer a request gets, the head of that answer, and what of it is still to be sent.
//!
//! Invariant: the status is chosen in one place ([`answer::to_request`]), and no byte that came from
//! the client stands in a head.
//!
//! Must not know: the file system and the socket. A file is a [`resource::Resource`] that
//! [`resource::Documents`] has found.
//!
//! Read in this order: `resource`, `answer`, `head` (with `file_fields`), `in_flight`;
//! [`listing`], which nothing here uses but `resource`.

pub mod answer;
mod file_fields;
pub mod head;
pub mod in_flight;
pub mod listing;
pub mod resource;
