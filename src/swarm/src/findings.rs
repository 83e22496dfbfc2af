//! What a finished run shows, worked out once: how connections ended, how long they lived, and each
//! figure that something can be expected of.

use crate::behaviour::Behaviour;
use crate::ending::{Ending, EndingCounts};
use crate::expectation::Figure;
use crate::run::Finished;
use crate::survival::Survival;
use crate::tally::{Requests, WITHIN};

/// The connections of one behaviour.
#[derive(Debug)]
pub struct Group {
    /// The behaviour.
    pub behaviour: Behaviour,
    /// How they ended.
    pub endings: EndingCounts,
    /// How long they lived.
    pub survival: Survival,
    /// What became of their requests.
    pub requests: Requests,
}

/// The findings of a run.
pub struct Findings<'run> {
    /// The run.
    pub run: &'run Finished,
    /// Behaviours that occurred, each with its connections.
    pub groups: Vec<Group>,
    /// How all connections ended that were asked for, so that the ways add up to them.
    pub endings: EndingCounts,
    /// How long all lived that were tried.
    pub survival: Survival,
}

impl<'run> Findings<'run> {
    /// Works them out.
    pub fn of(run: &'run Finished) -> Self {
        let swarm = &run.swarm;
        let groups: Vec<Group> = Behaviour::ALL
            .into_iter()
            .map(|behaviour| Group {
                behaviour,
                endings: swarm.endings(behaviour),
                survival: Survival::of(swarm.lives(Some(behaviour))),
                requests: swarm.tally.requests(behaviour),
            })
            .filter(|group| group.endings.total() > 0)
            .collect();
        let mut endings = EndingCounts::default();
        for group in &groups {
            for ending in Ending::ALL {
                endings.add(ending, group.endings.of(ending));
            }
        }
        let not_tried = swarm.settings().connections.saturating_sub(swarm.tried());
        endings.add(Ending::NotTried, not_tried.into());
        Self {
            run,
            groups,
            endings,
            survival: Survival::of(swarm.lives(None)),
        }
    }

    /// A figure, in the unit in which it is expected; none if the run did not show it.
    pub fn figure(&self, figure: Figure) -> Option<f64> {
        let tally = &self.run.swarm.tally;
        match figure {
            Figure::Survival(None, age) => self.survival.at(age),
            Figure::Survival(Some(behaviour), age) => {
                let group = self.groups.iter().find(|g| g.behaviour == behaviour)?;
                group.survival.at(age)
            }
            Figure::Latency(timed, percent) => {
                let time = tally.times(timed).percentile(percent)?;
                Some(time.as_secs_f64())
            }
            Figure::Ended(ending) => Some(count(self.endings.of(ending))),
            Figure::Lost => Some(count(
                self.groups.iter().map(|group| group.requests.lost).sum(),
            )),
            Figure::LateLost => Some(count(tally.late[WITHIN].lost)),
            Figure::ClosedEarly => Some(count(tally.closed_early)),
            Figure::BytesPerConnection => self.run.footprint.private_each(),
        }
    }
}

/// Counts are far below 2⁵³, from where on an `f64` would round them.
#[allow(clippy::cast_precision_loss)]
fn count(count: u64) -> f64 {
    count as f64
}
