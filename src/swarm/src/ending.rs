//! How connections end: each one in exactly one way, so that the ways add up to all of them.

use std::io;

/// What became of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It stood when the report was made.
    Alive,
    /// The server ended it in the orderly way, by a FIN.
    Closed,
    /// The server, or something between, broke it off by a RST.
    Reset,
    /// Nobody listened there.
    Refused,
    /// The network gave up on it (ETIMEDOUT).
    TimedOut,
    /// Any other error of the network.
    Failed,
    /// What came was no HTTP/1.1, and we closed it.
    Garbled,
    /// We had no descriptor, port, address or memory left for it.
    OurShortage,
    /// It never stood, and nobody said no.
    Connecting,
    /// The swarm was stopped before its turn came.
    NotTried,
}

impl Ending {
    /// Every way, in the order in which they are reported.
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

    /// What it means, for someone who reads a report for the first time.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Alive => "still alive at the end",
            Self::Closed => "closed by the server (FIN)",
            Self::Reset => "reset by the server (RST)",
            Self::Refused => "refused: nobody listened",
            Self::TimedOut => "timed out in the network",
            Self::Failed => "other errors of the network",
            Self::Garbled => "answered with something that is no HTTP",
            Self::OurShortage => "not opened: our own shortage",
            Self::Connecting => "still connecting at the end",
            Self::NotTried => "not tried before the stop",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.name() == name)
    }

    /// What an error of connect(2), read(2) or write(2) means for the connection.
    pub fn of(error: &io::Error) -> Self {
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
            _ if millpond::descriptors::is_exhausted(error) => Self::OurShortage,
            _ => Self::Failed,
        }
    }
}

/// How many connections ended in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndingCounts([u64; Ending::ALL.len()]);

impl EndingCounts {
    /// Counts `count` more.
    pub fn add(&mut self, ending: Ending, count: u64) {
        self.0[ending as usize] += count;
    }

    /// How many ended in this way.
    pub fn of(&self, ending: Ending) -> u64 {
        self.0[ending as usize]
    }

    /// How many there are of all.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_names() {
        let table = [
            (111, Ending::Refused),
            (104, Ending::Reset),
            (32, Ending::Reset),
            (110, Ending::TimedOut),
            (113, Ending::Failed),
            (99, Ending::OurShortage),
            (24, Ending::OurShortage),
        ];
        for (errno, ending) in table {
            let error = io::Error::from_raw_os_error(errno);
            assert_eq!(Ending::of(&error), ending, "{error}");
        }
        for (index, ending) in Ending::ALL.into_iter().enumerate() {
            assert_eq!(ending as usize, index);
            assert_eq!(Ending::named(ending.name()), Some(ending));
        }
    }
}
