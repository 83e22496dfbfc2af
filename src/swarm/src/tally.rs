//! All that is counted and timed while the swarm works. A client that has ended leaves nothing but
//! what it added here.

mod requests;

use std::time::Duration;

pub use self::requests::{LateRequest, Outcome, Purpose, Requests};
use crate::behaviour::Behaviour;
use crate::ending::{Ending, EndingCounts};
use crate::latency::{Timed, Times};
use crate::survival::{Fate, Life};

/// An end of a connection.
#[derive(Clone, Copy, Debug)]
struct Death {
    life: Life,
    behaviour: Behaviour,
}

/// Late requests are kept one by one, for the plot; beyond so many they are only counted.
const LATE_KEPT: usize = 100_000;

/// The counts.
#[derive(Debug)]
pub struct Tally {
    times: [Times; Timed::ALL.len()],
    /// How the connections of each behaviour ended.
    endings: [EndingCounts; Behaviour::ALL.len()],
    deaths: Vec<Death>,
    requests: [Requests; Behaviour::ALL.len()],
    /// Answers by the hundred of their status.
    statuses: [u64; 6],
    /// Probes only.
    pub probes: Requests,
    /// How many probes were to be made.
    pub probes_planned: u64,
    /// Late requests sent before the end of the idle time, and after it.
    pub late: [Requests; 2],
    /// How many times were chosen for late requests.
    spread: u32,
    /// The late requests that are over.
    pub late_requests: Vec<LateRequest>,
    /// Late clients that found no promise, and so had nothing to be late for.
    pub unpromised: u64,
    /// Connections that ended within the idle time that was promised, with nothing under way.
    pub closed_early: u64,
    /// Answers that nobody had asked for, such as 408.
    pub unasked: u64,
    /// How many connections have ever stood.
    pub established: u64,
    /// Connections that stand now.
    pub standing: u64,
    /// Connections whose beginning is over: they stand and have had their answer, or have ended.
    pub settled: u64,
    /// What the system said when the first connection failed.
    pub first_failure: Option<String>,
}

/// The index in [`Tally::late`] of requests within the idle time.
pub const WITHIN: usize = 0;

/// The index in [`Tally::late`] of requests after it.
pub const AFTER: usize = 1;

impl Tally {
    /// Nothing yet.
    pub fn new() -> Result<Self, hdrhistogram::CreationError> {
        Ok(Self {
            times: [Times::new()?, Times::new()?, Times::new()?, Times::new()?],
            endings: Default::default(),
            deaths: Vec::new(),
            requests: Default::default(),
            statuses: [0; 6],
            probes: Requests::default(),
            probes_planned: 0,
            late: Default::default(),
            spread: 0,
            late_requests: Vec::new(),
            unpromised: 0,
            closed_early: 0,
            unasked: 0,
            established: 0,
            standing: 0,
            settled: 0,
            first_failure: None,
        })
    }

    /// A connection stands.
    pub fn connected(&mut self, after: Duration) {
        self.times[Timed::Connect as usize].record(after);
        self.established += 1;
        self.standing += 1;
    }

    /// Requests were sent.
    pub fn asked(&mut self, behaviour: Behaviour, purpose: Purpose, count: u32) {
        self.each(behaviour, purpose, |requests| {
            requests.asked += u64::from(count);
        });
    }

    /// An answer came whole.
    pub fn answered(
        &mut self,
        behaviour: Behaviour,
        purpose: Purpose,
        status: u16,
        took: Duration,
    ) {
        self.each(behaviour, purpose, |requests| requests.answered += 1);
        self.status(status);
        self.late_is_over(purpose, Outcome::Answered);
        let timed = match purpose {
            Purpose::First => Timed::First,
            Purpose::Further | Purpose::Late(_) => Timed::Further,
            Purpose::Probe => Timed::Probe,
        };
        // A head that drips takes as long as it drips, an answer that is read slowly as long as it
        // is read: neither says anything about the server.
        if !matches!(behaviour, Behaviour::Drip | Behaviour::SlowReader) {
            self.times[timed as usize].record(took);
        }
    }

    /// An answer came that was not asked for, such as 408 to someone who was silent.
    pub fn unasked(&mut self, status: u16) {
        self.unasked += 1;
        self.status(status);
    }

    fn status(&mut self, status: u16) {
        let hundred = usize::from(status / 100).min(self.statuses.len() - 1);
        self.statuses[hundred] += 1;
    }

    /// A number from 0 to 1 for the next late request. Steps of the golden section fill that range
    /// evenly however many are taken, and are the same in every run.
    pub fn next_spread(&mut self) -> f64 {
        const GOLDEN_SECTION: f64 = 0.618_033_988_749_895;
        self.spread = self.spread.wrapping_add(1);
        (f64::from(self.spread) * GOLDEN_SECTION).fract()
    }

    /// A connection ended while requests were under way.
    pub fn lost(&mut self, behaviour: Behaviour, purpose: Purpose, count: u32) {
        self.each(behaviour, purpose, |requests| {
            requests.lost += u64::from(count);
        });
        self.late_is_over(purpose, Outcome::Lost);
    }

    fn late_is_over(&mut self, purpose: Purpose, outcome: Outcome) {
        if let Purpose::Late(offset) = purpose
            && self.late_requests.len() < LATE_KEPT
        {
            self.late_requests.push(LateRequest { offset, outcome });
        }
    }

    /// Changes every count that such a request belongs to.
    fn each(&mut self, behaviour: Behaviour, purpose: Purpose, change: impl Fn(&mut Requests)) {
        change(&mut self.requests[behaviour as usize]);
        match purpose {
            Purpose::First | Purpose::Further => {}
            Purpose::Probe => change(&mut self.probes),
            Purpose::Late(offset) => {
                let side = if offset < 0 { WITHIN } else { AFTER };
                change(&mut self.late[side]);
            }
        }
    }

    /// Keeps what the system said, if it is the first time that it said something.
    pub fn note_failure(&mut self, error: &std::io::Error) {
        self.first_failure.get_or_insert_with(|| error.to_string());
    }

    /// A connection ended, or could not be opened; `age` is none if it never stood.
    pub fn ended(&mut self, behaviour: Behaviour, ending: Ending, age: Option<Duration>) {
        self.endings[behaviour as usize].add(ending, 1);
        self.standing -= u64::from(age.is_some());
        self.deaths.push(Death {
            life: Life {
                millis: whole_millis(age.unwrap_or_default()),
                fate: Fate::Died,
            },
            behaviour,
        });
    }

    /// How many connections have ended.
    pub fn deaths(&self) -> usize {
        self.deaths.len()
    }

    /// How the connections of one behaviour ended so far.
    pub fn endings(&self, behaviour: Behaviour) -> &EndingCounts {
        &self.endings[behaviour as usize]
    }

    /// The lives that are over, of one behaviour or of all.
    pub fn lives(&self, of: Option<Behaviour>) -> impl Iterator<Item = Life> {
        self.deaths
            .iter()
            .filter(move |death| of.is_none_or(|behaviour| behaviour == death.behaviour))
            .map(|death| death.life)
    }

    /// The requests of one behaviour.
    pub fn requests(&self, behaviour: Behaviour) -> Requests {
        self.requests[behaviour as usize]
    }

    /// The times of one kind.
    pub fn times(&self, timed: Timed) -> &Times {
        &self.times[timed as usize]
    }

    /// How many answers had a status from `hundred` × 100 on.
    pub fn statuses(&self, hundred: usize) -> u64 {
        self.statuses.get(hundred).copied().unwrap_or_default()
    }

    /// How many answers came.
    pub fn answers(&self) -> u64 {
        self.statuses.iter().sum()
    }
}

/// A life's length as [`Life`] keeps it: enough for 49 days.
pub fn whole_millis(age: Duration) -> u32 {
    u32::try_from(age.as_millis()).unwrap_or(u32::MAX)
}
