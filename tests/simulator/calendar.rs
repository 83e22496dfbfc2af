//! The two clocks: a monotonic one that goes forwards by any amount, and a wall clock that may be
//! set.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use millpond::clock::Now;

use crate::random::Random;
use crate::scene::Scene;

const DAY: Duration = Duration::from_secs(86_400);

pub struct Calendar {
    monotonic: Duration,
    wall: SystemTime,
    /// Without leaps: time passes from one deadline to the next.
    pub is_calm: bool,
}

impl Calendar {
    pub fn new(random: &mut Random) -> Self {
        // From 2005 to 2030, so that a few jumps stay far from the files' time and from 9999.
        let days = u32::try_from(random.between(12_800, 22_000)).unwrap();
        Self {
            monotonic: Duration::ZERO,
            wall: UNIX_EPOCH + DAY * days,
            is_calm: false,
        }
    }

    pub fn now(&self) -> Now {
        Now {
            monotonic: self.monotonic,
            wall: self.wall,
        }
    }

    /// Advances to the next turn of the loop. `wake` is the time at which the connection table must
    /// be called if no event comes before.
    pub fn pass(&mut self, wake: Option<Duration>, random: &mut Random, scene: &Scene) -> Now {
        let until = wake.map(|wake| wake.saturating_sub(self.monotonic));
        let step = match (until, random.below(100)) {
            (Some(until), _) if self.is_calm => until,
            (None, _) if self.is_calm => Duration::ZERO,
            (Some(until), 0..=9) => until,
            (_, 10..=69) => millis(random.below(20)),
            (_, 70..=97) => millis(random.below(400)),
            (_, 98) => {
                scene.count(|stats| stats.clock_leaps += 1);
                millis(random.below(40_000))
            }
            _ => Duration::ZERO,
        };
        self.monotonic += step;
        self.wall += step;
        if random.one_in(300) {
            self.set_wall(random, scene);
        }
        self.now()
    }

    /// Sets the wall clock forwards or back, by up to twenty days.
    fn set_wall(&mut self, random: &mut Random, scene: &Scene) {
        let jump =
            DAY * u32::try_from(random.below(20)).unwrap() + millis(random.below(86_400_000));
        self.wall = if random.one_in(2) {
            self.wall + jump
        } else {
            self.wall - jump
        };
        scene.count(|stats| stats.clock_leaps += 1);
    }
}

fn millis(count: usize) -> Duration {
    Duration::from_millis(count as u64)
}
