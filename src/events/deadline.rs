//! The kinds of deadline that a connection can have.

/// What must happen on a connection before its deadline. A connection has one deadline at a time, and
/// each kind has its own queue in the table's timeouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// The first byte of the first request arrives. Runs from the accept.
    FirstByte,
    /// A whole request head arrives. Runs from its first byte.
    Head,
    /// The socket takes more of the response. Runs from the last progress.
    Stall,
    /// The first byte of the next request arrives. Runs from the end of the answer.
    Idle,
    /// The peer ends its side after the server has ended its own. Runs from the server's end.
    Closing,
}

impl Deadline {
    /// Every kind, in the order of the queues.
    pub const ALL: [Self; 5] = [
        Self::FirstByte,
        Self::Head,
        Self::Stall,
        Self::Idle,
        Self::Closing,
    ];

    /// The name in traces, in the live view and in the labels of the metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstByte => "first-byte",
            Self::Head => "head",
            Self::Stall => "stall",
            Self::Idle => "idle",
            Self::Closing => "closing",
        }
    }
}
