//! An open file → what is served of it: its content or beginning, its entity tag, its type.

use std::borrow::Cow;
use std::cell::Cell;
use std::fs::File;
use std::io::ErrorKind;
use std::rc::Rc;
use std::time::SystemTime;

use super::content_tag;
use super::fingerprint::Fingerprint;
use super::hidden::Hidden;
use super::root::lookup_error;
use crate::http::date;
use crate::http::declared_encoding::BEGINNING;
use crate::http::media_type::{ContentType, MediaTypes};
use crate::os::transport::read_at;
use crate::response::resource::{Content, LookupError, Resource, SMALL};

/// How many bytes are read for entity tags in one turn before the next request has to wait for a later
/// turn: with the last file, twice as many at most.
const DIGESTED_PER_TURN: u64 = content_tag::DIGEST_MAX;

/// Reads files, and counts what it reads.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) hidden: Hidden,
    pub(super) media_types: MediaTypes,
    /// How many bytes of small files are in memory: in the cache, and in responses that are not sent
    /// yet, which may outlive their entry in the cache.
    live_bytes: Rc<Cell<usize>>,
    /// How many bytes have been read for entity tags in this turn.
    digested: u64,
}

impl Reader {
    pub(super) fn begin_turn(&mut self) {
        self.digested = 0;
    }

    pub(super) fn has_read_enough(&self) -> bool {
        self.digested >= DIGESTED_PER_TURN
    }

    pub(super) fn live_bytes(&self) -> usize {
        self.live_bytes.get()
    }

    /// What is served for `path`, where this file was found. `now` is the time of the wall clock.
    pub(super) fn read(
        &mut self,
        path: &[u8],
        file: File,
        fingerprint: &Fingerprint,
        now: SystemTime,
    ) -> Result<Resource<File>, LookupError> {
        let identity = &fingerprint.identity;
        if self.hidden.is_written(identity) || self.hidden.is_rules(identity) {
            return Err(LookupError::NotFound);
        }
        let length = fingerprint.length;
        let content = if length <= SMALL {
            Content::Bytes(read_whole(&file, length)?)
        } else {
            Content::File(Rc::new(file))
        };
        // Before the tag: no digest is made of a log that is not served.
        let content_type = self.examine(path, &content)?;
        let tag = self.tag_of(&content, fingerprint, now)?;
        let modified = fingerprint.modified();
        let modified = modified.filter(|&time| date::representable(time).is_some());
        let resource = Resource::new(path, &content_type, length, modified, &tag, content);
        Ok(resource.counted(&self.live_bytes))
    }

    /// A document that no file holds. It has no time: its tag alone tells whether it has changed.
    pub(super) fn generated(
        &self,
        path: &[u8],
        media_type: &'static str,
        text: String,
    ) -> Resource<File> {
        let content_type = ContentType {
            text: Cow::Borrowed(media_type),
            encoding: None,
        };
        let tag = content_tag::of_bytes(text.as_bytes());
        let length = text.len() as u64;
        let content = Content::Bytes(text.into_bytes().into());
        let resource = Resource::new(path, &content_type, length, None, &tag, content);
        resource.counted(&self.live_bytes)
    }

    fn tag_of(
        &mut self,
        content: &Content<File>,
        fingerprint: &Fingerprint,
        now: SystemTime,
    ) -> Result<String, LookupError> {
        let file = match content {
            Content::Bytes(bytes) => return Ok(content_tag::of_bytes(bytes)),
            Content::File(file) => file,
        };
        let tag = content_tag::of_file(file, fingerprint, now);
        let (tag, read) = tag.map_err(|error| lookup_error(&error))?;
        self.digested += read;
        Ok(tag)
    }

    /// The type of the file at `path`, unless it is a log. Both may need the beginning of a file that is
    /// not in memory: a document may declare its encoding there.
    fn examine(&self, path: &[u8], content: &Content<File>) -> Result<ContentType, LookupError> {
        let read;
        let beginning = match content {
            Content::Bytes(bytes) => bytes,
            Content::File(file) => {
                let has_declaration = self.media_types.depends_on_content(path);
                let declaration = if has_declaration { BEGINNING } else { 0 };
                // The file is longer than SMALL, and so than either.
                let needed = declaration.max(self.hidden.beginning_length());
                read = read_whole(file, needed as u64)?;
                &read
            }
        };
        if self.hidden.is_log(beginning) {
            return Err(LookupError::NotFound);
        }
        let beginning = &beginning[..beginning.len().min(BEGINNING)];
        Ok(self.media_types.of_file(path, beginning))
    }
}

/// Reads the first `length` bytes: those that Content-Length will promise, or fewer. A file that
/// turns out shorter is being rewritten at this moment, and a file that can't be read has no content.
/// Both are "not found", which is still possible because no head has been sent.
fn read_whole(file: &File, length: u64) -> Result<Rc<[u8]>, LookupError> {
    let mut bytes = vec![0; usize::try_from(length).map_err(|_| LookupError::NotFound)?];
    let mut filled = 0;
    while filled < bytes.len() {
        match read_at(file, &mut bytes[filled..], filled as u64) {
            Ok(0) => return Err(LookupError::NotFound),
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(lookup_error(&error)),
        }
    }
    Ok(bytes.into())
}
