//! What is remembered from turn to turn, and what gives way.

use std::fs::File;
use std::rc::Rc;
use std::time::Duration;

use lru::LruCache;

use super::fingerprint::Fingerprint;
use super::{Content, Resource};

/// What an entry costs beyond its texts and its body: links, hash, counters, allocator. Rounded up.
const OVERHEAD: usize = 256;

/// A file that nobody has asked for in this time is closed: while it is open, the space of one that
/// was deleted is not given back.
const OPEN_FOR: Duration = Duration::from_secs(10);

/// How much may be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// Memory for small files, in bytes.
    pub bytes: usize,
    /// Large files that stay open.
    pub files: usize,
}

impl CacheLimits {
    /// For nothing at all.
    pub const NONE: Self = Self { bytes: 0, files: 0 };
}

/// A file as it was when it was looked up.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) resource: Rc<Resource<File>>,
    pub(super) fingerprint: Fingerprint,
    /// The look in which it was last seen to be unchanged.
    pub(super) validated_epoch: u64,
    /// When that was, on the monotonic clock.
    pub(super) used_at: Duration,
}

/// Files by their names below the root; what was used longest ago gives way.
#[derive(Debug)]
pub(super) struct Cache {
    room: CacheLimits,
    small: LruCache<Box<str>, Entry>,
    small_bytes: usize,
    large: LruCache<Box<str>, Entry>,
}

impl Cache {
    pub(super) fn new(room: CacheLimits) -> Self {
        Self {
            room,
            small: LruCache::unbounded(),
            small_bytes: 0,
            large: LruCache::unbounded(),
        }
    }

    /// The entry at `path`, which counts as a use of it.
    pub(super) fn get(&mut self, path: &str) -> Option<&mut Entry> {
        self.small
            .get_mut(path)
            .or_else(|| self.large.get_mut(path))
    }

    /// Remembers `entry`, if there is room for one of its kind at all.
    pub(super) fn put(&mut self, entry: Entry) {
        let path = entry.resource.path.clone();
        self.remove(&path);
        match &entry.resource.content {
            Content::Bytes(body) => self.put_small(&path, body.len(), entry),
            Content::File(_) => self.put_large(&path, entry),
        }
    }

    fn put_small(&mut self, path: &str, body: usize, entry: Entry) {
        // What is larger than the room would drive out all others, and then go itself.
        if body > self.room.bytes {
            return;
        }
        self.small_bytes += cost(&entry);
        self.small.put(path.into(), entry);
        while self.small_bytes > self.room.bytes
            && let Some((_, entry)) = self.small.pop_lru()
        {
            self.small_bytes -= cost(&entry);
        }
    }

    fn put_large(&mut self, path: &str, entry: Entry) {
        if self.room.files == 0 {
            return;
        }
        self.large.put(path.into(), entry);
        while self.large.len() > self.room.files {
            self.large.pop_lru();
        }
    }

    pub(super) fn remove(&mut self, path: &str) {
        self.large.pop(path);
        if let Some(entry) = self.small.pop(path) {
            self.small_bytes -= cost(&entry);
        }
    }

    /// Closes all files.
    pub(super) fn close_files(&mut self) {
        self.large.clear();
    }

    /// Closes the files that nobody has asked for in a while.
    pub(super) fn close_unused(&mut self, now: Duration) {
        while self.closes_at().is_some_and(|at| at <= now) {
            self.large.pop_lru();
        }
    }

    /// When the next file is to be closed.
    pub(super) fn closes_at(&self) -> Option<Duration> {
        let (_, entry) = self.large.peek_lru()?;
        Some(entry.used_at + OPEN_FOR)
    }

    pub(super) fn clear(&mut self) {
        self.large.clear();
        self.small.clear();
        self.small_bytes = 0;
    }
}

fn cost(entry: &Entry) -> usize {
    let resource = &entry.resource;
    let body = match &resource.content {
        Content::Bytes(bytes) => bytes.len(),
        Content::File(_) => 0,
    };
    OVERHEAD + 2 * resource.path.len() + resource.fields().len() + body
}

#[cfg(test)]
mod tests {
    use rustix::fs::stat;

    use super::*;

    fn entry(path: &str, content: Content<File>) -> Entry {
        Entry {
            resource: Rc::new(Resource::new(path, 0, None, content)),
            fingerprint: Fingerprint::new(&stat(".").unwrap()),
            validated_epoch: 0,
            used_at: Duration::ZERO,
        }
    }

    fn small(path: &str, length: usize) -> Entry {
        entry(path, Content::Bytes(vec![0; length].into()))
    }

    fn large(path: &str) -> Entry {
        entry(path, Content::File(Rc::new(File::open(".").unwrap())))
    }

    fn those_there<'a>(cache: &mut Cache, paths: &[&'a str]) -> Vec<&'a str> {
        let there = paths.iter().filter(|path| cache.get(path).is_some());
        there.copied().collect()
    }

    #[test]
    fn what_was_used_longest_ago_gives_way() {
        let each = cost(&small("a", 1000));
        let mut cache = Cache::new(CacheLimits {
            bytes: 2 * each,
            files: 0,
        });
        cache.put(small("a", 1000));
        cache.put(small("b", 1000));
        assert!(cache.get("a").is_some());
        cache.put(small("c", 1000));
        assert_eq!(those_there(&mut cache, &["a", "b", "c"]), ["a", "c"]);
        assert_eq!(cache.small_bytes, 2 * each);
    }

    #[test]
    fn the_same_name_again_replaces() {
        let mut cache = Cache::new(CacheLimits {
            bytes: 10_000,
            files: 1,
        });
        for _ in 0..100 {
            cache.put(small("a", 1000));
            cache.put(large("b"));
        }
        assert_eq!(cache.small_bytes, cost(&small("a", 1000)));
        // A file may grow, and become small again.
        cache.put(large("a"));
        assert_eq!((cache.small_bytes, cache.large.len()), (0, 1));
        cache.put(small("a", 1));
        assert_eq!((cache.small.len(), cache.large.len()), (1, 0));
        cache.remove("a");
        assert_eq!((cache.small_bytes, cache.small.len()), (0, 0));
    }

    #[test]
    fn too_large_for_the_whole_room_is_not_remembered() {
        let mut cache = Cache::new(CacheLimits {
            bytes: 10_000,
            files: 0,
        });
        cache.put(small("a", 5_000));
        cache.put(small("b", 10_001));
        cache.put(large("c"));
        assert_eq!(those_there(&mut cache, &["a", "b", "c"]), ["a"]);
        let mut none = Cache::new(CacheLimits::NONE);
        none.put(small("a", 0));
        assert!(none.get("a").is_none());
    }

    #[test]
    fn open_files_are_bounded_in_number_and_time() {
        let mut cache = Cache::new(CacheLimits { bytes: 0, files: 3 });
        for number in 0..100 {
            cache.put(large(&number.to_string()));
            assert!(cache.large.len() <= 3);
        }
        assert_eq!(those_there(&mut cache, &["96", "97", "98", "99"]).len(), 3);
        if let Some(entry) = cache.get("97") {
            entry.used_at = Duration::from_secs(5);
        }
        cache.close_unused(OPEN_FOR);
        assert_eq!(those_there(&mut cache, &["97", "98", "99"]), ["97"]);
        assert_eq!(cache.closes_at(), Some(OPEN_FOR + Duration::from_secs(5)));
        cache.close_files();
        assert_eq!(cache.closes_at(), None);
    }
}
