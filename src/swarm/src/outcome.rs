//! Outcomes of connections: each connection has exactly one, so that their counts add up to all.

use std::io;

/// What became of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was established when the report was made.
    Alive,
    /// The server closed it in the orderly way, by a FIN.
    Closed,
    /// The server, or something between, broke it off by a RST.
    Reset,
    /// Nothing listened at the address.
    Refused,
    /// The network gave up on it (ETIMEDOUT).
    TimedOut,
    /// Any other error of the network.
    Failed,
    /// We received something other than HTTP/1.1, and closed it.
    Garbled,
    /// We had no descriptor, port, address or memory left for it.
    OurShortage,
    /// It was neither established nor refused.
    Connecting,
    /// The swarm was stopped before it was opened.
    NotTried,
}

impl Outcome {
    /// Every outcome, in the order in which they are reported.
    pub const ALL: [Self; 10] = [
        Self::Alive,
        Self::Closed,
        Self::Reset,
        Self::Refused,
        Self::TimedOut,
        Self::Failed,
        Self::Garbled,
        Self::OurShortage,
        Self::Connecting,
        Self::NotTried,
    ];

    /// Its name in reports and in `--expect`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Closed => "closed",
            Self::Reset => "reset",
            Self::Refused => "refused",
            Self::TimedOut => "timed-out",
            Self::Failed => "failed",
            Self::Garbled => "garbled",
            Self::OurShortage => "our-shortage",
            Self::Connecting => "connecting",
            Self::NotTried => "not-tried",
        }
    }

    /// Its description in reports, for a reader who sees one for the first time.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Alive => "still alive at the end",
            Self::Closed => "closed by the server (FIN)",
            Self::Reset => "reset by the server (RST)",
            Self::Refused => "refused: no server listened",
            Self::TimedOut => "timed out in the network",
            Self::Failed => "other errors of the network",
            Self::Garbled => "answered with something that is no HTTP",
            Self::OurShortage => "not opened: our own shortage",
            Self::Connecting => "still connecting at the end",
            Self::NotTried => "not tried before the stop",
        }
    }

    /// Looks an outcome up by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

impl From<&io::Error> for Outcome {
    /// What an error of connect(2), read(2) or write(2) means for the connection.
    fn from(error: &io::Error) -> Self {
        use io::ErrorKind;
        match error.kind() {
            ErrorKind::ConnectionRefused => Self::Refused,
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => {
                Self::Reset
            }
            ErrorKind::TimedOut => Self::TimedOut,
            ErrorKind::AddrNotAvailable | ErrorKind::AddrInUse | ErrorKind::PermissionDenied => {
                Self::OurShortage
            }
            _ if millpond::os::descriptors::is_out_of_descriptors(error) => Self::OurShortage,
            _ => Self::Failed,
        }
    }
}

/// How many connections had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeCounts([u64; Outcome::ALL.len()]);

impl OutcomeCounts {
    /// Adds `count` connections with this outcome.
    pub fn add(&mut self, outcome: Outcome, count: u64) {
        self.0[outcome as usize] += count;
    }

    /// How many had this outcome.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.0[outcome as usize]
    }

    /// The sum of all counts.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_has_its_outcome_and_each_outcome_its_name() {
        let table = [
            (111, Outcome::Refused),
            (104, Outcome::Reset),
            (32, Outcome::Reset),
            (110, Outcome::TimedOut),
            (113, Outcome::Failed),
            (99, Outcome::OurShortage),
            (24, Outcome::OurShortage),
        ];
        for (errno, outcome) in table {
            let error = io::Error::from_raw_os_error(errno);
            assert_eq!(Outcome::from(&error), outcome, "{error}");
        }
        for (index, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome as usize, index);
            assert_eq!(Outcome::named(outcome.name()), Some(outcome));
        }
    }
}
