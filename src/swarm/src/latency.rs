//! Latencies, in histograms that stay small however much is recorded.

use std::time::Duration;

use hdrhistogram::Histogram;

/// What was timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timed {
    /// From connect(2) to an established connection.
    Connect,
    /// From the first request of a connection to the end of its answer.
    First,
    /// The same for all later requests except probes.
    Further,
    /// The same for probes: requests on a connection that has long been idle.
    Probe,
}

impl Timed {
    /// Everything that is timed, in the order in which it is reported.
    pub const ALL: [Self; 4] = [Self::Connect, Self::First, Self::Further, Self::Probe];

    /// Its name in reports and in `--expect`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::First => "first",
            Self::Further => "further",
            Self::Probe => "probe",
        }
    }
}

/// Recorded times, from a microsecond up, exact to a thousandth: a few KiB for any number of them.
#[derive(Clone, Debug)]
pub struct Times(Histogram<u64>);

/// A day, in microseconds; longer times are recorded as that.
const LONGEST: u64 = 86_400 * 1_000_000;

/// Three significant digits, as wrk2 and the library's own examples record.
const DIGITS: u8 = 3;

impl Times {
    /// No times yet. Fails only for a number of digits that the histogram does not support.
    pub fn new() -> Result<Self, hdrhistogram::CreationError> {
        Histogram::new(DIGITS).map(Self)
    }

    /// Records a time.
    pub fn record(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        // It grows with what is recorded, and fails only for values far beyond this.
        let _ = self.0.record(micros.clamp(1, LONGEST));
    }

    /// How many times were recorded.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time that `percent` per cent of all did not exceed; `None` if there are none.
    pub fn percentile(&self, percent: f64) -> Option<Duration> {
        let micros = self.0.value_at_percentile(percent);
        (self.count() > 0).then(|| Duration::from_micros(micros))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_exact_to_a_thousandth() {
        let mut times = Times::new().unwrap();
        assert_eq!(times.percentile(50.0), None);
        for millis in 1..=1000 {
            times.record(Duration::from_millis(millis));
        }
        assert_eq!(times.count(), 1000);
        for (percent, millis) in [(50.0, 500), (99.0, 990), (90.0, 900), (100.0, 1000)] {
            let found = times.percentile(percent).unwrap();
            let exact = Duration::from_millis(millis);
            assert!(
                found.abs_diff(exact) <= exact / 1000,
                "{percent}: {found:?}"
            );
        }
        times.record(Duration::ZERO);
        times.record(Duration::from_secs(1 << 40));
        assert!(times.percentile(100.0) > Some(Duration::from_secs(3600)));
    }
}
