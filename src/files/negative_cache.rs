//! The cache of names without a file, such as the icon that every browser asks for, or the root's
//! own error page.

use lru::LruCache;

/// How many names are kept, and how many bytes a name may have. Both need a limit because clients
/// choose the names.
const NAMES_MAX: usize = 64;
const NAME_LENGTH_MAX: usize = 256;

/// Names below the root, each with the last validation epoch in which nothing was there. Evicts the
/// least recently used.
#[derive(Debug)]
pub(super) struct NegativeCache {
    names: LruCache<Box<[u8]>, u64>,
}

impl NegativeCache {
    pub(super) fn new() -> Self {
        Self {
            // With a bound, the crate would allocate for all names at the start.
            names: LruCache::unbounded(),
        }
    }

    /// The last epoch in which nothing was at `path`. The caller sets it to the current epoch when
    /// it has seen that this is still so.
    pub(super) fn validated_epoch(&mut self, path: &[u8]) -> Option<&mut u64> {
        self.names.get_mut(path)
    }

    /// Adds `path`, where nothing was in this `epoch`.
    pub(super) fn put(&mut self, path: &[u8], epoch: u64) {
        if path.len() > NAME_LENGTH_MAX {
            return;
        }
        self.names.put(path.into(), epoch);
        if self.names.len() > NAMES_MAX {
            self.names.pop_lru();
        }
    }

    pub(super) fn remove(&mut self, path: &[u8]) {
        self.names.pop(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_and_length_of_names_are_bounded() {
        let mut negative_cache = NegativeCache::new();
        negative_cache.put(&vec![b'x'; NAME_LENGTH_MAX + 1], 1);
        assert_eq!(negative_cache.names.len(), 0);
        for number in 0..1000 {
            negative_cache.put(number.to_string().as_bytes(), number);
            assert!(
                negative_cache.validated_epoch(b"0").is_some(),
                "it is in use"
            );
            assert!(negative_cache.names.len() <= NAMES_MAX);
        }
        assert_eq!(negative_cache.validated_epoch(b"999").copied(), Some(999));
        assert_eq!(negative_cache.validated_epoch(b"900"), None);
        negative_cache.remove(b"999");
        assert_eq!(negative_cache.validated_epoch(b"999"), None);
    }
}
