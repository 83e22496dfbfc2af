//! What clients do, each behaviour as a table of three moments; and the mix of them.

use std::fmt;

/// What a client does for as long as it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Behaviour {
    /// One GET, and then nothing.
    Idle,
    /// Nothing at all after the connect.
    Silent,
    /// A GET every so often.
    Periodic,
    /// A request head that comes byte by byte.
    Drip,
    /// An answer that is read piece by piece.
    SlowReader,
    /// One GET, and then the end of our side.
    HalfClose,
    /// Many GETs in one write.
    Burst,
    /// A GET at about the time at which the server may close the idle connection.
    Late,
}

/// When a client is asked what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The connection stands.
    Connected,
    /// All that was asked for has come.
    Answered,
    /// The time is up that a step before this one set.
    Due,
}

/// What to do next. A step that is named after a time sets it: see [`Moment::Due`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing, until something comes.
    Rest,
    /// One GET.
    Ask,
    /// One GET, if none is under way; the next one after the period.
    AskPeriodically,
    /// One GET, long after the last.
    Probe,
    /// One GET, and then our end of the connection.
    AskAndShut,
    /// Many GETs.
    AskManyTimes,
    /// Go on at the idle time that the server promised, more or less.
    WaitForTheIdleTime,
    /// One GET at that time.
    AskLate,
    /// The next byte of a GET, unless one is sent and not yet answered; again after the drip's time.
    Drip,
    /// One GET for what is to be read slowly.
    AskSlowly,
    /// One GET for that, and the first piece of the answer after a piece's time.
    AskSlowlyFirst,
    /// A piece of an answer; the next one after a piece's time.
    ReadAPiece,
}

impl Behaviour {
    /// Every behaviour, in the order in which they are reported.
    pub const ALL: [Self; 8] = [
        Self::Idle,
        Self::Silent,
        Self::Periodic,
        Self::Drip,
        Self::SlowReader,
        Self::HalfClose,
        Self::Burst,
        Self::Late,
    ];

    /// Its name in `--mix` and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Silent => "silent",
            Self::Periodic => "periodic",
            Self::Drip => "drip",
            Self::SlowReader => "slow-reader",
            Self::HalfClose => "half-close",
            Self::Burst => "burst",
            Self::Late => "late",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|behaviour| behaviour.name() == name)
    }

    /// The whole state machine of each behaviour. What comes in between, bytes and errors, is the
    /// same for all of them and is the client's affair.
    pub const fn step(self, moment: Moment) -> Step {
        use Moment::{Answered, Connected, Due};
        match (self, moment) {
            (Self::Idle, Due) => Step::Probe,
            (Self::Idle | Self::Late, Connected) => Step::Ask,
            (Self::Periodic, Connected | Due) => Step::AskPeriodically,
            (Self::Drip, Connected | Due) => Step::Drip,
            (Self::SlowReader, Connected) => Step::AskSlowlyFirst,
            (Self::SlowReader, Answered) => Step::AskSlowly,
            (Self::SlowReader, Due) => Step::ReadAPiece,
            (Self::HalfClose, Connected) => Step::AskAndShut,
            (Self::Burst, Connected) => Step::AskManyTimes,
            (Self::Late, Answered) => Step::WaitForTheIdleTime,
            (Self::Late, Due) => Step::AskLate,
            (Self::Silent, _)
            | (
                Self::Idle | Self::Periodic | Self::Drip | Self::HalfClose | Self::Burst,
                Answered,
            )
            | (Self::HalfClose | Self::Burst, Due) => Step::Rest,
        }
    }
}

/// How many clients of each behaviour there are among so many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mix([u32; Behaviour::ALL.len()]);

impl Mix {
    /// Reads `idle=90,silent=10`. The message says what is wrong, and what to write.
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

    /// The behaviour's weight.
    pub fn weight(&self, behaviour: Behaviour) -> u32 {
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

/// Deals behaviours out in the proportions of a mix, evenly spread and the same in every run.
///
/// This is the smooth weighted round robin that load balancers use: everyone gains their weight
/// in each round, the richest is chosen and pays what all have gained. After as many rounds as
/// all weights together, everyone has been chosen exactly as often as they weigh.
#[derive(Clone, Debug)]
pub struct Deal {
    mix: Mix,
    wealth: [i64; Behaviour::ALL.len()],
}

impl Deal {
    /// Nobody has been chosen yet.
    pub fn new(mix: Mix) -> Self {
        Self {
            mix,
            wealth: [0; Behaviour::ALL.len()],
        }
    }

    /// The next client's behaviour.
    pub fn next(&mut self) -> Behaviour {
        let mut chosen = Behaviour::Idle;
        for behaviour in Behaviour::ALL {
            self.wealth[behaviour as usize] += i64::from(self.mix.weight(behaviour));
            if self.wealth[behaviour as usize] > self.wealth[chosen as usize] {
                chosen = behaviour;
            }
        }
        let total: u32 = self.mix.0.iter().sum();
        self.wealth[chosen as usize] -= i64::from(total);
        chosen
    }
}

#[cfg(test)]
mod tests;
