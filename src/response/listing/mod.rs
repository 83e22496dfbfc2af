//! The page that shows what is in a folder (`--listing`), as text for people or for programs.
//!
//! Pure: a page goes in, and the text comes out. `crate::files` finds out what is in the
//! folder. Whatever a name holds, the text shows all of it and links to that entry.
//!
//! Read in this order: [`place`] (the order, and where a page begins), [`page`], `html`, `json`.

mod html;
mod json;
pub mod page;
pub mod place;

use self::page::Page;

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

/// The text of a page.
pub fn render(page: &Page, format: ListingFormat) -> String {
    match format {
        ListingFormat::Html => html::render(page),
        ListingFormat::Json => json::render(page),
    }
}

#[cfg(test)]
mod tests;
