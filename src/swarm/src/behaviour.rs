//! What clients do: each behaviour as a table of three moments.

/// What a client does for as long as it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Behaviour {
    /// One GET, then nothing.
    Idle,
    /// Nothing at all after the connect.
    Silent,
    /// A GET once per period.
    Periodic,
    /// A request head that is sent byte by byte.
    Drip,
    /// Reads its answer slowly, piece by piece.
    SlowReader,
    /// One GET, then a FIN from our side.
    HalfClose,
    /// Several pipelined GETs in one write.
    Burst,
    /// A GET at about the moment at which the server may close the idle connection.
    Late,
}

/// When a client is asked what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The connection is established.
    Connected,
    /// All requests under way have been answered.
    Answered,
    /// The timer that an earlier step set has expired.
    Expired,
}

/// What to do next. Some steps also set the client's timer: see [`Moment::Expired`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Do nothing until something arrives.
    Rest,
    /// Send one GET.
    Ask,
    /// Send one GET, unless one is under way, and set the timer to one period.
    AskPeriodically,
    /// Send one GET long after the last one.
    Probe,
    /// Send one GET, then shut down our side of the connection.
    AskAndShut,
    /// Send several pipelined GETs.
    AskManyTimes,
    /// Set the timer to the end of the idle time that the server promised, plus or minus a spread.
    WaitForTheIdleTime,
    /// Send one GET at that time.
    AskLate,
    /// Send the next byte of a GET, unless one is fully sent and not yet answered, and set the timer
    /// to the drip's interval.
    Drip,
    /// Send one GET whose answer is read slowly.
    AskSlowly,
    /// The same for the first time: also set the timer for the first piece.
    AskSlowlyFirst,
    /// Read a piece of an answer, and set the timer for the next one.
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

    /// Looks a behaviour up by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|behaviour| behaviour.name() == name)
    }

    /// The whole state machine of each behaviour. What happens in between (bytes, errors) is the
    /// same for all of them, and [`crate::client`] handles it.
    pub const fn step(self, moment: Moment) -> Step {
        use Moment::{Answered, Connected, Expired};
        match (self, moment) {
            (Self::Idle, Expired) => Step::Probe,
            (Self::Idle | Self::Late, Connected) => Step::Ask,
            (Self::Periodic, Connected | Expired) => Step::AskPeriodically,
            (Self::Drip, Connected | Expired) => Step::Drip,
            (Self::SlowReader, Connected) => Step::AskSlowlyFirst,
            (Self::SlowReader, Answered) => Step::AskSlowly,
            (Self::SlowReader, Expired) => Step::ReadAPiece,
            (Self::HalfClose, Connected) => Step::AskAndShut,
            (Self::Burst, Connected) => Step::AskManyTimes,
            (Self::Late, Answered) => Step::WaitForTheIdleTime,
            (Self::Late, Expired) => Step::AskLate,
            (Self::Silent, _)
            | (
                Self::Idle | Self::Periodic | Self::Drip | Self::HalfClose | Self::Burst,
                Answered,
            )
            | (Self::HalfClose | Self::Burst, Expired) => Step::Rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_behaviour_is_found_by_its_name_and_stands_at_its_index() {
        for (index, behaviour) in Behaviour::ALL.into_iter().enumerate() {
            assert_eq!(behaviour as usize, index);
            assert_eq!(Behaviour::named(behaviour.name()), Some(behaviour));
        }
    }
}
