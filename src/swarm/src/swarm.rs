//! All clients: where they are kept, which of them run now, and what each gets to run with.
//!
//! Clients are kept in a plain array, each at its own number, and never move. A place is never
//! reused, so a late event finds its own client or none; that spares the generation numbers that a
//! server needs.

mod connect;
mod counts;
mod ramp;

use std::time::{Duration, Instant};

use mio::Registry;

use self::ramp::Ramp;
use crate::behaviour::Behaviour;
use crate::client::{Client, ClientContext, Readiness, RunState, Scripts};
use crate::mix::WeightedRoundRobin;
use crate::samples::Samples;
use crate::settings::Settings;
use crate::stats::Stats;
use crate::timers::Timers;

/// The size of the read buffer that all clients share.
const BUFFER: usize = 64 * 1024;

/// How many timers are handled per loop iteration, so that events are handled in between.
const TIMERS_MAX: usize = 1024;

/// All clients, and what they share.
pub struct Swarm {
    clients: Vec<Option<Client>>,
    timers: Timers,
    /// Clients that used up their read budget and may have more to read.
    runnable: Vec<u32>,
    /// All counts and times.
    pub stats: Stats,
    /// Samples of the run.
    pub samples: Samples,
    scripts: Scripts,
    buffer: Box<[u8]>,
    start: Instant,
    behaviours: WeightedRoundRobin,
    ramp: Ramp,
    settings: Settings,
}

impl Swarm {
    /// A swarm that has no clients yet.
    pub fn new(settings: Settings) -> Result<Self, hdrhistogram::CreationError> {
        let request = settings.target.request();
        Ok(Self {
            // Pages that no client has reached yet cost nothing; growing would copy.
            clients: Vec::with_capacity(settings.connections as usize),
            timers: Timers::default(),
            runnable: Vec::new(),
            stats: Stats::new()?,
            samples: Samples::default(),
            scripts: Scripts {
                burst: request.repeat(settings.timing.burst as usize),
                slow_request: settings.slow_target.request(),
                request,
            },
            buffer: vec![0; BUFFER].into_boxed_slice(),
            start: Instant::now(),
            behaviours: WeightedRoundRobin::new(settings.mix.clone()),
            ramp: Ramp::new(settings.connections, settings.ramp, settings.under_way),
            settings,
        })
    }

    /// The time since the start of the run.
    pub fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// The settings of the run.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How many connections have been tried.
    pub fn tried(&self) -> u32 {
        self.ramp.opened()
    }

    /// Handles an event of a client's socket.
    pub fn event(&mut self, number: u32, readiness: Readiness) {
        self.run_client(number, |client, context| {
            client.event(number, readiness, context)
        });
    }

    /// Removes the clients that used up their read budget in the previous loop iteration. Called
    /// before this iteration's events, so that no client gets two budgets in one iteration.
    pub fn take_runnable(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.runnable)
    }

    /// Runs these clients again.
    pub fn run_runnable(&mut self, runnable: Vec<u32>) {
        for number in runnable {
            // Whether the server has closed in the meantime, the read itself finds out.
            let readiness = Readiness {
                readable: true,
                writable: false,
                closed: true,
            };
            self.event(number, readiness);
        }
    }

    /// Runs the clients whose timer has expired.
    pub fn handle_timeouts(&mut self) {
        let now = self.now();
        for _ in 0..TIMERS_MAX {
            let Some(number) = self.timers.pop_expired(now) else {
                return;
            };
            self.run_client(number, |client, context| {
                client.timer_expired(number, context)
            });
        }
    }

    /// How long there is nothing to do unless an event comes.
    pub fn next_timeout(&self) -> Option<Duration> {
        if !self.runnable.is_empty() {
            return Some(Duration::ZERO);
        }
        let now = self.now();
        let ramp = self.ramp.timeout(now, self.stats.settled);
        let timer = self.timers.next_expiry();
        let timer = timer.map(|at| at.saturating_sub(now));
        [ramp, timer].into_iter().flatten().min()
    }

    /// Lends a client what it needs to run, and handles what it returns.
    fn run_client(
        &mut self,
        number: u32,
        run: impl FnOnce(&mut Client, &mut ClientContext) -> RunState,
    ) {
        let Some(Some(client)) = self.clients.get_mut(number as usize) else {
            return;
        };
        let mut context = ClientContext {
            stats: &mut self.stats,
            timers: &mut self.timers,
            timing: &self.settings.timing,
            scripts: &self.scripts,
            buffer: &mut self.buffer,
            start: self.start,
        };
        match run(client, &mut context) {
            RunState::Waiting => {}
            RunState::Runnable => self.runnable.push(number),
            RunState::Ended(outcome) => {
                let now = self.start.elapsed();
                if let Some(client) = self.clients[number as usize].take() {
                    client.finish(outcome, &mut self.stats, now);
                }
            }
        }
    }

    /// Opens as many connections as may be opened now.
    pub fn open_more(&mut self, registry: &Registry) {
        let count = self.ramp.may_open(self.now(), self.stats.settled);
        for _ in 0..count {
            self.open_one(registry);
        }
    }

    /// Whether all connections have been tried, and none of them is waited for any longer.
    pub fn is_complete(&self) -> bool {
        self.ramp.is_over(self.now(), self.stats.settled)
    }

    /// Plans one more request for a share of the idle clients, evenly spread over the clients and
    /// over the time from now on.
    pub fn plan_probes(&mut self, over: Duration) {
        let is_idle = |client: &Client| client.behaviour() == Behaviour::Idle;
        let idle: Vec<u32> = (0..)
            .zip(&self.clients)
            .filter(|(_, client)| client.as_ref().is_some_and(is_idle))
            .map(|(number, _)| number)
            .collect();
        // A share of a count is not negative and fits a count; the cast cuts off nothing.
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let count = (idle.len() as f64 * self.settings.probe).ceil() as usize;
        let now = self.now();
        for index in 0..count {
            let number = idle[index * idle.len() / count];
            #[allow(clippy::cast_precision_loss)]
            let part = (index as f64 + 0.5) / count as f64;
            self.timers.set(number, now + over.mul_f64(part));
        }
        self.stats.probes_planned += count as u64;
    }
}
