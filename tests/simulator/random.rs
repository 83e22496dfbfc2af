//! Repeatable randomness: the same seed gives the same run.

/// `SplitMix64`, as given by Sebastiano Vigna at <https://prng.di.unimi.it/splitmix64.c> (public
/// domain) after Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
/// The three constants are theirs.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, and without, `limit`; 0 if there is nothing below it.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = limit.max(1) as u64;
        // The result is below a `usize`, so it fits into one.
        usize::try_from(self.next() % limit).unwrap_or(0)
    }

    /// A number between two bounds, both included.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    /// True once in `times` calls on average; never, if that is 0.
    pub fn one_in(&mut self, times: usize) -> bool {
        times != 0 && self.below(times) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A separate generator for one part of the world, so that one more call in that part does not
    /// change all others.
    pub fn fork(&mut self) -> Self {
        Self(self.next())
    }

    /// A generator for something that was added later: it leaves this one where it is, so that the seeds
    /// of what was there before keep their meaning.
    pub fn beside(&self) -> Self {
        Self::new(!self.clone().next())
    }

    /// Shuffles the items (Fisher-Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
