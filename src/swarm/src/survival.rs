//! Survival: which share of the connections reached which age.
//!
//! Not all connections are watched for the same time: the one that was opened last has the shortest
//! lifetime when the report is made, and is still alive. Such a lifetime is *censored*: known only
//! to be at least so long. Counting it as survived would flatter the server, and leaving it out
//! would blame it. The estimator of Kaplan and Meier (Journal of the American Statistical
//! Association 53, 1958) uses each connection for as long as it was seen: at every age at which
//! some ended, the share is multiplied by the part of those under watch that did not.

use std::time::Duration;

/// How long one connection lived, as far as it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lifetime {
    /// From its beginning to its end, or to the report.
    pub millis: u32,
    /// Whether it was still alive then. At equal ages ends sort before censored lifetimes, since a
    /// connection that was seen at an age was at risk at that age.
    pub is_censored: bool,
}

/// A point of the curve, which stays at `share` from `millis` until the next point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// The age at which the curve reaches this share.
    pub millis: u32,
    /// From 0 to 1.
    pub share: f64,
}

/// The survival curve: a step function that never rises.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survival {
    points: Vec<CurvePoint>,
    /// The greatest age at which any connection was seen.
    watched: u32,
}

impl Survival {
    /// Estimates the curve from these lifetimes.
    pub fn new(mut lifetimes: Vec<Lifetime>) -> Self {
        lifetimes.sort_unstable();
        let mut points = vec![CurvePoint {
            millis: 0,
            share: 1.0,
        }];
        let (mut share, mut at_risk) = (1.0, lifetimes.len());
        for group in lifetimes.chunk_by(|one, next| one.millis == next.millis) {
            let ended = group.iter().filter(|one| !one.is_censored).count();
            if ended > 0 {
                share *= ratio(at_risk - ended, at_risk);
                let millis = group[0].millis;
                points.push(CurvePoint { millis, share });
            }
            at_risk -= group.len();
        }
        Self {
            points,
            watched: lifetimes.last().map_or(0, |last| last.millis),
        }
    }

    /// The share that reached `age`; `None` if no connection was watched for so long and some may
    /// have lived on.
    pub fn at(&self, age: Duration) -> Option<f64> {
        let millis = u32::try_from(age.as_millis()).unwrap_or(u32::MAX);
        let point = self.points.iter().rfind(|point| point.millis <= millis)?;
        (millis <= self.watched || point.share == 0.0).then_some(point.share)
    }

    /// The curve at no more than `most` ages, evenly spread.
    pub fn sampled(&self, most: u32) -> Vec<CurvePoint> {
        let steps = most.saturating_sub(1).max(1);
        let mut ages: Vec<u32> = (0..=steps)
            .map(|step| u64::from(self.watched) * u64::from(step) / u64::from(steps))
            .filter_map(|age| u32::try_from(age).ok())
            .collect();
        ages.dedup();
        ages.into_iter()
            .filter_map(|millis| {
                let share = self.at(Duration::from_millis(u64::from(millis)))?;
                Some(CurvePoint { millis, share })
            })
            .collect()
    }
}

/// Counts are far below 2⁵³, from where on an `f64` would round them.
#[allow(clippy::cast_precision_loss)]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(millis: u32) -> Lifetime {
        Lifetime {
            millis,
            is_censored: false,
        }
    }

    fn alive(millis: u32) -> Lifetime {
        Lifetime {
            millis,
            is_censored: true,
        }
    }

    fn at(survival: &Survival, millis: u64) -> Option<f64> {
        let share = survival.at(Duration::from_millis(millis))?;
        Some((share * 1e6).round() / 1e6)
    }

    #[test]
    fn when_all_are_watched_equally_long_the_curve_is_plain_counting() {
        let survival = Survival::new(vec![alive(9), ended(3), alive(9), ended(5)]);
        for (age, share) in [(0, 1.0), (2, 1.0), (3, 0.75), (4, 0.75), (5, 0.5), (9, 0.5)] {
            assert_eq!(at(&survival, age), Some(share), "at {age}");
        }
        assert_eq!(at(&survival, 10), None);
    }

    #[test]
    fn a_censored_lifetime_counts_for_as_long_as_it_was_watched() {
        // The example that every textbook computes: 4 at risk at 6, 2 at risk at 10.
        let survival = Survival::new(vec![ended(6), alive(7), ended(10), alive(12)]);
        assert_eq!(at(&survival, 6), Some(0.75));
        assert_eq!(at(&survival, 9), Some(0.75));
        assert_eq!(at(&survival, 10), Some(0.375));
        assert_eq!(at(&survival, 12), Some(0.375));
    }

    #[test]
    fn the_share_stays_known_after_all_have_ended_and_is_unknown_without_connections() {
        let survival = Survival::new(vec![ended(0), ended(4)]);
        assert_eq!(at(&survival, 0), Some(0.5));
        assert_eq!(at(&survival, 1_000_000), Some(0.0));
        let empty = Survival::new(Vec::new());
        assert_eq!(at(&empty, 1), None);
    }

    #[test]
    fn samples_lie_on_the_curve() {
        let survival = Survival::new((0..1000).map(ended).collect());
        let samples = survival.sampled(11);
        assert_eq!(samples.len(), 11);
        for point in samples {
            assert_eq!(
                survival.at(Duration::from_millis(point.millis.into())),
                Some(point.share)
            );
        }
    }
}
