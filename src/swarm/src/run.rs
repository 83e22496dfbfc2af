//! The event loop: the kernel's events → calls on the swarm, until the run is over.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use mio::event::Event;
use mio::{Events, Interest, Poll, Token};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook_mio::v1_0::Signals;

use crate::client::Readiness;
use crate::error::Error;
use crate::footprint::Footprint;
use crate::progress::{Phase, Progress};
use crate::settings::{Hold, Settings};
use crate::swarm::Swarm;

/// How many events one `epoll_wait(2)` may return.
const EVENTS: usize = 1024;

/// The token of the signals. The token of a client is its number, which is half as wide.
const SIGNALS: Token = Token(usize::MAX);

/// Probes are spread over the hold, or over this time if the hold has no end.
const PROBES_WITHIN: Duration = Duration::from_secs(60);

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// The hold was over.
    Held,
    /// No connection was left to hold.
    NobodyLeft,
    /// A signal came.
    Stopped,
}

/// A run that is over. Its remaining connections are still open.
pub struct Finished {
    /// The clients, counts and samples.
    pub swarm: Swarm,
    /// The server's memory before and after the ramp.
    pub footprint: Footprint,
    /// Why it ended.
    pub finish: Finish,
    /// When it began.
    pub began: SystemTime,
    /// How long it lasted.
    pub lasted: Duration,
    /// How long the ramp took; `None` if it was not finished.
    pub ramp: Option<Duration>,
}

/// A run that is under way.
struct Run {
    poll: Poll,
    signals: Signals,
    /// Set by the first signal; the next one then ends the process at once.
    _stopping: Arc<AtomicBool>,
    swarm: Swarm,
    footprint: Footprint,
    progress: Progress,
    phase: Phase,
}

/// Opens all connections and holds them.
pub fn run(settings: Settings) -> Result<Finished, Error> {
    let began = SystemTime::now();
    let mut run = Run::start(settings)?;
    let finish = run.run_until_finished()?;
    let ramp = match run.phase {
        Phase::Ramp => None,
        Phase::Hold { since } => Some(since),
    };
    if run.footprint.after.is_none() {
        run.read_memory();
    }
    run.swarm.sample();
    run.progress.clear();
    Ok(Finished {
        lasted: run.swarm.now(),
        swarm: run.swarm,
        footprint: run.footprint,
        finish,
        began,
        ramp,
    })
}

impl Run {
    fn start(settings: Settings) -> Result<Self, Error> {
        let stopping = millpond::os::stop_signals::second_ends_at_once().map_err(Error::Setup)?;
        let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(Error::Setup)?;
        let poll = Poll::new().map_err(Error::Setup)?;
        poll.registry()
            .register(&mut signals, SIGNALS, Interest::READABLE)
            .map_err(Error::Setup)?;
        Ok(Self {
            poll,
            signals,
            _stopping: stopping,
            footprint: Footprint::new(&settings.servers, settings.target.address),
            progress: Progress::new(settings.verbosity),
            swarm: Swarm::new(settings)?,
            phase: Phase::Ramp,
        })
    }

    /// Repeats loop iterations until the run is over.
    fn run_until_finished(&mut self) -> Result<Finish, Error> {
        let mut events = Events::with_capacity(EVENTS);
        loop {
            match self.poll.poll(&mut events, self.next_timeout()) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(Error::Poll(error)),
            }
            if let Some(finish) = self.iterate(&events) {
                return Ok(finish);
            }
        }
    }

    /// One loop iteration. Events come before timers, so that what has arrived is handled before
    /// anything counts as late, and before the ramp, which each first answer lets go on.
    fn iterate(&mut self, events: &Events) -> Option<Finish> {
        let runnable = self.swarm.take_runnable();
        for event in events {
            match event.token() {
                SIGNALS if self.has_been_stopped() => return Some(Finish::Stopped),
                SIGNALS => {}
                // A client's number has 32 bits; the signals' token is the only wider one.
                Token(number) => self
                    .swarm
                    .event(u32::try_from(number).ok()?, readiness(event)),
            }
        }
        self.swarm.run_runnable(runnable);
        self.swarm.handle_timeouts();
        self.open_or_hold();
        self.swarm.sample_if_due();
        self.progress.print_if_due(self.phase, &self.swarm);
        self.finish()
    }

    fn has_been_stopped(&mut self) -> bool {
        self.signals.pending().count() > 0
    }

    /// Opens more connections, or begins the hold when the ramp is over.
    fn open_or_hold(&mut self) {
        if self.phase != Phase::Ramp {
            return;
        }
        // With the first connection, before the second is opened.
        if self.footprint.before.is_none() && self.swarm.stats.settled > 0 {
            self.footprint.before = self.footprint.read(self.swarm.stats.standing);
        }
        self.swarm.open_more(self.poll.registry());
        if self.swarm.is_complete() {
            self.read_memory();
            let since = self.swarm.now();
            self.phase = Phase::Hold { since };
            self.swarm.plan_probes(match self.swarm.settings().hold {
                Hold::For(hold) => hold,
                Hold::Forever => PROBES_WITHIN,
            });
            self.progress.print(self.phase, &self.swarm);
        }
    }

    fn read_memory(&mut self) {
        self.footprint.after = self.footprint.read(self.swarm.stats.standing);
    }

    fn finish(&self) -> Option<Finish> {
        let Phase::Hold { since } = self.phase else {
            return None;
        };
        let all = u64::from(self.swarm.settings().connections);
        if self.swarm.stats.ended_count() == all {
            return Some(Finish::NobodyLeft);
        }
        match self.swarm.settings().hold {
            Hold::For(hold) if self.swarm.now() >= since + hold => Some(Finish::Held),
            _ => None,
        }
    }

    /// How long `epoll_wait(2)` may sleep.
    fn next_timeout(&self) -> Option<Duration> {
        let now = self.swarm.now();
        let end = match (self.phase, self.swarm.settings().hold) {
            (Phase::Hold { since }, Hold::For(hold)) => Some((since + hold).saturating_sub(now)),
            _ => None,
        };
        [
            end,
            self.swarm.next_timeout(),
            Some(self.swarm.time_to_sample()),
            self.progress.timeout(now),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

/// Translates an event. After an error or a hang-up, a read or a write finds out what it was.
fn readiness(event: &Event) -> Readiness {
    let closed = event.is_read_closed() || event.is_error();
    Readiness {
        readable: event.is_readable() || closed,
        writable: event.is_writable() || event.is_write_closed() || event.is_error(),
        closed,
    }
}
