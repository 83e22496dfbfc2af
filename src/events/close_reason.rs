//! Why a connection closes. Each connection has exactly one reason.

/// The reason for which a connection closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The peer ended its side before a request or in the middle of a head.
    Peer,
    /// No whole head came in time: not a byte of the first one, or only a part of one.
    HeadDeadline,
    /// No further request came in time.
    IdleDeadline,
    /// A response made no progress in time.
    StallDeadline,
    /// The connection was idle or silent, and another needed its slot or descriptor.
    Evicted,
    /// The request asked for it: `Connection: close`, or HTTP/1.0 without `keep-alive`.
    CloseAsked,
    /// The connection had its `--keep-alive-requests` requests, or keep-alive is off.
    RequestLimit,
    /// A request had malformed framing.
    BadRequest,
    /// The file became shorter than its Content-Length, or could no longer be read.
    FileShrank,
    /// The peer reset the connection, or the network reported an error.
    Reset,
    /// The connections held more memory than `--buffers` allows, and this one had waited longest.
    BufferLimit,
    /// No descriptor or memory was left to open the file or to register the socket.
    OutOfDescriptors,
    /// The server was stopped.
    Stopped,
}

impl CloseReason {
    /// Every reason, in the order in which they are reported.
    pub const ALL: [Self; 13] = [
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
        Self::BufferLimit,
        Self::OutOfDescriptors,
        Self::Stopped,
    ];

    /// The name in the log's `outcome` column, in the metrics and in the summary at the end.
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
            Self::BufferLimit => "buffer-limit",
            Self::OutOfDescriptors => "exhausted",
            Self::Stopped => "stopped",
        }
    }
}

/// How many connections closed for each reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CloseCounts([u64; CloseReason::ALL.len()]);

impl CloseCounts {
    /// Counts one connection that closed for `reason`.
    pub fn add(&mut self, reason: CloseReason) {
        self.0[reason as usize] += 1;
    }

    /// How many connections closed for `reason`.
    pub fn count(&self, reason: CloseReason) -> u64 {
        self.0[reason as usize]
    }

    /// How many connections closed for any reason.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

impl std::fmt::Display for CloseCounts {
    /// The reasons that occurred, such as `peer 3, idle-deadline 1`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut separator = "";
        for reason in CloseReason::ALL {
            if self.count(reason) > 0 {
                write!(
                    formatter,
                    "{separator}{} {}",
                    reason.name(),
                    self.count(reason)
                )?;
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
    fn only_reasons_that_occurred_are_shown_in_the_order_of_all() {
        let mut counts = CloseCounts::default();
        assert_eq!(counts.to_string(), "");
        for (index, reason) in CloseReason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, index, "{reason:?} is at its index");
        }
        counts.add(CloseReason::Stopped);
        counts.add(CloseReason::Peer);
        counts.add(CloseReason::Peer);
        assert_eq!(counts.to_string(), "peer 2, stopped 1");
        assert_eq!(counts.total(), 3);
    }
}
