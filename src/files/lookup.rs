//! The lookup: name below the root → the cached file, or one that is opened and read now.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use super::cache::{Cache, CacheLimits, Entry};
use super::fingerprint::Fingerprint;
use super::listing::{Listings, Source};
use super::negative_cache::NegativeCache;
use super::reader::Reader;
use super::root::{Opened, Root, as_path, lookup_error};
use crate::response::listing::ListingFormat;
use crate::response::resource::{Documents, LookupError, Resource};

/// How many results an epoch remembers that are not in the cache. Each may hold
/// [`SMALL`](crate::response::resource::SMALL) bytes, or an open file, whose descriptor is one of
/// [`crate::os::descriptors::RESERVE`].
const EPOCH_RESULTS_MAX: usize = 8;

/// A folder of real files, with a cache that never serves a stale file.
///
/// No result is older than the current *validation epoch*. [`Documents::begin_turn`] and
/// [`Documents::revalidate`] begin an epoch. Within an epoch, results are used again: a hundred
/// requests for one page that arrive together cost one lookup. The first request of an epoch for a
/// cached file compares the file's fingerprint with the file system: one lstat(2), and one per
/// folder, in place of open, read and close. For a timeline see `docs/design.md#the-file-cache`.
#[derive(Debug)]
pub struct DocumentRoot {
    root: Root,
    cache: Cache,
    negative_cache: NegativeCache,
    /// The number of the current validation epoch.
    epoch: u64,
    /// The time of the turn, on the monotonic and on the wall clock.
    monotonic: Duration,
    wall: SystemTime,
    /// Results of this epoch that neither cache may keep, such as a file that has just changed, or
    /// a folder.
    epoch_results: HashMap<Box<[u8]>, LookupResult>,
    reader: Reader,
    listings: Listings,
}

mod settings;

type LookupResult = Result<Rc<Resource<File>>, LookupError>;

impl DocumentRoot {
    /// Opens the folder at `path`. `limits` bounds the cache of files.
    pub fn open(path: &Path, limits: CacheLimits) -> io::Result<Self> {
        Ok(Self {
            root: Root::open(path)?,
            cache: Cache::new(limits),
            negative_cache: NegativeCache::new(),
            epoch: 0,
            monotonic: Duration::ZERO,
            wall: SystemTime::UNIX_EPOCH,
            epoch_results: HashMap::new(),
            reader: Reader::default(),
            listings: Listings::new(),
        })
    }

    /// Files that are open only for later requests give their descriptors to this one.
    fn close_unneeded(&mut self) {
        self.epoch_results.clear();
        self.cache.close_files();
    }

    fn list_once(
        &mut self,
        folder: &[u8],
        format: ListingFormat,
        after: Option<&[u8]>,
    ) -> LookupResult {
        let source = Source {
            root: &mut self.root,
            reader: &self.reader,
            epoch: self.epoch,
            wall: self.wall,
        };
        self.listings.list(folder, format, after, source)
    }

    /// The cached file at `path`, if it is unchanged in this epoch.
    fn find_cached(&mut self, path: &[u8]) -> Option<Rc<Resource<File>>> {
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

    /// Whether nothing was at `path` before, and nothing is there in this epoch.
    fn is_still_absent(&mut self, path: &[u8]) -> bool {
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

    /// Opens the file at `path`, reads it if it is small, and adds the result to a cache if that may
    /// keep it.
    fn look_up(&mut self, path: &[u8]) -> LookupResult {
        let (file, stat) = match self.root.open_file(as_path(path)) {
            Ok(Opened::File(file, stat)) => (file, stat),
            Ok(Opened::Directory) => return Err(LookupError::IsDirectory),
            Err(error) => {
                if let ErrorKind::NotFound | ErrorKind::NotADirectory = error.kind() {
                    self.negative_cache.put(path, self.epoch);
                }
                return Err(lookup_error(&error));
            }
        };
        let fingerprint = Fingerprint::new(&stat);
        let resource = self.reader.read(path, file, &fingerprint, self.wall)?;
        let resource = Rc::new(resource);
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

    fn find(&mut self, path: &[u8]) -> LookupResult {
        if self.reader.hidden.is_name_of_rules(path) {
            return Err(LookupError::NotFound);
        }
        if let Some(resource) = self.find_cached(path) {
            return Ok(resource);
        }
        if self.is_still_absent(path) {
            return Err(LookupError::NotFound);
        }
        if let Some(result) = self.epoch_results.get(path) {
            return result.clone();
        }
        let mut result = self.look_up(path);
        if matches!(result, Err(LookupError::OutOfDescriptors)) {
            self.close_unneeded();
            result = self.look_up(path);
        }
        match result {
            // Not remembered: a descriptor may be free in a moment.
            Err(LookupError::OutOfDescriptors) => {}
            _ if self.cache.get(path).is_some()
                || self.negative_cache.validated_epoch(path).is_some() => {}
            _ => {
                if self.epoch_results.len() >= EPOCH_RESULTS_MAX {
                    self.epoch_results.clear();
                }
                self.epoch_results.insert(path.into(), result.clone());
            }
        }
        result
    }

    fn list(&mut self, folder: &[u8], format: ListingFormat, after: Option<&[u8]>) -> LookupResult {
        let result = self.list_once(folder, format, after);
        if matches!(result, Err(LookupError::OutOfDescriptors)) {
            self.close_unneeded();
            return self.list_once(folder, format, after);
        }
        result
    }

    fn begin_turn(&mut self, monotonic: Duration, wall: SystemTime) {
        self.monotonic = monotonic;
        self.listings.begin_turn(monotonic);
        self.wall = wall;
        self.reader.begin_turn();
        self.cache.close_unused(monotonic);
        self.revalidate();
    }

    fn revalidate(&mut self) {
        self.epoch += 1;
        self.root.revalidate();
        self.epoch_results.clear();
        self.listings.forget_results();
    }

    fn has_read_enough(&self) -> bool {
        self.reader.has_read_enough()
    }

    fn uncached_bytes(&self) -> usize {
        let cached = self.cache.content_bytes();
        self.reader.live_bytes().saturating_sub(cached)
    }

    fn end_turn(&mut self) {
        self.epoch_results.clear();
        self.listings.forget_results();
    }

    fn next_timeout(&self) -> Option<Duration> {
        let timeouts = [self.cache.closes_at(), self.listings.next_timeout()];
        timeouts.into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests;
