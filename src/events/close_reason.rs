//! Why connections end: each one for exactly one reason.

/// The reason for which a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The peer ended it, before a request or in the middle of a head.
    Peer,
    /// No request in time: nothing came, or half a head.
    HeadDeadline,
    /// No further request in time.
    IdleDeadline,
    /// A response made no progress in time.
    StallDeadline,
    /// It was idle or silent, and its slot or descriptor was wanted for another.
    Evicted,
    /// The request said, or meant, `Connection: close`.
    CloseAsked,
    /// It had its `--keep-alive-requests` requests, or keep-alive is off.
    RequestLimit,
    /// Its request had an unsound frame.
    BadRequest,
    /// The file became shorter than the length that was promised, or could no longer be read.
    FileShrank,
    /// The peer broke it off: a reset, or an error that the network reported.
    Reset,
    /// No descriptor or memory was left to open the file with, or to watch the socket.
    OutOfDescriptors,
    /// The server was stopped.
    Stopped,
}

impl CloseReason {
    /// Every cause, in the order in which they are reported.
    pub const ALL: [Self; 12] = [
        Self::Peer,
        Self::HeadDeadline,
        Self::IdleDeadline,
        Self::StallDeadline,
        Self::Evicted,
        Self::CloseAsked,
        Self::RequestLimit,
        Self::BadRequest,
        Self::FileShrank,
        Self::Reset,
        Self::OutOfDescriptors,
        Self::Stopped,
    ];

    /// Its name in the log's `outcome` column and in counts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Peer => "peer",
            Self::HeadDeadline => "head-deadline",
            Self::IdleDeadline => "idle-deadline",
            Self::StallDeadline => "stall-deadline",
            Self::Evicted => "evicted",
            Self::CloseAsked => "close-asked",
            Self::RequestLimit => "request-limit",
            Self::BadRequest => "bad-request",
            Self::FileShrank => "file-shrank",
            Self::Reset => "reset",
            Self::OutOfDescriptors => "exhausted",
            Self::Stopped => "stopped",
        }
    }
}

/// How many connections ended for which cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CloseCounts([u64; CloseReason::ALL.len()]);

impl CloseCounts {
    /// Counts one more.
    pub fn add(&mut self, cause: CloseReason) {
        self.0[cause as usize] += 1;
    }

    /// How many ended for this cause.
    pub fn of(&self, cause: CloseReason) -> u64 {
        self.0[cause as usize]
    }

    /// How many ended at all.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

impl std::fmt::Display for CloseCounts {
    /// The causes that occurred, such as `peer 3, idle-deadline 1`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut separator = "";
        for cause in CloseReason::ALL {
            if self.of(cause) > 0 {
                write!(formatter, "{separator}{} {}", cause.name(), self.of(cause))?;
                separator = ", ";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        let mut counts = CloseCounts::default();
        assert_eq!(counts.to_string(), "");
        for (index, cause) in CloseReason::ALL.into_iter().enumerate() {
            assert_eq!(cause as usize, index, "{cause:?} stands at its index");
        }
        counts.add(CloseReason::Stopped);
        counts.add(CloseReason::Peer);
        counts.add(CloseReason::Peer);
        assert_eq!(counts.to_string(), "peer 2, stopped 1");
        assert_eq!(counts.total(), 3);
    }
}
