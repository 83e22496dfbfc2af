//! The header fields that describe a file and nothing else, written once when the file is looked up
//! and not with each response.

use std::time::SystemTime;

use crate::http::date;
use crate::http::media_type::ContentType;

/// The field's name, colon and space.
const LAST_MODIFIED: &str = "Last-Modified: ";

/// Last-Modified, Content-Type, Content-Encoding and Content-Length of a file.
#[derive(Debug)]
pub(super) struct FileFields {
    /// The fields, each with its line end.
    all: Box<[u8]>,
    /// How many bytes of them are Last-Modified; 0 if the file has no time to tell.
    last_modified: usize,
}

impl FileFields {
    /// The fields of a file of this type. `modified` is in whole seconds.
    pub(super) fn new(
        content_type: &ContentType,
        length: u64,
        modified: Option<SystemTime>,
    ) -> Self {
        let last_modified = modified.map_or_else(String::new, |modified| {
            format!("{LAST_MODIFIED}{}\r\n", date::write(modified))
        });
        let encoding = content_type.encoding.map_or_else(String::new, |encoding| {
            format!("Content-Encoding: {encoding}\r\n")
        });
        let content = format!(
            "Content-Type: {}\r\n{encoding}Content-Length: {length}\r\n",
            content_type.text
        );
        Self {
            all: [last_modified.as_bytes(), content.as_bytes()]
                .concat()
                .into(),
            last_modified: last_modified.len(),
        }
    }

    /// Last-Modified (if there is one), Content-Type, Content-Encoding (if there is one) and
    /// Content-Length.
    pub(super) fn all(&self) -> &[u8] {
        &self.all
    }

    /// Content-Type, Content-Encoding (if there is one) and Content-Length.
    pub(super) fn content(&self) -> &[u8] {
        &self.all[self.last_modified..]
    }

    /// Last-Modified, or nothing.
    pub(super) fn last_modified(&self) -> &[u8] {
        &self.all[..self.last_modified]
    }

    /// The date in Last-Modified, or nothing.
    pub(super) fn last_modified_text(&self) -> &[u8] {
        self.last_modified()
            .strip_prefix(LAST_MODIFIED.as_bytes())
            .and_then(|date| date.strip_suffix(b"\r\n"))
            .unwrap_or_default()
    }
}
