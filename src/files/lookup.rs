//! The look-up: a name → what is remembered, or what is opened and read.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use rustix::fs::{FileType, fstat};

use super::cache::{Cache, CacheLimits, Entry};
use super::fingerprint::Fingerprint;
use super::negative_cache::NegativeCache;
use super::root::{Root, lookup_error};
use super::{Content, Documents, LookupError, Resource, SMALL};
use crate::http::date;
use crate::os::file_identity::FileIdentity;
use crate::os::transport::read_at;

/// How many names a look remembers that are not in the cache. Each may hold [`SMALL`] bytes, or an
/// open file, which comes out of [`crate::os::descriptors::RESERVE`].
const REMEMBERED: usize = 8;

/// How many log files, the present one and those it was rotated into, are never served.
const LOGS_REMEMBERED: usize = 64;

/// A folder of real files.
///
/// Nothing that it finds is older than the latest *look*, which begins with the turn, or with a
/// request that may have come after the turn began. Within a look what was found is remembered, so
/// that a hundred requests for one page that arrive together cost one look-up. From look to look files
/// are kept in a cache, and the first request of a look for each compares it with what the kernel says
/// of that name now: one call, instead of those that open, read and close.
#[derive(Debug)]
pub struct DocumentRoot {
    root: Root,
    cache: Cache,
    negative_cache: NegativeCache,
    /// The number of the look, which tells what was confirmed in it.
    epoch: u64,
    /// The time of the turn, on the monotonic and on the calendar's clock.
    monotonic: Duration,
    wall: SystemTime,
    /// What this look has found and nobody else remembers: a file that has just changed, a folder.
    found: HashMap<String, Found>,
    /// Log files: never served, wherever they lie and however they are linked.
    never_served: Vec<FileIdentity>,
}

type Found = Result<Rc<Resource<File>>, LookupError>;

impl DocumentRoot {
    /// Opens the folder at `path`. `room` is for what is kept from turn to turn.
    pub fn open(path: &Path, room: CacheLimits) -> io::Result<Self> {
        Ok(Self {
            root: Root::open(path)?,
            cache: Cache::new(room),
            negative_cache: NegativeCache::new(),
            epoch: 0,
            monotonic: Duration::ZERO,
            wall: SystemTime::UNIX_EPOCH,
            found: HashMap::new(),
            never_served: Vec::new(),
        })
    }

    /// Makes the files of these identities absent. A log that was rotated stays so: the last few
    /// are remembered.
    pub fn never_serve(&mut self, files: impl IntoIterator<Item = FileIdentity>) {
        for file in files {
            if !self.never_served.contains(&file) {
                self.never_served.push(file);
                // It may have been served, and remembered, until now.
                self.found.clear();
                self.cache.clear();
            }
        }
        let too_many = self.never_served.len().saturating_sub(LOGS_REMEMBERED);
        self.never_served.drain(..too_many);
    }

    /// What the cache has, if that is what the root has.
    fn find_cached(&mut self, path: &str) -> Option<Rc<Resource<File>>> {
        let entry = self.cache.get(path)?;
        if entry.validated_epoch != self.epoch {
            if !self.root.has_unchanged(path, &entry.fingerprint) {
                self.cache.remove(path);
                return None;
            }
            entry.validated_epoch = self.epoch;
            entry.used_at = self.monotonic;
        }
        Some(Rc::clone(&entry.resource))
    }

    /// Whether nothing was found at `path`, and nothing is there now.
    fn is_still_absent(&mut self, path: &str) -> bool {
        let Some(validated_epoch) = self.negative_cache.validated_epoch(path) else {
            return false;
        };
        if *validated_epoch == self.epoch {
            return true;
        }
        let is_absent = self.root.has_nothing_at(path);
        if is_absent {
            *validated_epoch = self.epoch;
        } else {
            self.negative_cache.remove(path);
        }
        is_absent
    }

    /// Opens and reads, and keeps what may be kept.
    fn look_up(&mut self, path: &str) -> Found {
        let file = match self.root.open_file(path) {
            Ok(file) => file,
            Err(error) => {
                if let ErrorKind::NotFound | ErrorKind::NotADirectory = error.kind() {
                    self.negative_cache.put(path, self.epoch);
                }
                return Err(lookup_error(&error));
            }
        };
        let stat = fstat(&file).map_err(|error| lookup_error(&error.into()))?;
        let fingerprint = Fingerprint::new(&stat);
        match fingerprint.file_type() {
            FileType::RegularFile if !self.never_served.contains(&fingerprint.identity) => {}
            FileType::Directory => return Err(LookupError::IsDirectory),
            _ => return Err(LookupError::NotFound),
        }
        let length = fingerprint.length;
        let content = if length <= SMALL {
            Content::Bytes(read_whole(&file, length)?)
        } else {
            Content::File(Rc::new(file))
        };
        let modified = fingerprint.modified().and_then(date::representable);
        let resource = Rc::new(Resource::new(path, length, modified, content));
        if fingerprint.is_older_than_clock_tick(self.wall) {
            self.cache.put(Entry {
                resource: Rc::clone(&resource),
                fingerprint,
                validated_epoch: self.epoch,
                used_at: self.monotonic,
            });
        }
        Ok(resource)
    }
}

impl Documents for DocumentRoot {
    type File = File;

    fn find(&mut self, path: &str) -> Found {
        if let Some(resource) = self.find_cached(path) {
            return Ok(resource);
        }
        if self.is_still_absent(path) {
            return Err(LookupError::NotFound);
        }
        if let Some(found) = self.found.get(path) {
            return found.clone();
        }
        let mut found = self.look_up(path);
        if matches!(found, Err(LookupError::OutOfDescriptors)) {
            // What is only remembered gives way first.
            self.found.clear();
            self.cache.close_files();
            found = self.look_up(path);
        }
        match found {
            // Whoever is out of descriptors now may have one in a moment.
            Err(LookupError::OutOfDescriptors) => {}
            _ if self.cache.get(path).is_some()
                || self.negative_cache.validated_epoch(path).is_some() => {}
            _ => {
                if self.found.len() >= REMEMBERED {
                    self.found.clear();
                }
                self.found.insert(path.to_owned(), found.clone());
            }
        }
        found
    }

    fn begin_turn(&mut self, monotonic: Duration, wall: SystemTime) {
        self.monotonic = monotonic;
        self.wall = wall;
        self.cache.close_unused(monotonic);
        self.revalidate();
    }

    fn revalidate(&mut self) {
        self.epoch += 1;
        self.root.revalidate();
        self.found.clear();
    }

    fn end_turn(&mut self) {
        self.found.clear();
    }

    fn next_timeout(&self) -> Option<Duration> {
        self.cache.closes_at()
    }
}

/// Reads the `length` bytes that were promised. A file that turns out shorter is being rewritten
/// at this moment, and one that can't be read has no content: neither is there to be served, and
/// since no head has gone out yet, that can still be said.
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

#[cfg(test)]
mod tests;
