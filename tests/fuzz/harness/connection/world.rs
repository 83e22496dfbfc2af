//! A connection table with one client that the script drives and a few silent ones, and what must
//! hold of it after every turn of the loop.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use millpond::clock::{Clock, Now};
use millpond::config::{Config, Limits};
use millpond::connection::context::{Env, LoopContext, STAGE_SEND_BUDGET};
use millpond::connection_table::ConnectionTable;
use millpond::connection_table::turn::EventLoop;
use millpond::events::close_reason::{CloseCounts, CloseReason};
use millpond::events::event::{NoopObserver, Readiness};
use millpond::events::id::ConnectionId;
use millpond::os::transport::Transport;

use super::client::Client;
use super::expected::{Rules, wall};
use super::files::{Files, PAGES};
use super::wire::{Stream, Wire};

/// The settings that the faulty run and the calm one share.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) page: usize,
    pub(crate) keep_alive: bool,
    pub(crate) requests: Option<u32>,
    /// How many silent clients there are in addition.
    pub(crate) bystanders: u8,
    /// How much the socket takes at first.
    pub(crate) room: usize,
}

/// Descriptors are counted against this bound; [`World::take_descriptors`] goes beyond it.
const DESCRIPTORS: usize = 100;

/// The environment of this connection table.
#[derive(Debug)]
pub(crate) struct Fuzzed;

impl Env for Fuzzed {
    type File = <Stream as Transport>::File;
    type Transport = Stream;
    type Documents = Files;
    type Observer = NoopObserver;
}

pub(crate) struct World {
    pub(crate) table: ConnectionTable<Fuzzed>,
    pub(crate) id: ConnectionId,
    pub(crate) wire: Rc<RefCell<Wire>>,
    pub(crate) limits: Limits,
    pub(crate) rows: Vec<u8>,
    pub(super) now: Duration,
    pub(super) has_bystanders: bool,
    pub(super) has_taken_descriptors: bool,
    /// All descriptors have been taken at some time.
    pub(super) has_been_short: bool,
    /// When the socket last took a byte, and how often it had done so.
    pub(super) progress: (Duration, u64),
    /// The reason for which the connection ended; several if others ended in the same turn.
    pub(crate) close_reasons: Vec<CloseReason>,
}

impl World {
    pub(crate) fn new(setting: &Setting) -> Self {
        let limits = Limits {
            keep_alive: Duration::from_secs(if setting.keep_alive { 10 } else { 0 }),
            keep_alive_requests: setting.requests.and_then(std::num::NonZeroU32::new),
            max_descriptors: DESCRIPTORS,
            ..Limits::default()
        };
        let page = PAGES[setting.page % PAGES.len()];
        let now = Now {
            monotonic: Duration::ZERO,
            wall: wall(),
        };
        let config = Config {
            limits: limits.clone(),
            ..Config::default()
        };
        let clock = Clock::manual(now);
        let context = LoopContext::new(config, Files::new(page), clock, NoopObserver);
        let mut table = ConnectionTable::new(context);
        let rules = Rules {
            keep_alive: setting.keep_alive,
            requests: setting.requests,
            page: page.filter(|&length| length <= 256 * 1024),
            stopping: false,
        };
        let peer = || std::net::SocketAddr::from(([127, 0, 0, 1], 40_000)).into();
        for _ in 0..setting.bystanders {
            let silent = Wire::new(Client::new(rules.clone()), 1_000_000);
            table.insert(Stream(silent), peer());
        }
        let wire = Wire::new(Client::new(rules), setting.room);
        let id = table.insert(Stream(wire.clone()), peer());
        Self {
            table,
            id,
            wire,
            limits,
            rows: Vec::new(),
            now: Duration::ZERO,
            has_bystanders: setting.bystanders > 0,
            has_taken_descriptors: false,
            has_been_short: false,
            progress: (Duration::ZERO, 0),
            close_reasons: Vec::new(),
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.wire.borrow().is_dropped
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    /// Other parts of the process take all descriptors, or release them.
    pub(crate) fn take_descriptors(&mut self, taken: bool) {
        if taken != self.has_taken_descriptors {
            self.has_taken_descriptors = taken;
            self.has_been_short |= taken;
            let descriptors = &mut self.table.context_mut().descriptors;
            if taken {
                descriptors.open_files(1_000);
            } else {
                descriptors.close_files(1_000);
            }
        }
    }

    /// One turn of the loop. `event` is one that nothing stands behind.
    pub(crate) fn turn(&mut self, is_busy: bool, event: Option<Readiness>, expires: bool) {
        let before = self.begin();
        let events: Vec<Readiness> = {
            let edges = self.wire.borrow_mut().take_edges();
            edges.into_iter().chain(event).collect()
        };
        let mut turn = Turn {
            world: self,
            is_busy,
            expires,
        };
        turn.run_turn(&events);
        self.note_end(&before);
        self.check(expires);
    }

    /// A turn begins: the clock is read.
    fn begin(&mut self) -> CloseCounts {
        self.table.context_mut().clock.set(Now {
            monotonic: self.now,
            wall: wall(),
        });
        *self.table.closed()
    }

    /// Something that the server does to the connection table in the middle of a turn.
    pub(crate) fn act(&mut self, act: impl FnOnce(&mut ConnectionTable<Fuzzed>)) {
        let before = self.begin();
        act(&mut self.table);
        self.note_end(&before);
    }

    /// Takes the rows, as the server does when they are due.
    pub(crate) fn write_out(&mut self) {
        self.rows.append(&mut self.table.context_mut().log.take());
    }

    /// Records why the connection ended, if it did.
    fn note_end(&mut self, before: &CloseCounts) {
        if self.is_over() && self.close_reasons.is_empty() {
            let after = self.table.closed();
            let grew = |cause: &CloseReason| after.count(*cause) > before.count(*cause);
            self.close_reasons = CloseReason::ALL.into_iter().filter(grew).collect();
            assert!(
                !self.close_reasons.is_empty(),
                "it ended without a close reason"
            );
            self.check_patience();
        }
        let progress = self.wire.borrow().progress;
        if progress != self.progress.1 {
            self.progress = (self.now, progress);
        }
    }
}

/// One turn of a world.
struct Turn<'a> {
    world: &'a mut World,
    /// Whether other connections have used up the turn.
    is_busy: bool,
    /// Whether deadlines pass.
    expires: bool,
}

impl EventLoop for Turn<'_> {
    type Env = Fuzzed;
    type Events = [Readiness];

    fn table(&mut self) -> &mut ConnectionTable<Fuzzed> {
        &mut self.world.table
    }

    fn count(&mut self, events: &[Readiness]) -> usize {
        events.len()
    }

    fn handle_events(&mut self, events: &[Readiness]) {
        let world = &mut *self.world;
        if self.is_busy {
            let context = world.table.context_mut();
            context.send_budget.spend(STAGE_SEND_BUDGET);
        }
        for &readiness in events {
            world.table.event(world.id, readiness);
        }
    }

    fn accept(&mut self) {}

    fn handle_timeouts(&mut self) {
        if self.expires {
            self.world.table.handle_timeouts();
        }
    }

    fn write_output(&mut self) {
        let now = self.world.now;
        let due = self.world.table.context().log.due();
        if due.is_some_and(|due| due <= now) {
            self.world.write_out();
        }
        let context = self.world.table.context_mut();
        context.lines.clear(context.clock.now().monotonic);
    }
}
