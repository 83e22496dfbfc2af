//! Samples of a run over time: a bounded number of them, however long the run lasts.

use std::time::Duration;

/// From one sample to the next, at first.
const INTERVAL: Duration = Duration::from_millis(250);

/// At this number every other sample is dropped, and the interval between samples doubles.
const SAMPLES_MAX: usize = 480;

/// The state of the run at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The time since the start of the run.
    pub at: Duration,
    /// Connections that were established and had not ended.
    pub standing: u64,
    /// Connections that had ended.
    pub ended: u64,
    /// Answers since the start.
    pub answers: u64,
}

/// The samples taken so far.
#[derive(Clone, Debug)]
pub struct Samples {
    interval: Duration,
    next_due: Duration,
    kept: Vec<Sample>,
}

impl Default for Samples {
    fn default() -> Self {
        Self {
            interval: INTERVAL,
            next_due: Duration::ZERO,
            kept: Vec::new(),
        }
    }
}

impl Samples {
    /// When the next sample is due, as time since the start of the run.
    pub fn next_due(&self) -> Duration {
        self.next_due
    }

    /// Adds a sample.
    pub fn add(&mut self, sample: Sample) {
        self.kept.push(sample);
        if self.kept.len() == SAMPLES_MAX {
            let mut is_kept = false;
            self.kept.retain(|_| {
                is_kept = !is_kept;
                is_kept
            });
            self.interval *= 2;
        }
        self.next_due = sample.at + self.interval;
    }

    /// The samples that were not dropped.
    pub fn as_slice(&self) -> &[Sample] {
        &self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_samples_stays_bounded_and_they_stay_in_order() {
        let mut samples = Samples::default();
        for count in 0..10_000 {
            let at = samples.next_due();
            samples.add(Sample {
                at,
                standing: count,
                ended: 0,
                answers: 0,
            });
            assert!(samples.as_slice().len() < SAMPLES_MAX);
        }
        let times: Vec<_> = samples.as_slice().iter().map(|sample| sample.at).collect();
        assert!(times.is_sorted());
        assert_eq!(times[0], Duration::ZERO);
    }
}
