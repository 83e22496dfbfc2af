//! The summary of a finished run, computed once: outcomes, survival, and every figure that can be
//! expected of a run.

use crate::behaviour::Behaviour;
use crate::expectation::Figure;
use crate::outcome::{Outcome, OutcomeCounts};
use crate::run::Finished;
use crate::stats::Requests;
use crate::survival::Survival;

/// The connections of one behaviour.
#[derive(Debug)]
pub struct Group {
    /// What these connections did.
    pub behaviour: Behaviour,
    /// How they ended.
    pub outcomes: OutcomeCounts,
    /// Which share of them reached which age.
    pub survival: Survival,
    /// What became of their requests.
    pub requests: Requests,
}

/// The summary of a run.
pub struct Summary<'run> {
    /// The run that is summarised.
    pub run: &'run Finished,
    /// The behaviours that occurred, each with its connections.
    pub groups: Vec<Group>,
    /// How all connections ended, including those not tried: the counts add up to `--connections`.
    pub outcomes: OutcomeCounts,
    /// Which share of all connections that were tried reached which age.
    pub survival: Survival,
}

impl<'run> Summary<'run> {
    /// Computes the summary of this run.
    pub fn new(run: &'run Finished) -> Self {
        let swarm = &run.swarm;
        let groups: Vec<Group> = Behaviour::ALL
            .into_iter()
            .map(|behaviour| Group {
                behaviour,
                outcomes: swarm.outcomes(behaviour),
                survival: Survival::new(swarm.lifetimes(Some(behaviour))),
                requests: swarm.stats.requests(behaviour),
            })
            .filter(|group| group.outcomes.total() > 0)
            .collect();
        let mut outcomes = OutcomeCounts::default();
        for group in &groups {
            for outcome in Outcome::ALL {
                outcomes.add(outcome, group.outcomes.of(outcome));
            }
        }
        let not_tried = swarm.settings().connections.saturating_sub(swarm.tried());
        outcomes.add(Outcome::NotTried, not_tried.into());
        Self {
            run,
            groups,
            outcomes,
            survival: Survival::new(swarm.lifetimes(None)),
        }
    }

    /// A figure, in the unit in which it is expected; `None` if the run did not show it.
    pub fn figure(&self, figure: Figure) -> Option<f64> {
        let stats = &self.run.swarm.stats;
        match figure {
            Figure::Survival(None, age) => self.survival.at(age),
            Figure::Survival(Some(behaviour), age) => {
                let group = self.groups.iter().find(|g| g.behaviour == behaviour)?;
                group.survival.at(age)
            }
            Figure::Latency(timed, percent) => {
                let time = stats.times(timed).percentile(percent)?;
                Some(time.as_secs_f64())
            }
            Figure::Outcome(outcome) => Some(count(self.outcomes.of(outcome))),
            Figure::Lost => Some(count(
                self.groups.iter().map(|group| group.requests.lost).sum(),
            )),
            Figure::LateLost => Some(count(stats.late.within.lost)),
            Figure::ClosedEarly => Some(count(stats.closed_early)),
            Figure::BytesPerConnection => self.run.footprint.private_per_connection(),
        }
    }
}

/// Counts are far below 2⁵³, from where on an `f64` would round them.
#[allow(clippy::cast_precision_loss)]
fn count(count: u64) -> f64 {
    count as f64
}
