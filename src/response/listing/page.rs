//! One page of a listing, as values.

use std::time::SystemTime;

use super::place::{Kind, Place};
use crate::http::date;

/// One page of what is in a folder.
#[derive(Debug)]
pub struct Page<'a> {
    /// The name of the folder below the root; empty for the root.
    pub folder: &'a [u8],
    /// Whether entries come before this page.
    pub is_continued: bool,
    /// What the page shows, in order.
    pub entries: Vec<Entry>,
    /// Behind which place the next page begins, if there is one.
    pub next: Option<Place>,
}

impl Page<'_> {
    /// The path of the folder as a client asks for it, not encoded.
    pub(super) fn path(&self) -> Vec<u8> {
        match self.folder {
            b"" => b"/".to_vec(),
            folder => [b"/", folder, b"/"].concat(),
        }
    }
}

/// A file or folder of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its kind and name.
    pub place: Place,
    /// Its length in bytes. Of no meaning for a folder.
    pub length: u64,
    /// Its modification time, if it has one.
    pub modified: Option<SystemTime>,
}

impl Entry {
    /// Its length, if it is a file.
    pub(super) fn file_length(&self) -> Option<u64> {
        (self.place.kind == Kind::File).then_some(self.length)
    }

    /// When it was modified, such as `2026-11-25T11:02:57Z`, if that is a time to tell.
    pub(super) fn modified_text(&self) -> Option<String> {
        let modified = date::representable(self.modified?)?;
        Some(humantime::format_rfc3339_seconds(modified).to_string())
    }
}
