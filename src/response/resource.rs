//! What a response is made from: a file that was looked up, and the trait through which it is.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use super::file_fields::FileFields;
use super::listing::ListingFormat;
use crate::http::date;
use crate::http::declared_encoding::BEGINNING;
use crate::http::media_type::{ContentType, MediaTypes};

/// Files up to this length, in bytes, are read into memory when they are looked up, and are sent
/// in one write together with their head. For longer files one more system call costs less than
/// the copy that it spares.
pub const SMALL: u64 = 16 * 1024;

/// A regular file, open or read.
#[derive(Debug)]
pub struct Resource<F> {
    /// Its name below the root.
    pub path: Box<[u8]>,
    /// Its length in bytes when it was looked up: the length that is promised and sent.
    pub length: u64,
    /// Its modification time in whole seconds, if it is one to tell (see
    /// [`date::representable`]).
    pub modified: Option<SystemTime>,
    /// The same with its part of a second, which tells two files of one second apart.
    pub(super) modified_exactly: Option<SystemTime>,
    /// Its content.
    pub content: Content<F>,
    pub(super) fields: FileFields,
    /// Counts the content while any response or cache holds it.
    live: Option<LiveBytes>,
}

/// Bytes that are counted for as long as this value lives.
#[derive(Debug)]
struct LiveBytes {
    counter: Rc<Cell<usize>>,
    bytes: usize,
}

impl Drop for LiveBytes {
    fn drop(&mut self) {
        self.counter.set(self.counter.get() - self.bytes);
    }
}

/// Where the bytes of a resource come from.
#[derive(Debug)]
pub enum Content<F> {
    /// All of them, in memory.
    Bytes(Rc<[u8]>),
    /// A file to send from, shared by all responses that found it unchanged.
    File(Rc<F>),
}

impl<F> Resource<F> {
    /// What was found at `path`. `modified` is exact; what clients are told is cut to whole seconds. `tag` is the entity tag, with its
    /// quotes.
    pub fn new(
        path: &[u8],
        content_type: &ContentType,
        length: u64,
        modified: Option<SystemTime>,
        tag: &str,
        content: Content<F>,
    ) -> Self {
        let modified_exactly = modified;
        let modified = modified.map(date::whole_seconds);
        Self {
            path: path.into(),
            length,
            modified,
            modified_exactly,
            content,
            fields: FileFields::new(content_type, length, modified, tag),
            live: None,
        }
    }

    /// The same, with its content in memory added to `counter` for as long as it lives.
    #[must_use]
    pub fn counted(mut self, counter: &Rc<Cell<usize>>) -> Self {
        let bytes = self.bytes().len();
        counter.set(counter.get() + bytes);
        self.live = Some(LiveBytes {
            counter: Rc::clone(counter),
            bytes,
        });
        self
    }

    /// Whether the second of its modification time still runs at `now`: a second change within it
    /// would leave the same date, so the date tells nothing yet (RFC 9110, 8.8.2.2).
    pub fn is_within_its_second(&self, now: SystemTime) -> bool {
        self.modified.is_some_and(|modified| {
            let age = now.duration_since(modified);
            age.is_ok_and(|age| age < Duration::from_secs(1))
        })
    }

    /// Whether the Last-Modified that was written at the look-up holds at `now`: the second of that date is
    /// over.
    pub fn is_date_told(&self, now: SystemTime) -> bool {
        let is_over = |modified| now >= modified + Duration::from_secs(1);
        self.modified.is_none_or(is_over)
    }

    /// Its entity tag, as it is sent.
    pub fn tag(&self) -> &[u8] {
        self.fields.tag()
    }

    /// Its content, if that is in memory.
    pub fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Bytes(bytes) => bytes,
            Content::File(_) => &[],
        }
    }

    /// The same, of the type that the server gives to `path` without options. For documents that are
    /// no files of an operator's.
    pub fn of_default_type(
        path: impl AsRef<[u8]>,
        length: u64,
        modified: Option<SystemTime>,
        tag: &str,
        content: Content<F>,
    ) -> Self {
        let path = path.as_ref();
        let content_type = MediaTypes::default().of_file(path, content.beginning());
        Self::new(path, &content_type, length, modified, tag, content)
    }

    /// How many bytes of memory its texts take, and its content if that is in memory.
    pub fn memory(&self) -> usize {
        self.path.len() + self.fields.all().len() + self.bytes().len()
    }
}

impl<F> Content<F> {
    /// As much of the first [`BEGINNING`] bytes as is in memory.
    pub fn beginning(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => &bytes[..bytes.len().min(BEGINNING)],
            Self::File(_) => &[],
        }
    }
}

/// Why there is no resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupError {
    /// No file that may be served: absent, unreadable, outside the root, not a regular file …
    NotFound,
    /// The name is that of a directory.
    IsDirectory,
    /// There is no descriptor or memory to open it with. It may well be there.
    OutOfDescriptors,
    /// It takes longer than one turn to find out: the request is to be tried again in a later one.
    /// Only [`Documents::list`] says so.
    NotYet,
}

/// Where names are looked up. A connection knows files only through this trait: the server gives it
/// a folder, tests give it files that change at a chosen moment.
pub trait Documents {
    /// What its open files are.
    type File;

    /// Finds the regular file of this name; see [`crate::http::target::resolve`] for what a name is.
    fn find(&mut self, path: &[u8]) -> Result<Rc<Resource<Self::File>>, LookupError>;

    /// One page of what is in the folder of this name, which is empty for the root and has no slash at
    /// its end. The page begins behind the entry `after`, or with the first one.
    fn list(
        &mut self,
        _folder: &[u8],
        _format: ListingFormat,
        _after: Option<&[u8]>,
    ) -> Result<Rc<Resource<Self::File>>, LookupError> {
        Err(LookupError::NotFound)
    }

    /// A turn begins, at this time of the monotonic and of the calendar's clock. With it begins a
    /// validation epoch.
    fn begin_turn(&mut self, _monotonic: Duration, _wall: SystemTime) {}

    /// A validation epoch begins, because the next request may have come after something was found
    /// in the present one: what is found from now on is compared with the file system again.
    fn revalidate(&mut self) {}

    /// Whether this turn has read as much of files as it may: the next request waits for a later turn.
    fn has_read_enough(&self) -> bool {
        false
    }

    /// How many bytes of files are in memory only because responses from them are not sent yet.
    fn uncached_bytes(&self) -> usize {
        0
    }

    /// A turn is over: what was remembered for this turn only is dropped.
    fn end_turn(&mut self) {}

    /// When an open file is to be closed, on the monotonic clock.
    fn next_timeout(&self) -> Option<Duration> {
        None
    }
}
