//! The grammar of HTTP/1.1: text in, values out, and back.
//!
//! Invariant: everything here is a pure function of its arguments. The same bytes give the same
//! result however they were cut into pieces, and no input makes a function panic.
//!
//! Must not know: sockets, the file system, the clock, the log, or what a server does with a
//! request. Nothing here uses another module of the crate.
//!
//! Read in this order: [`request`] (bytes to request) with `head_end`, [`request_line`], [`method`],
//! [`header_fields`] and `refusal`; [`profile`];
//! [`target`] (request target to name below the root); [`authority`]; [`date`]; [`status`];
//! [`media_type`], with [`declared_encoding`] and `registered_types`, which it alone uses;
//! [`media_type_options`]; fields about the choice of an answer: [`list`], [`entity_tag`], [`range`]
//! with [`multipart`], and `preference` with [`accept`] and [`accept_encoding`]; [`header_rules`];
//! [`visible`].

pub mod accept;
pub mod accept_encoding;
pub mod authority;
pub mod date;
pub mod declared_encoding;
pub mod entity_tag;
mod head_end;
pub mod header_fields;
pub mod header_rules;
pub mod list;
pub mod media_type;
pub mod media_type_options;
pub mod method;
pub mod multipart;
mod preference;
pub mod profile;
pub mod range;
mod refusal;
mod registered_types;
pub mod request;
pub mod request_line;
pub mod status;
pub mod target;
pub mod visible;
