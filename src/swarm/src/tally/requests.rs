//! Requests: what they were for, and what became of them.

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The first of its connection.
    First,
    /// One more on it.
    Further,
    /// One after a long silence.
    Probe,
    /// One so much before or after the idle time, in milliseconds; before is negative.
    Late(i32),
}

/// What became of requests of one kind. What is neither answered nor lost is still under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Requests that were sent, or whose sending began.
    pub asked: u64,
    /// Those whose answer came whole.
    pub answered: u64,
    /// Those whose connection ended before.
    pub lost: u64,
}

/// A late request that is over: how late it was, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateRequest {
    /// Milliseconds after the end of the idle time; negative before it.
    pub offset: i32,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its answer came whole.
    Answered,
    /// Its connection ended before.
    Lost,
}
