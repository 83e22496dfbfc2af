//! What was worked out for the last paths, so that a path that is asked for again costs one look.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::rc::Rc;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::effects::Effects;

/// How many paths are remembered.
const PLACES: usize = 256;

/// A longer path is not remembered.
const PATH_MAX: usize = 256;

/// Beyond so many bytes of texts all is forgotten.
const BYTES_MAX: usize = 1 << 20;

/// A path and what it gets.
type Place = (Box<[u8]>, Rc<Effects>);

/// A table with one place for each path: a path takes the place of another one. Paths that are chosen to
/// meet gain their sender nothing but what paths that are new do: that patterns are matched.
pub(super) struct Memory {
    places: Vec<Option<Place>>,
    /// No client knows it, so none can choose paths that take the place of others.
    seed: u64,
    /// By the numbers of the matching rules: most paths of a site share theirs.
    shared: HashMap<Vec<usize>, Rc<Effects>>,
    /// The memory of `shared`.
    bytes: usize,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self {
            places: vec![None; PLACES],
            seed: RandomState::new().hash_one(0),
            shared: HashMap::new(),
            bytes: 0,
        }
    }

    pub(super) fn find(&self, path: &[u8]) -> Option<Rc<Effects>> {
        match &self.places[self.place(path)] {
            Some((known, effects)) if **known == *path => Some(Rc::clone(effects)),
            _ => None,
        }
    }

    /// Remembers what `path` gets: what all paths with these `matching` rules get.
    pub(super) fn put(
        &mut self,
        path: &[u8],
        matching: Vec<usize>,
        merge: impl FnOnce(&[usize]) -> Effects,
    ) -> Rc<Effects> {
        let effects = match self.shared.get(&matching) {
            Some(effects) => Rc::clone(effects),
            None => self.share(matching, merge),
        };
        if path.len() <= PATH_MAX {
            let place = self.place(path);
            self.places[place] = Some((path.into(), Rc::clone(&effects)));
        }
        effects
    }

    fn share(
        &mut self,
        matching: Vec<usize>,
        merge: impl FnOnce(&[usize]) -> Effects,
    ) -> Rc<Effects> {
        let effects = Rc::new(merge(&matching));
        let bytes = cost(&matching, &effects);
        if self.bytes + bytes > BYTES_MAX {
            self.places.fill(None);
            self.shared.clear();
            self.bytes = 0;
        }
        self.bytes += bytes;
        self.shared.insert(matching, Rc::clone(&effects));
        effects
    }

    fn place(&self, path: &[u8]) -> usize {
        let remainder = xxh3_64_with_seed(path, self.seed) % PLACES as u64;
        // It always fits.
        usize::try_from(remainder).unwrap_or(0)
    }
}

/// What remembering takes, in bytes: texts, key, and what surrounds them.
fn cost(matching: &[usize], effects: &Effects) -> usize {
    effects.memory() + size_of_val(matching) + 256
}

impl fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Memory").finish_non_exhaustive()
    }
}
