//! Which share of connections lived how long.
//!
//! Not all are watched for the same time: who was opened last has the shortest life when the
//! report is made, and is still alive. Counting them as survivors would flatter the server, and
//! leaving them out would blame it. The estimator of Kaplan and Meier (Journal of the American
//! Statistical Association 53, 1958) uses each for as long as it was seen: at every age at which
//! someone died, the share is multiplied by the part of those under watch who did not.

use std::time::Duration;

/// A life: its length in milliseconds, and whether it was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Life {
    /// From the connection's beginning to its end, or to the report.
    pub millis: u32,
    /// Whether it ended, or was merely no longer watched. Deaths sort before the latter, since
    /// someone who was seen at an age was at risk at that age.
    pub fate: Fate,
}

/// Whether a life was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It ended.
    Died,
    /// It went on.
    Lived,
}

/// A stair that only goes down: from `millis` on, `share` of all live.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stair {
    /// The age at which it begins.
    pub millis: u32,
    /// From 0 to 1.
    pub share: f64,
}

/// The survival curve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survival {
    stairs: Vec<Stair>,
    /// The greatest age at which anyone was under watch.
    watched: u32,
}

impl Survival {
    /// The curve of these lives.
    pub fn of(mut lives: Vec<Life>) -> Self {
        lives.sort_unstable();
        let mut stairs = vec![Stair {
            millis: 0,
            share: 1.0,
        }];
        let (mut share, mut at_risk) = (1.0, lives.len());
        for group in lives.chunk_by(|one, next| one.millis == next.millis) {
            let died = group.iter().filter(|life| life.fate == Fate::Died).count();
            if died > 0 {
                share *= ratio(at_risk - died, at_risk);
                let millis = group[0].millis;
                stairs.push(Stair { millis, share });
            }
            at_risk -= group.len();
        }
        Self {
            stairs,
            watched: lives.last().map_or(0, |life| life.millis),
        }
    }

    /// The share that reached `age`; `None` if nobody was watched for so long and some might
    /// still have lived.
    pub fn at(&self, age: Duration) -> Option<f64> {
        let millis = u32::try_from(age.as_millis()).unwrap_or(u32::MAX);
        let stair = self.stairs.iter().rfind(|stair| stair.millis <= millis)?;
        (millis <= self.watched || stair.share == 0.0).then_some(stair.share)
    }

    /// The curve at no more than `most` ages, evenly spread; between them it only goes down.
    pub fn sampled(&self, most: u32) -> Vec<Stair> {
        let steps = most.saturating_sub(1).max(1);
        let mut ages: Vec<u32> = (0..=steps)
            .map(|step| u64::from(self.watched) * u64::from(step) / u64::from(steps))
            .filter_map(|age| u32::try_from(age).ok())
            .collect();
        ages.dedup();
        ages.into_iter()
            .filter_map(|millis| {
                let share = self.at(Duration::from_millis(u64::from(millis)))?;
                Some(Stair { millis, share })
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

    fn lives(table: &[(u32, Fate)]) -> Vec<Life> {
        let life = |&(millis, fate)| Life { millis, fate };
        table.iter().map(life).collect()
    }

    fn at(survival: &Survival, millis: u64) -> Option<f64> {
        let share = survival.at(Duration::from_millis(millis))?;
        Some((share * 1e6).round() / 1e6)
    }

    #[test]
    fn all_watched_alike_is_plain_counting() {
        use Fate::{Died, Lived};
        let survival = Survival::of(lives(&[(9, Lived), (3, Died), (9, Lived), (5, Died)]));
        for (age, share) in [(0, 1.0), (2, 1.0), (3, 0.75), (4, 0.75), (5, 0.5), (9, 0.5)] {
            assert_eq!(at(&survival, age), Some(share), "at {age}");
        }
        assert_eq!(at(&survival, 10), None);
    }

    #[test]
    fn who_was_watched_for_a_short_time_counts_for_that_time() {
        use Fate::{Died, Lived};
        // The example that every textbook computes: 4 at risk at 6, 2 at risk at 10.
        let survival = Survival::of(lives(&[(6, Died), (7, Lived), (10, Died), (12, Lived)]));
        assert_eq!(at(&survival, 6), Some(0.75));
        assert_eq!(at(&survival, 9), Some(0.75));
        assert_eq!(at(&survival, 10), Some(0.375));
        assert_eq!(at(&survival, 12), Some(0.375));
    }

    #[test]
    fn nobody_left_is_known_for_ever_and_nobody_at_all_never() {
        let survival = Survival::of(lives(&[(0, Fate::Died), (4, Fate::Died)]));
        assert_eq!(at(&survival, 0), Some(0.5));
        assert_eq!(at(&survival, 1_000_000), Some(0.0));
        let empty = Survival::of(Vec::new());
        assert_eq!(at(&empty, 1), None);
    }

    #[test]
    fn samples_are_of_the_curve() {
        let survival = Survival::of(
            (0..1000)
                .map(|millis| Life {
                    millis,
                    fate: Fate::Died,
                })
                .collect(),
        );
        let samples = survival.sampled(11);
        assert_eq!(samples.len(), 11);
        for stair in samples {
            assert_eq!(
                survival.at(Duration::from_millis(stair.millis.into())),
                Some(stair.share)
            );
        }
    }
}
