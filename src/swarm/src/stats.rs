//! All counts and times of a run. Of a client that has ended, only what it added here remains.

mod requests;

use std::time::Duration;

pub use self::requests::{LateRequest, LateStats, Purpose, RequestOutcome, Requests};
use crate::behaviour::Behaviour;
use crate::latency::{Timed, Times};
use crate::outcome::{Outcome, OutcomeCounts};
use crate::survival::Lifetime;

/// A connection that has ended.
#[derive(Clone, Copy, Debug)]
struct EndedConnection {
    lifetime: Lifetime,
    behaviour: Behaviour,
}

/// The counts and times.
#[derive(Debug)]
pub struct Stats {
    times: [Times; Timed::ALL.len()],
    /// How the connections of each behaviour ended.
    outcomes: [OutcomeCounts; Behaviour::ALL.len()],
    ended: Vec<EndedConnection>,
    requests: [Requests; Behaviour::ALL.len()],
    /// Answers by the first digit of their status.
    statuses: [u64; 6],
    /// Probes only; they also count among their behaviour's requests.
    pub probes: Requests,
    /// How many probes were planned.
    pub probes_planned: u64,
    /// Late requests only; they also count among their behaviour's requests.
    pub late: LateStats,
    /// Connections that the server closed within the promised idle time, with nothing under way.
    pub closed_early: u64,
    /// Answers to no request of ours, such as 408.
    pub unasked: u64,
    /// How many connections were ever established.
    pub established: u64,
    /// How many connections are established now.
    pub standing: u64,
    /// Connections whose opening is over: the first answer has arrived, or none is waited for, or
    /// the connection has ended. The ramp goes on as this count grows.
    pub settled: u64,
    /// The system's message for the first connection that failed.
    pub first_failure: Option<String>,
}

impl Stats {
    /// All counts are zero.
    pub fn new() -> Result<Self, hdrhistogram::CreationError> {
        Ok(Self {
            times: [Times::new()?, Times::new()?, Times::new()?, Times::new()?],
            outcomes: Default::default(),
            ended: Vec::new(),
            requests: Default::default(),
            statuses: [0; 6],
            probes: Requests::default(),
            probes_planned: 0,
            late: LateStats::default(),
            closed_early: 0,
            unasked: 0,
            established: 0,
            standing: 0,
            settled: 0,
            first_failure: None,
        })
    }

    /// Records that a connection was established, and how long that took.
    pub fn record_connect(&mut self, took: Duration) {
        self.times[Timed::Connect as usize].record(took);
        self.established += 1;
        self.standing += 1;
    }

    /// Records that requests were sent.
    pub fn record_requests(&mut self, behaviour: Behaviour, purpose: Purpose, count: u32) {
        self.update(behaviour, purpose, |requests| {
            requests.asked += u64::from(count);
        });
    }

    /// Records a complete answer.
    pub fn record_answer(
        &mut self,
        behaviour: Behaviour,
        purpose: Purpose,
        status: u16,
        took: Duration,
    ) {
        self.update(behaviour, purpose, |requests| requests.answered += 1);
        self.record_status(status);
        self.record_end_if_late(purpose, RequestOutcome::Answered);
        let timed = match purpose {
            Purpose::First => Timed::First,
            Purpose::Further | Purpose::Late(_) => Timed::Further,
            Purpose::Probe => Timed::Probe,
        };
        // A dripped head takes as long as we drip it, a slowly read answer as long as we read it:
        // neither time says anything about the server.
        if !matches!(behaviour, Behaviour::Drip | Behaviour::SlowReader) {
            self.times[timed as usize].record(took);
        }
    }

    /// Records an answer to no request of ours, such as 408 to a silent client.
    pub fn record_unasked(&mut self, status: u16) {
        self.unasked += 1;
        self.record_status(status);
    }

    fn record_status(&mut self, status: u16) {
        let hundred = usize::from(status / 100).min(self.statuses.len() - 1);
        self.statuses[hundred] += 1;
    }

    /// Records that requests will get no answer.
    pub fn record_lost(&mut self, behaviour: Behaviour, purpose: Purpose, count: u32) {
        self.update(behaviour, purpose, |requests| {
            requests.lost += u64::from(count);
        });
        self.record_end_if_late(purpose, RequestOutcome::Lost);
    }

    fn record_end_if_late(&mut self, purpose: Purpose, outcome: RequestOutcome) {
        if let Purpose::Late(offset) = purpose {
            self.late.record_end(offset, outcome);
        }
    }

    /// Changes all counts to which such a request belongs.
    fn update(&mut self, behaviour: Behaviour, purpose: Purpose, change: impl Fn(&mut Requests)) {
        change(&mut self.requests[behaviour as usize]);
        match purpose {
            Purpose::First | Purpose::Further => {}
            Purpose::Probe => change(&mut self.probes),
            Purpose::Late(offset) => change(self.late.counts_at(offset)),
        }
    }

    /// Keeps the system's message if it is the first one.
    pub fn record_failure(&mut self, error: &std::io::Error) {
        self.first_failure.get_or_insert_with(|| error.to_string());
    }

    /// Records that a connection ended, or could not be opened. `age` is `None` if it was never
    /// established.
    pub fn record_end(&mut self, behaviour: Behaviour, outcome: Outcome, age: Option<Duration>) {
        self.outcomes[behaviour as usize].add(outcome, 1);
        self.standing -= u64::from(age.is_some());
        self.ended.push(EndedConnection {
            lifetime: Lifetime {
                millis: whole_millis(age.unwrap_or_default()),
                is_censored: false,
            },
            behaviour,
        });
    }

    /// How many connections have ended.
    pub fn ended_count(&self) -> u64 {
        self.ended.len() as u64
    }

    /// How the connections of one behaviour ended so far.
    pub fn outcomes(&self, behaviour: Behaviour) -> &OutcomeCounts {
        &self.outcomes[behaviour as usize]
    }

    /// The lifetimes of the connections that have ended, of one behaviour or of all.
    pub fn lifetimes(&self, of: Option<Behaviour>) -> impl Iterator<Item = Lifetime> {
        self.ended
            .iter()
            .filter(move |ended| of.is_none_or(|behaviour| behaviour == ended.behaviour))
            .map(|ended| ended.lifetime)
    }

    /// The counts of one behaviour's requests.
    pub fn requests(&self, behaviour: Behaviour) -> Requests {
        self.requests[behaviour as usize]
    }

    /// The times of one kind.
    pub fn times(&self, timed: Timed) -> &Times {
        &self.times[timed as usize]
    }

    /// How many answers had a status that begins with this digit.
    pub fn statuses(&self, first_digit: usize) -> u64 {
        self.statuses.get(first_digit).copied().unwrap_or_default()
    }

    /// How many complete answers arrived.
    pub fn answers(&self) -> u64 {
        self.statuses.iter().sum()
    }
}

/// An age in the unit of [`Lifetime`], which is enough for 49 days.
pub fn whole_millis(age: Duration) -> u32 {
    u32::try_from(age.as_millis()).unwrap_or(u32::MAX)
}
