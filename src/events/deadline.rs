//! The kinds of deadline that a connection can have.

/// What a connection is waiting for at the longest. One queue each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// The first byte of the first request, counted from the accept.
    FirstByte,
    /// A whole request head, counted from its first byte.
    Head,
    /// Progress of a response.
    Stall,
    /// The next request on a kept connection.
    Idle,
    /// The peer's end of the connection after ours.
    Closing,
}

impl Deadline {
    /// Every kind, in the order of their queues.
    pub const ALL: [Self; 5] = [
        Self::FirstByte,
        Self::Head,
        Self::Stall,
        Self::Idle,
        Self::Closing,
    ];

    /// Its name, for people and for programs that read the metrics.
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
