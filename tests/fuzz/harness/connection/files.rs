//! The files that exist, and the errors of looking them up.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use millpond::response::resource::{Content, Documents, LookupError, Resource, SMALL};

/// The tag of every file.
pub(crate) const TAG: &str = "\"t\"";

/// An open file without content: what is sent of it is recorded by name, offset and count.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) name: &'static str,
    /// How much of it is left to be read, whatever length was promised.
    pub(crate) sendable: Cell<u64>,
}

/// Name, length, modification time in seconds since 1970.
pub(crate) const FILES: [(&str, u64, u64); 8] = [
    ("index.html", 40, 784_111_777),
    ("small", 300, 784_111_777),
    ("empty", 0, 784_111_777),
    ("undated", 10, 0),
    ("future", 20, 4_000_000_000),
    ("brim", SMALL, 784_111_777),
    ("large", 20_000, 784_111_777),
    ("huge", 700_000, 784_111_777),
];

/// The name of a directory.
pub(crate) const DIRECTORY: &str = "folder";

/// The lengths that the root's own error pages may have; the last is too long to be used.
pub(crate) const PAGES: [Option<u64>; 4] = [None, Some(30), Some(100_000), Some(300_000)];

/// A document root that needs no disk.
#[derive(Debug)]
pub(crate) struct Files {
    bodies: Vec<Rc<Body>>,
    page: Option<u64>,
    /// How many further lookups find no descriptor.
    pub(crate) out_of_descriptors: u32,
}

impl Files {
    pub(crate) fn new(page: Option<u64>) -> Self {
        let pages = ["400.html", "404.html"].map(|name| (name, page.unwrap_or(0), 0));
        let bodies = FILES.iter().chain(&pages).map(|&(name, length, _)| {
            let sendable = Cell::new(length);
            Rc::new(Body { name, sendable })
        });
        Self {
            bodies: bodies.collect(),
            page,
            out_of_descriptors: 0,
        }
    }

    /// Shortens the file while connections are sending it.
    pub(crate) fn shrink(&mut self, index: usize, to: u64) {
        let body = &self.bodies[index % self.bodies.len()];
        body.sendable.set(body.sendable.get().min(to));
    }
}

/// Length and time of a file by its name.
pub(crate) fn known(path: &str) -> Option<(u64, Option<SystemTime>)> {
    let (_, length, seconds) = FILES.iter().find(|file| file.0 == path)?;
    let modified = UNIX_EPOCH + Duration::from_secs(*seconds);
    Some((*length, (*seconds > 0).then_some(modified)))
}

/// The bytes that files and pages begin with: no two neighbours are equal.
static CONTENT: [u8; 100_000] = {
    let mut bytes = [0; 100_000];
    let mut index = 0;
    while index < bytes.len() {
        // Always below 251: a const function cannot call `try_from`.
        #[allow(clippy::cast_possible_truncation)]
        let byte = (index % 251) as u8;
        bytes[index] = byte;
        index += 1;
    }
    bytes
};

/// The bytes of a file that is read at once.
pub(crate) fn content(length: u64) -> &'static [u8] {
    &CONTENT[..usize::try_from(length).unwrap_or(usize::MAX)]
}

impl Documents for Files {
    type File = Body;

    fn find(&mut self, path: &[u8]) -> Result<Rc<Resource<Body>>, LookupError> {
        let Ok(path) = str::from_utf8(path) else {
            return Err(LookupError::NotFound);
        };
        assert!(
            !path.split('/').any(|name| matches!(name, "" | "." | "..")),
            "{path:?} was looked up"
        );
        let is_page = matches!(path, "400.html" | "404.html");
        // When descriptors are short, the built-in page replaces an error page of the root's own;
        // the answers would then differ from those of the calm run.
        if self.out_of_descriptors > 0 && !is_page {
            self.out_of_descriptors -= 1;
            return Err(LookupError::OutOfDescriptors);
        }
        if path == DIRECTORY {
            return Err(LookupError::IsDirectory);
        }
        let page = is_page
            .then_some(self.page)
            .flatten()
            .map(|length| (length, None));
        let (length, modified) = page.or_else(|| known(path)).ok_or(LookupError::NotFound)?;
        let body = self.bodies.iter().find(|body| body.name == path);
        let body = body.ok_or(LookupError::NotFound)?.clone();
        let content = if length <= SMALL {
            Content::Bytes(content(length).into())
        } else {
            Content::File(body)
        };
        Ok(Rc::new(Resource::of_default_type(
            path, length, modified, TAG, content,
        )))
    }
}
