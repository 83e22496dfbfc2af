//! Name below the root → an open regular file with its length, time and type.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `resource/root.rs` | the folder: what is opened in it, and what is compared with it |
//! | `resource/documents.rs` | the look-up: remembered, or opened and read |
//! | `resource/cache.rs` | what is remembered from turn to turn, and what gives way |
//! | `resource/negative_cache.rs` | names at which nothing was found |
//! | `resource/fingerprint.rs` | how a change of a file shows |
//!
//! Nothing that is found is older than the request that asks: see [`DocumentRoot`].

mod cache;
mod fingerprint;
mod lookup;
mod negative_cache;
mod root;

use std::rc::Rc;
use std::time::{Duration, SystemTime};

pub use self::cache::CacheLimits;
pub use self::lookup::DocumentRoot;
use crate::http::{date, media_type};

/// Files up to this length, in bytes, are read at once and leave in one write together with
/// their head. Above it, a system call more costs less than the copy that it spares.
pub const SMALL: u64 = 16 * 1024;

/// The field's name, colon and space.
const LAST_MODIFIED: &str = "Last-Modified: ";

/// A regular file, open or read.
#[derive(Debug)]
pub struct Resource<F> {
    /// Its name below the root.
    pub path: String,
    /// Its length in bytes when it was looked up: the length that is promised and sent.
    pub length: u64,
    /// Its modification time in whole seconds, if it is one to tell (see
    /// [`date::representable`]).
    pub modified: Option<SystemTime>,
    /// Its content.
    pub content: Content<F>,
    fields: FieldTexts,
}

/// Where the bytes of a resource come from.
#[derive(Debug)]
pub enum Content<F> {
    /// All of them, in memory.
    Bytes(Rc<[u8]>),
    /// A file to send from, shared by all responses that found it unchanged.
    File(Rc<F>),
}

/// The header fields that say something of a file and of nothing else. They are written when it is
/// looked up, not with each answer.
#[derive(Debug)]
struct FieldTexts {
    /// Last-Modified, Content-Type, Content-Length, each with its line end.
    all: Box<[u8]>,
    /// How much of that is Last-Modified; none if the file has no time to tell.
    last_modified: usize,
}

impl<F> Resource<F> {
    /// What was found at `path`. `modified` is cut to whole seconds.
    pub fn new(path: &str, length: u64, modified: Option<SystemTime>, content: Content<F>) -> Self {
        let modified = modified.map(date::whole_seconds);
        Self {
            path: path.to_owned(),
            length,
            modified,
            content,
            fields: FieldTexts::new(path, length, modified),
        }
    }

    /// The fields Last-Modified (if there is one), Content-Type and Content-Length.
    pub fn fields(&self) -> &[u8] {
        &self.fields.all
    }

    /// The field Last-Modified, or nothing.
    pub fn last_modified_field(&self) -> &[u8] {
        &self.fields.all[..self.fields.last_modified]
    }

    /// The date in that field, or nothing.
    pub fn last_modified_text(&self) -> &[u8] {
        let field = self.last_modified_field();
        let date = field.strip_prefix(LAST_MODIFIED.as_bytes());
        date.and_then(|date| date.strip_suffix(b"\r\n"))
            .unwrap_or_default()
    }

    /// The fields Content-Type and Content-Length.
    pub fn content_fields(&self) -> &[u8] {
        &self.fields.all[self.fields.last_modified..]
    }
}

impl FieldTexts {
    fn new(path: &str, length: u64, modified: Option<SystemTime>) -> Self {
        let last_modified = modified.map_or_else(String::new, |modified| {
            format!("{LAST_MODIFIED}{}\r\n", date::write(modified))
        });
        let (media_type, parameter) = media_type::for_path(path);
        let content =
            format!("Content-Type: {media_type}{parameter}\r\nContent-Length: {length}\r\n");
        Self {
            all: [last_modified.as_bytes(), content.as_bytes()]
                .concat()
                .into(),
            last_modified: last_modified.len(),
        }
    }
}

/// Why there is no resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupError {
    /// None that may be served: absent, unreadable, outside the root, no regular file …
    NotFound,
    /// The name is that of a directory.
    IsDirectory,
    /// No descriptor or memory to open it with. It may well be there.
    OutOfDescriptors,
}

/// What a connection needs of a document root.
pub trait Documents {
    /// What its open files are.
    type File;

    /// Opens the regular file of this name; see [`crate::http::target::resolve`] for what a name is.
    fn find(&mut self, path: &str) -> Result<Rc<Resource<Self::File>>, LookupError>;

    /// A turn begins, at this time of the monotonic and of the calendar's clock: what is found from
    /// now on is compared with the files, or looked up, anew.
    fn begin_turn(&mut self, _monotonic: Duration, _wall: SystemTime) {}

    /// The next request may have come after something was found in this turn: what is found from now
    /// on is compared with the files, or looked up, anew.
    fn revalidate(&mut self) {}

    /// A turn is over: what only it was to remember is let go.
    fn end_turn(&mut self) {}

    /// When something that is kept open is to be closed, on the monotonic clock.
    fn next_timeout(&self) -> Option<Duration> {
        None
    }
}
