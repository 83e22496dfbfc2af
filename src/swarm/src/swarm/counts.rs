//! Counts over all clients: those that have ended, and those that have not.

use std::time::Duration;

use super::Swarm;
use crate::behaviour::Behaviour;
use crate::client::Client;
use crate::outcome::{Outcome, OutcomeCounts};
use crate::samples::Sample;
use crate::stats::whole_millis;
use crate::survival::Lifetime;

impl Swarm {
    /// The outcomes of one behaviour's connections, including those that have not ended.
    pub fn outcomes(&self, of: Behaviour) -> OutcomeCounts {
        let mut counts = *self.stats.outcomes(of);
        for client in self.clients.iter().flatten() {
            if client.behaviour() == of {
                let is_established = client.age(Duration::ZERO).is_some();
                let outcome = if is_established {
                    Outcome::Alive
                } else {
                    Outcome::Connecting
                };
                counts.add(outcome, 1);
            }
        }
        counts
    }

    /// The lifetimes of all connections, of one behaviour or of all. Those that have not ended are
    /// censored; one that is still not established counts as ended at age 0.
    pub fn lifetimes(&self, of: Option<Behaviour>) -> Vec<Lifetime> {
        let now = self.now();
        let is_wanted =
            |client: &&Client| of.is_none_or(|behaviour| behaviour == client.behaviour());
        let open = self.clients.iter().flatten().filter(is_wanted);
        let open = open.map(|client| {
            let age = client.age(now);
            Lifetime {
                millis: whole_millis(age.unwrap_or_default()),
                is_censored: age.is_some(),
            }
        });
        self.stats.lifetimes(of).chain(open).collect()
    }

    /// Takes a sample of the run.
    pub fn sample(&mut self) {
        let sample = Sample {
            at: self.now(),
            standing: self.stats.standing,
            ended: self.stats.ended_count(),
            answers: self.stats.answers(),
        };
        self.samples.add(sample);
    }

    /// Takes a sample of the run if one is due.
    pub fn sample_if_due(&mut self) {
        if self.time_to_sample().is_zero() {
            self.sample();
        }
    }

    /// How long it is until the next sample is due.
    pub fn time_to_sample(&self) -> Duration {
        self.samples.next_due().saturating_sub(self.now())
    }
}
