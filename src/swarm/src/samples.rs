//! A run, moment by moment: never more than so many moments, however long it lasts.

use std::time::Duration;

/// From one moment to the next, at first.
const INTERVAL: Duration = Duration::from_millis(250);

/// With so many, every other one is dropped, and from then on half as many are taken.
const MOST: usize = 480;

/// A moment of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Since the start.
    pub at: Duration,
    /// Connections that stood.
    pub standing: u64,
    /// Connections that had ended.
    pub ended: u64,
    /// Answers since the start.
    pub answers: u64,
}

/// The moments so far.
#[derive(Clone, Debug)]
pub struct Samples {
    interval: Duration,
    due: Duration,
    moments: Vec<Sample>,
}

impl Default for Samples {
    fn default() -> Self {
        Self {
            interval: INTERVAL,
            due: Duration::ZERO,
            moments: Vec::new(),
        }
    }
}

impl Samples {
    /// When the next one is to be taken.
    pub fn due(&self) -> Duration {
        self.due
    }

    /// One more.
    pub fn add(&mut self, sample: Sample) {
        self.moments.push(sample);
        if self.moments.len() == MOST {
            let mut is_kept = false;
            self.moments.retain(|_| {
                is_kept = !is_kept;
                is_kept
            });
            self.interval *= 2;
        }
        self.due = sample.at + self.interval;
    }

    /// All that are kept.
    pub fn as_slice(&self) -> &[Sample] {
        &self.moments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_than_so_many() {
        let mut samples = Samples::default();
        for turn in 0..10_000 {
            let at = samples.due();
            samples.add(Sample {
                at,
                standing: turn,
                ended: 0,
                answers: 0,
            });
            assert!(samples.as_slice().len() < MOST);
        }
        let times: Vec<_> = samples.as_slice().iter().map(|sample| sample.at).collect();
        assert!(times.is_sorted());
        assert_eq!(times[0], Duration::ZERO);
    }
}
