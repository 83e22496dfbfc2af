//! All clients: who they are, who is ready, whose time is up, and how they come to be.
//!
//! Clients stand in a plain array at their own number and never move. None is ever opened in the
//! place of another, so that a late event finds its own client or nobody; that spares the serial
//! numbers that a server needs.

mod census;
mod ramp;

use std::time::{Duration, Instant};

use mio::Registry;

use self::ramp::Ramp;
use crate::agenda::Agenda;
use crate::behaviour::{Behaviour, Deal};
use crate::client::{Client, Readiness, Scripts, Shared, Then};
use crate::samples::{Sample, Samples};
use crate::settings::Settings;
use crate::tally::Tally;

/// The read buffer that all share: what one read brings at the most.
const BUFFER: usize = 64 * 1024;

/// How many appointments are kept in one turn, so that events are looked at in between.
const DUE: usize = 1024;

/// All connections, and what they share.
pub struct Swarm {
    clients: Vec<Option<Client>>,
    agenda: Agenda,
    /// Clients that have had their share of a turn and may have more to read.
    again: Vec<u32>,
    /// What is counted.
    pub tally: Tally,
    /// The run, moment by moment.
    pub samples: Samples,
    scripts: Scripts,
    buffer: Box<[u8]>,
    start: Instant,
    deal: Deal,
    ramp: Ramp,
    settings: Settings,
}

impl Swarm {
    /// A swarm without clients.
    pub fn new(settings: Settings) -> Result<Self, hdrhistogram::CreationError> {
        let request = settings.target.request();
        Ok(Self {
            // Pages that no client has come to yet cost nothing; growing would copy.
            clients: Vec::with_capacity(settings.connections as usize),
            agenda: Agenda::default(),
            again: Vec::new(),
            tally: Tally::new()?,
            samples: Samples::default(),
            scripts: Scripts {
                burst: request.repeat(settings.manners.burst as usize),
                slow_request: settings.slow_target.request(),
                request,
            },
            buffer: vec![0; BUFFER].into_boxed_slice(),
            start: Instant::now(),
            deal: Deal::new(settings.mix.clone()),
            ramp: Ramp::new(settings.connections, settings.ramp, settings.under_way),
            settings,
        })
    }

    /// Time since the swarm's start.
    pub fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// What the run is to do.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How many connections have been tried.
    pub fn tried(&self) -> u32 {
        self.ramp.opened()
    }

    /// Something happened on a client's socket.
    pub fn event(&mut self, number: u32, readiness: Readiness) {
        self.drive(number, |client, shared| {
            client.event(number, readiness, shared)
        });
    }

    /// Those who had their share of the turn before. Taken out before this turn's events, so that
    /// nobody has two shares in one turn.
    pub fn take_again(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.again)
    }

    /// Goes on with them.
    pub fn run_again(&mut self, again: Vec<u32>) {
        for number in again {
            // Whether the server has closed meanwhile, the read itself finds out.
            let readiness = Readiness {
                readable: true,
                writable: false,
                closed: true,
            };
            self.event(number, readiness);
        }
    }

    /// Keeps the appointments that are due.
    pub fn keep_appointments(&mut self) {
        let now = self.now();
        for _ in 0..DUE {
            let Some(number) = self.agenda.due(now) else {
                return;
            };
            self.drive(number, |client, shared| client.due(number, shared));
        }
    }

    /// How long nothing is to be done unless an event comes.
    pub fn timeout(&self) -> Option<Duration> {
        if !self.again.is_empty() {
            return Some(Duration::ZERO);
        }
        let now = self.now();
        let ramp = self.ramp.timeout(now, self.tally.settled);
        let agenda = self.agenda.next().map(|at| at.saturating_sub(now));
        [ramp, agenda].into_iter().flatten().min()
    }

    /// Lends a client what it needs, and deals with what it says.
    fn drive(&mut self, number: u32, act: impl FnOnce(&mut Client, &mut Shared) -> Then) {
        let Some(Some(client)) = self.clients.get_mut(number as usize) else {
            return;
        };
        let mut shared = Shared {
            tally: &mut self.tally,
            agenda: &mut self.agenda,
            manners: &self.settings.manners,
            scripts: &self.scripts,
            buffer: &mut self.buffer,
            start: self.start,
        };
        match act(client, &mut shared) {
            Then::Wait => {}
            Then::Yield => self.again.push(number),
            Then::End(ending) => {
                let now = self.start.elapsed();
                if let Some(client) = self.clients[number as usize].take() {
                    client.finish(ending, &mut self.tally, now);
                }
            }
        }
    }

    /// Opens as many connections as may be opened now.
    pub fn open_more(&mut self, registry: &Registry) {
        let count = self.ramp.may_open(self.now(), self.tally.settled);
        for _ in 0..count {
            self.open_one(registry);
        }
    }

    /// Whether nobody who has been tried is still being opened, and nobody is left to try.
    pub fn is_complete(&self) -> bool {
        self.ramp.is_over(self.now(), self.tally.settled)
    }

    /// Plans one more request for a share of the idle clients, evenly spread over the clients and
    /// over the time from now on.
    pub fn plan_probes(&mut self, over: Duration) {
        let idle: Vec<u32> = (0..)
            .zip(&self.clients)
            .filter(|(_, client)| {
                client
                    .as_ref()
                    .is_some_and(|c| c.behaviour() == Behaviour::Idle)
            })
            .map(|(number, _)| number)
            .collect();
        // Shares of a count are counts; the cast only cuts off what is below one.
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
            self.agenda.enter(number, now + over.mul_f64(part));
        }
        self.tally.probes_planned += count as u64;
    }

    /// Notes how things stand.
    pub fn sample(&mut self) {
        let sample = Sample {
            at: self.now(),
            standing: self.tally.standing,
            ended: self.tally.deaths() as u64,
            answers: self.tally.answers(),
        };
        self.samples.add(sample);
    }

    /// Notes how things stand, if it is time to.
    pub fn sample_if_due(&mut self) {
        if self.time_to_sample().is_zero() {
            self.sample();
        }
    }

    /// How long it is until then.
    pub fn time_to_sample(&self) -> Duration {
        self.samples.due().saturating_sub(self.now())
    }
}
