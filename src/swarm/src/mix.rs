//! The mix of behaviours: a weight for each, and which behaviour the next client gets.

use std::fmt;

use crate::behaviour::Behaviour;

/// The weight of each behaviour, as in `idle=90,silent=10`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mix([u32; Behaviour::ALL.len()]);

impl Mix {
    /// Parses `idle=90,silent=10`. The error message says what is wrong, and what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut weights = [0; Behaviour::ALL.len()];
        for item in text.split(',') {
            let (name, weight) = item.split_once('=').unwrap_or((item, "1"));
            let Some(behaviour) = Behaviour::named(name.trim()) else {
                let known = Behaviour::ALL.map(Behaviour::name).join(", ");
                return Err(format!(
                    "no behaviour is called '{name}'; there are {known}"
                ));
            };
            weights[behaviour as usize] = match weight.trim().parse::<u16>() {
                Ok(weight) => u32::from(weight),
                Err(_) => return Err(format!("'{weight}' is no weight from 0 to 65535")),
            };
        }
        if weights.iter().sum::<u32>() == 0 {
            return Err("all weights are 0; give one behaviour more, as in idle=1".to_owned());
        }
        Ok(Self(weights))
    }

    fn weight(&self, behaviour: Behaviour) -> u32 {
        self.0[behaviour as usize]
    }
}

impl fmt::Display for Mix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for behaviour in Behaviour::ALL {
            let weight = self.weight(behaviour);
            if weight > 0 {
                write!(formatter, "{separator}{}={weight}", behaviour.name())?;
                separator = ",";
            }
        }
        Ok(())
    }
}

/// Assigns behaviours in the proportions of a mix, evenly spread and the same in every run.
///
/// This is the smooth weighted round robin that load balancers use: in each round every behaviour
/// gains its weight as credit, the one with the most credit is chosen, and the sum of all weights
/// is taken from it. After as many rounds as that sum, each has been chosen exactly as often as its
/// weight says.
#[derive(Clone, Debug)]
pub struct WeightedRoundRobin {
    mix: Mix,
    credit: [i64; Behaviour::ALL.len()],
}

impl WeightedRoundRobin {
    /// Starts without credit for any behaviour.
    pub fn new(mix: Mix) -> Self {
        Self {
            mix,
            credit: [0; Behaviour::ALL.len()],
        }
    }

    /// The behaviour of the next client.
    pub fn next(&mut self) -> Behaviour {
        let mut chosen = Behaviour::Idle;
        for behaviour in Behaviour::ALL {
            self.credit[behaviour as usize] += i64::from(self.mix.weight(behaviour));
            if self.credit[behaviour as usize] > self.credit[chosen as usize] {
                chosen = behaviour;
            }
        }
        let total: u32 = self.mix.0.iter().sum();
        self.credit[chosen as usize] -= i64::from(total);
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_is_parsed_and_displayed_alike_or_refused_with_a_reason() {
        for text in [
            "idle=1",
            "idle=90,silent=2,late=8",
            "drip=1,slow-reader=65535",
        ] {
            assert_eq!(Mix::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            Mix::parse("late, idle = 2").unwrap().to_string(),
            "idle=2,late=1"
        );
        let table = [
            ("", "no behaviour is called ''"),
            (
                "lazy=1",
                "no behaviour is called 'lazy'; there are idle, silent",
            ),
            ("idle=-1", "'-1' is no weight from 0 to 65535"),
            ("idle=1.5", "'1.5' is no weight"),
            ("idle=0,late=0", "all weights are 0"),
        ];
        for (text, message) in table {
            let found = Mix::parse(text).unwrap_err();
            assert!(found.starts_with(message), "{text}: {found}");
        }
    }

    #[test]
    fn behaviours_are_assigned_exactly_by_weight_and_evenly_spread() {
        let mut behaviours = WeightedRoundRobin::new(Mix::parse("idle=7,silent=2,late=1").unwrap());
        for round in 0..3 {
            let assigned: Vec<_> = (0..10).map(|_| behaviours.next()).collect();
            let count = |wanted| assigned.iter().filter(|&&one| one == wanted).count();
            assert_eq!(count(Behaviour::Idle), 7, "round {round}");
            assert_eq!(count(Behaviour::Silent), 2, "round {round}");
            assert_eq!(count(Behaviour::Late), 1, "round {round}");
            let pairs = assigned.windows(2);
            assert!(!pairs.into_iter().any(|pair| pair == [Behaviour::Silent; 2]));
        }
    }
}
