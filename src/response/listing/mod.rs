//! The page that shows what is in a folder (`--listing`), as text for people or for programs.
//!
//! Pure: a page goes in, and the text comes out. `crate::files` finds out what is in the
//! folder.

/// What the client wants to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingFormat {
    /// A page for people.
    Html,
    /// The same for programs.
    Json,
}

impl ListingFormat {
    /// The value of Content-Type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}
