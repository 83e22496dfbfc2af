//! Which answer a request gets, the head of that answer, and what of it is still to be sent.
//!
//! Invariant: the status is chosen in one place ([`answer::to_request`]), and no byte that came from
//! the client stands in a head but for Location, where all are visible ASCII.
//!
//! Must not know: the file system and the socket. A file is a [`resource::Resource`] that
//! [`resource::Documents`] has found.
//!
//! Read in this order: [`serving`] (the settings), [`resource`], [`answer`] with `selection` (which file),
//! `redirect`, [`representation`] (which form of it), `conditions`, [`pages`]; [`head`] with `file_fields`,
//! [`extra`] and [`cors`]; [`piece`], [`body`] with `answer_body` and [`parts`]; [`in_flight`]; [`listing`].

pub mod answer;
mod answer_body;
pub mod body;
mod conditions;
pub mod cors;
pub mod extra;
mod file_fields;
pub mod head;
pub mod in_flight;
pub mod listing;
pub mod pages;
pub mod parts;
pub mod piece;
mod redirect;
pub mod representation;
pub mod resource;
mod selection;
pub mod serving;
