//! Names at which nothing was found: an icon that every browser asks for, a root's own error page.

use lru::LruCache;

/// How many names are remembered, and how long they may be: strangers choose them.
const NAMES: usize = 64;
const LONGEST: usize = 256;

/// Names below the root, and the look in which nothing was last seen there. What was asked for
/// longest ago gives way.
#[derive(Debug)]
pub(super) struct NegativeCache {
    names: LruCache<Box<str>, u64>,
}

impl NegativeCache {
    pub(super) fn new() -> Self {
        Self {
            // Not with its bound, which would take the memory at the start.
            names: LruCache::unbounded(),
        }
    }

    /// The look in which nothing was last seen at `path`, to be set if that is still so.
    pub(super) fn validated_epoch(&mut self, path: &str) -> Option<&mut u64> {
        self.names.get_mut(path)
    }

    /// There was nothing to open at `path` in this look.
    pub(super) fn put(&mut self, path: &str, epoch: u64) {
        if path.len() > LONGEST {
            return;
        }
        self.names.put(path.into(), epoch);
        if self.names.len() > NAMES {
            self.names.pop_lru();
        }
    }

    pub(super) fn remove(&mut self, path: &str) {
        self.names.pop(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_in_number_and_length() {
        let mut negative_cache = NegativeCache::new();
        negative_cache.put(&"x".repeat(LONGEST + 1), 1);
        assert_eq!(negative_cache.names.len(), 0);
        for number in 0..1000 {
            negative_cache.put(&number.to_string(), number);
            assert!(
                negative_cache.validated_epoch("0").is_some(),
                "it is in use"
            );
            assert!(negative_cache.names.len() <= NAMES);
        }
        assert_eq!(negative_cache.validated_epoch("999").copied(), Some(999));
        assert_eq!(negative_cache.validated_epoch("900"), None);
        negative_cache.remove("999");
        assert_eq!(negative_cache.validated_epoch("999"), None);
    }
}
