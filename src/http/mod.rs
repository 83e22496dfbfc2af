pub mod authority;
pub mod date;
mod header_fields;
pub mod media_type;
pub mod request;
pub mod status;
pub mod target;
