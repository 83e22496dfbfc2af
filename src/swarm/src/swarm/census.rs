//! What has become of all clients so far: those that have ended, and those that have not.

use std::time::Duration;

use super::Swarm;
use crate::behaviour::Behaviour;
use crate::client::Client;
use crate::ending::{Ending, EndingCounts};
use crate::survival::{Fate, Life};
use crate::tally::whole_millis;

impl Swarm {
    /// How the connections of one behaviour ended, with those that have not.
    pub fn endings(&self, of: Behaviour) -> EndingCounts {
        let mut counts = *self.tally.endings(of);
        for client in self.clients.iter().flatten() {
            if client.behaviour() == of {
                let stands = client.age(Duration::ZERO).is_some();
                let ending = if stands {
                    Ending::Alive
                } else {
                    Ending::Connecting
                };
                counts.add(ending, 1);
            }
        }
        counts
    }

    /// All lives, of one behaviour or of all: those that are over, and those that are not. A
    /// connection that has not come to stand by now counts as one that ended at once.
    pub fn lives(&self, of: Option<Behaviour>) -> Vec<Life> {
        let now = self.now();
        let is_wanted =
            |client: &&Client| of.is_none_or(|behaviour| behaviour == client.behaviour());
        let living = self.clients.iter().flatten().filter(is_wanted);
        let living = living.map(|client| match client.age(now) {
            Some(age) => Life {
                millis: whole_millis(age),
                fate: Fate::Lived,
            },
            None => Life {
                millis: 0,
                fate: Fate::Died,
            },
        });
        self.tally.lives(of).chain(living).collect()
    }
}
