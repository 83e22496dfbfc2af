//! Requests: why they were sent, how they ended, and, for late ones, when they were sent.

/// How many late requests are kept one by one, for the plot; further ones are only counted.
const KEPT_MAX: usize = 100_000;

/// Why a request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It is the first on its connection.
    First,
    /// It is a later one on the same connection.
    Further,
    /// It probes a connection that has long been idle.
    Probe,
    /// It is sent at about the end of the idle time: this many milliseconds after it or, if
    /// negative, before it.
    Late(i32),
}

/// Counts of requests of one kind. A request that is neither answered nor lost is still under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Requests that were sent, or of which at least the first byte may be sent.
    pub asked: u64,
    /// Requests whose complete answer has arrived.
    pub answered: u64,
    /// Requests whose connection ended before the answer was complete.
    pub lost: u64,
}

/// How one request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestOutcome {
    /// The complete answer has arrived.
    Answered,
    /// The connection ended before that.
    Lost,
}

/// A late request that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateRequest {
    /// Milliseconds after the end of the idle time; negative before it.
    pub offset: i32,
    /// How it ended.
    pub outcome: RequestOutcome,
}

/// Counts of late requests, and when each one was sent.
#[derive(Debug, Default)]
pub struct LateStats {
    /// Requests sent before the end of the idle time. Losing one of these breaks the promise.
    pub within: Requests,
    /// Requests sent after it.
    pub after: Requests,
    /// Late clients that were promised no idle time, and so had no end of it to aim at.
    pub unpromised: u64,
    /// How many numbers [`LateStats::next_spread`] has given out.
    spread: u32,
    ended: Vec<LateRequest>,
}

impl LateStats {
    /// The counts to which a request at this offset belongs.
    pub(super) fn counts_at(&mut self, offset: i32) -> &mut Requests {
        if offset < 0 {
            &mut self.within
        } else {
            &mut self.after
        }
    }

    /// Keeps a request that has ended.
    pub(super) fn record_end(&mut self, offset: i32, outcome: RequestOutcome) {
        if self.ended.len() < KEPT_MAX {
            self.ended.push(LateRequest { offset, outcome });
        }
    }

    /// The late requests that have ended, in that order.
    pub fn ended(&self) -> &[LateRequest] {
        &self.ended
    }

    /// A number from 0 to 1 for the next late request. Steps of the golden ratio fill that range
    /// evenly however many are taken, and are the same in every run.
    pub fn next_spread(&mut self) -> f64 {
        const GOLDEN_RATIO: f64 = 0.618_033_988_749_895;
        self.spread = self.spread.wrapping_add(1);
        (f64::from(self.spread) * GOLDEN_RATIO).fract()
    }
}
