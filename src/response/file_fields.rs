//! The header fields that describe a file and nothing else, written once when the file is looked up
//! and not with each response.

use std::time::SystemTime;

use crate::http::date;
use crate::http::media_type::ContentType;

/// The names of fields, with colon and space.
const ETAG: &str = "ETag: ";
const LAST_MODIFIED: &str = "Last-Modified: ";
const CONTENT_TYPE: &str = "Content-Type: ";

/// `ETag`, Last-Modified, Content-Type, Content-Encoding and Content-Length of a file.
#[derive(Debug)]
pub(super) struct FileFields {
    /// The fields, each with its line end.
    all: Box<[u8]>,
    /// Where Last-Modified begins.
    last_modified: usize,
    /// Where Content-Type begins: there is no Last-Modified if the file has no time to tell.
    content: usize,
    /// Where Content-Encoding begins; where it would, if there is none.
    encoding: usize,
    /// Where Content-Length begins.
    length: usize,
}

impl FileFields {
    /// The fields of a file of this type. `modified` is in whole seconds.
    pub(super) fn new(
        content_type: &ContentType,
        length: u64,
        modified: Option<SystemTime>,
        tag: &str,
    ) -> Self {
        let tag = format!("{ETAG}{tag}\r\n");
        let last_modified = modified.map_or_else(String::new, |modified| {
            format!("{LAST_MODIFIED}{}\r\n", date::write(modified))
        });
        let encoding = content_type.encoding.map_or_else(String::new, |encoding| {
            format!("Content-Encoding: {encoding}\r\n")
        });
        let media_type = format!("{CONTENT_TYPE}{}\r\n{encoding}", content_type.text);
        let content = tag.len() + last_modified.len();
        let all = format!("{tag}{last_modified}{media_type}Content-Length: {length}\r\n");
        Self {
            last_modified: tag.len(),
            content,
            length: content + media_type.len(),
            encoding: content + media_type.len() - encoding.len(),
            all: all.into_bytes().into(),
        }
    }

    /// `ETag`, Last-Modified (if there is one), Content-Type, Content-Encoding (if there is one) and
    /// Content-Length.
    pub(super) fn all(&self) -> &[u8] {
        &self.all
    }

    /// `ETag`.
    pub(super) fn tag_field(&self) -> &[u8] {
        &self.all[..self.last_modified]
    }

    /// `ETag` and Last-Modified (if there is one).
    pub(super) fn validators(&self) -> &[u8] {
        &self.all[..self.content]
    }

    /// Content-Type, Content-Encoding (if there is one) and Content-Length.
    pub(super) fn content(&self) -> &[u8] {
        &self.all[self.content..]
    }

    /// Content-Type and Content-Encoding (if there is one).
    pub(super) fn media_type(&self) -> &[u8] {
        &self.all[self.content..self.length]
    }

    /// Content-Encoding (if there is one).
    pub(super) fn encoding(&self) -> &[u8] {
        &self.all[self.encoding..self.length]
    }

    /// Content-Length.
    pub(super) fn length(&self) -> &[u8] {
        &self.all[self.length..]
    }

    /// Whether the file is sent with a Content-Encoding of its own.
    pub(super) fn has_encoding(&self) -> bool {
        self.encoding < self.length
    }

    /// The tag, as it stands in `ETag`.
    pub(super) fn tag(&self) -> &[u8] {
        value(self.tag_field(), ETAG)
    }

    /// The date in Last-Modified, or nothing.
    pub(super) fn last_modified_text(&self) -> &[u8] {
        value(&self.all[self.last_modified..self.content], LAST_MODIFIED)
    }
}

fn value<'a>(field: &'a [u8], name: &str) -> &'a [u8] {
    field
        .strip_prefix(name.as_bytes())
        .and_then(|value| value.strip_suffix(b"\r\n"))
        .unwrap_or_default()
}
