//! The cache of files: what it keeps from turn to turn, and what it evicts.

use std::fs::File;
use std::rc::Rc;
use std::time::Duration;

use lru::LruCache;

use super::fingerprint::Fingerprint;
use crate::response::resource::{Content, Resource};

/// What an entry costs in bytes beyond its texts and its body: links, hash, counters, allocator.
/// Rounded up.
const OVERHEAD: usize = 256;

/// A file without a request for this long is closed. While it is open, the file system can't free
/// the space of a deleted file.
const OPEN_FOR: Duration = Duration::from_secs(10);

/// How much the cache may keep. A file is small if its content is [`Content::Bytes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// Memory for small files, in bytes.
    pub bytes: usize,
    /// How many large files may stay open. Each holds a descriptor.
    pub files: usize,
}

impl CacheLimits {
    /// The cache keeps nothing.
    pub const NONE: Self = Self { bytes: 0, files: 0 };
}

/// A cached file.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) resource: Rc<Resource<File>>,
    /// The fingerprint of the file when it was opened.
    pub(super) fingerprint: Fingerprint,
    /// The last validation epoch in which the file was seen unchanged.
    pub(super) validated_epoch: u64,
    /// The time of the turn with that epoch, on the monotonic clock.
    pub(super) used_at: Duration,
}

/// Files by their names below the root. Evicts the least recently used.
#[derive(Debug)]
pub(super) struct Cache {
    limits: CacheLimits,
    small: LruCache<Box<[u8]>, Entry>,
    small_bytes: usize,
    /// The part of `small_bytes` that is content.
    content_bytes: usize,
    large: LruCache<Box<[u8]>, Entry>,
}

impl Cache {
    pub(super) fn new(limits: CacheLimits) -> Self {
        Self {
            limits,
            small: LruCache::unbounded(),
            small_bytes: 0,
            content_bytes: 0,
            large: LruCache::unbounded(),
        }
    }

    /// The entry at `path`, which becomes the most recently used.
    pub(super) fn get(&mut self, path: &[u8]) -> Option<&mut Entry> {
        self.small
            .get_mut(path)
            .or_else(|| self.large.get_mut(path))
    }

    /// Adds or replaces an entry, unless it alone exceeds the limits.
    pub(super) fn put(&mut self, entry: Entry) {
        let path = entry.resource.path.clone();
        self.remove(&path);
        match &entry.resource.content {
            Content::Bytes(body) => self.put_small(&path, body.len(), entry),
            Content::File(_) => self.put_large(&path, entry),
        }
    }

    fn put_small(&mut self, path: &[u8], body: usize, entry: Entry) {
        // A larger one would evict all others, and then itself.
        if body > self.limits.bytes {
            return;
        }
        self.small_bytes += cost(&entry);
        self.content_bytes += body;
        self.small.put(path.into(), entry);
        while self.small_bytes > self.limits.bytes
            && let Some((_, entry)) = self.small.pop_lru()
        {
            self.uncount(&entry);
        }
    }

    fn put_large(&mut self, path: &[u8], entry: Entry) {
        if self.limits.files == 0 {
            return;
        }
        self.large.put(path.into(), entry);
        while self.large.len() > self.limits.files {
            self.large.pop_lru();
        }
    }

    pub(super) fn remove(&mut self, path: &[u8]) {
        self.large.pop(path);
        if let Some(entry) = self.small.pop(path) {
            self.uncount(&entry);
        }
    }

    fn uncount(&mut self, entry: &Entry) {
        self.small_bytes -= cost(entry);
        self.content_bytes -= entry.resource.bytes().len();
    }

    /// How many bytes of content the small files have.
    pub(super) fn content_bytes(&self) -> usize {
        self.content_bytes
    }

    /// Closes all large files, to free their descriptors.
    pub(super) fn close_files(&mut self) {
        self.large.clear();
    }

    /// Closes the files that had no request for [`OPEN_FOR`].
    pub(super) fn close_unused(&mut self, now: Duration) {
        while self.closes_at().is_some_and(|at| at <= now) {
            self.large.pop_lru();
        }
    }

    /// When [`Cache::close_unused`] has a file to close, on the monotonic clock.
    pub(super) fn closes_at(&self) -> Option<Duration> {
        let (_, entry) = self.large.peek_lru()?;
        Some(entry.used_at + OPEN_FOR)
    }

    pub(super) fn clear(&mut self) {
        self.large.clear();
        self.small.clear();
        self.small_bytes = 0;
        self.content_bytes = 0;
    }
}

/// The memory that `entry` takes, in bytes.
fn cost(entry: &Entry) -> usize {
    // The name is the key of the entry, too.
    OVERHEAD + entry.resource.path.len() + entry.resource.memory()
}

#[cfg(test)]
mod tests {
    use rustix::fs::stat;

    use super::*;

    fn entry(path: &[u8], content: Content<File>) -> Entry {
        Entry {
            resource: Rc::new(Resource::of_default_type(path, 0, None, "\"t\"", content)),
            fingerprint: Fingerprint::new(&stat(".").unwrap()),
            validated_epoch: 0,
            used_at: Duration::ZERO,
        }
    }

    fn small(path: &[u8], length: usize) -> Entry {
        entry(path, Content::Bytes(vec![0; length].into()))
    }

    fn large(path: &[u8]) -> Entry {
        entry(path, Content::File(Rc::new(File::open(".").unwrap())))
    }

    fn cached<'a>(cache: &mut Cache, paths: &[&'a str]) -> Vec<&'a str> {
        let cached = paths
            .iter()
            .filter(|path| cache.get(path.as_bytes()).is_some());
        cached.copied().collect()
    }

    #[test]
    fn the_least_recently_used_is_evicted() {
        let each = cost(&small(b"a", 1000));
        let mut cache = Cache::new(CacheLimits {
            bytes: 2 * each,
            files: 0,
        });
        cache.put(small(b"a", 1000));
        cache.put(small(b"b", 1000));
        assert!(cache.get(b"a").is_some());
        cache.put(small(b"c", 1000));
        assert_eq!(cached(&mut cache, &["a", "b", "c"]), ["a", "c"]);
        assert_eq!(cache.small_bytes, 2 * each);
    }

    #[test]
    fn an_entry_replaces_the_one_of_the_same_name() {
        let mut cache = Cache::new(CacheLimits {
            bytes: 10_000,
            files: 1,
        });
        for _ in 0..100 {
            cache.put(small(b"a", 1000));
            cache.put(large(b"b"));
        }
        assert_eq!(cache.small_bytes, cost(&small(b"a", 1000)));
        // A file may grow, and become small again.
        cache.put(large(b"a"));
        assert_eq!((cache.small_bytes, cache.large.len()), (0, 1));
        cache.put(small(b"a", 1));
        assert_eq!((cache.small.len(), cache.large.len()), (1, 0));
        cache.remove(b"a");
        assert_eq!((cache.small_bytes, cache.small.len()), (0, 0));
    }

    #[test]
    fn an_entry_beyond_the_limits_is_not_kept_and_evicts_nothing() {
        let mut cache = Cache::new(CacheLimits {
            bytes: 10_000,
            files: 0,
        });
        cache.put(small(b"a", 5_000));
        cache.put(small(b"b", 10_001));
        cache.put(large(b"c"));
        assert_eq!(cached(&mut cache, &["a", "b", "c"]), ["a"]);
        let mut off = Cache::new(CacheLimits::NONE);
        off.put(small(b"a", 0));
        assert!(off.get(b"a").is_none());
    }

    #[test]
    fn open_files_are_bounded_in_number_and_time() {
        let mut cache = Cache::new(CacheLimits { bytes: 0, files: 3 });
        for number in 0..100 {
            cache.put(large(number.to_string().as_bytes()));
            assert!(cache.large.len() <= 3);
        }
        assert_eq!(cached(&mut cache, &["96", "97", "98", "99"]).len(), 3);
        if let Some(entry) = cache.get(b"97") {
            entry.used_at = Duration::from_secs(5);
        }
        cache.close_unused(OPEN_FOR);
        assert_eq!(cached(&mut cache, &["97", "98", "99"]), ["97"]);
        assert_eq!(cache.closes_at(), Some(OPEN_FOR + Duration::from_secs(5)));
        cache.close_files();
        assert_eq!(cache.closes_at(), None);
    }
}
