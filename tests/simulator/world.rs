//! One world: a connection table, its clients, and the turns of a loop that calls the table as the
//! server does.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use millpond::connection::context::STAGE_SEND_BUDGET;
use millpond::connection_table::ConnectionTable;
use millpond::connection_table::turn::EventLoop;
use millpond::events::event::Readiness;
use millpond::events::id::ConnectionId;
use millpond::http::status::Status;
use millpond::response::serving::CodingPolicy;

use crate::calendar::Calendar;
use crate::client::Client;
use crate::disk::Disk;
use crate::files::Files;
use crate::random::Random;
use crate::scene::{Rates, Scene, Stats};
use crate::settings::{Invented, any_limits, any_serving, context};

/// How many clients come into one world.
pub const CLIENTS: u16 = 250;

/// How many events one call to the kernel brings at most, when it does not bring all.
const FEW_EVENTS: usize = 3;

pub struct World {
    pub scene: Rc<Scene>,
    pub random: Random,
    pub table: ConnectionTable<Invented>,
    pub calendar: Calendar,
    /// A real log, in a few worlds.
    pub disk: Option<Disk>,
    /// All clients that have come, by number.
    pub clients: Vec<Client>,
    /// The clients in the connection table.
    pub inside: Vec<usize>,
    /// The clients in the kernel's queue.
    pub waiting: VecDeque<usize>,
    /// Events that have been delivered, to be repeated.
    pub echoes: VecDeque<(ConnectionId, Readiness)>,
    pub stop_in: Option<u64>,
    pub stop_by: Option<Duration>,
}

impl World {
    pub fn new(seed: u64, is_traced: bool) -> Self {
        let mut random = Random::new(seed);
        let serving = any_serving(&mut random.beside());
        let has_sidecars = serving.coding == CodingPolicy::Precompressed;
        let scene = Rc::new(Scene {
            limits: any_limits(&mut random),
            serving,
            rates: Cell::new(Rates::any(&mut random)),
            now: Cell::default(),
            turn: Cell::default(),
            calls: Cell::default(),
            is_stopping: Cell::default(),
            is_closing_all: Cell::default(),
            is_room_wanted: Cell::default(),
            scarce_at: Cell::default(),
            files: RefCell::new(Files::new(&mut random, has_sidecars)),
            stats: RefCell::default(),
            is_traced,
        });
        scene.trace(|| {
            format!(
                "{:?} {:?} {:?}",
                scene.limits,
                scene.serving,
                scene.rates.get()
            )
        });
        let calendar = Calendar::new(&mut random);
        Self {
            table: ConnectionTable::new(context(&scene, &calendar, &mut random)),
            stop_in: random.one_in(3).then(|| random.between(1, 300) as u64),
            scene,
            disk: Disk::any(seed, calendar.now()),
            calendar,
            clients: Vec::new(),
            inside: Vec::new(),
            waiting: VecDeque::new(),
            echoes: VecDeque::new(),
            stop_by: None,
            random,
        }
    }

    /// Runs the world until no connection is left.
    pub fn run(mut self) -> Stats {
        while !self.is_over() {
            self.turn();
        }
        self.come_to_rest();
        self.check_end();
        if let Some(disk) = self.disk.take() {
            disk.finish(self.calendar.now());
        }
        let mut stats = *self.scene.stats.borrow();
        stats.lives = self.table.accepted();
        stats.turns = self.scene.turn.get();
        stats.add_close_reasons(self.table.closed());
        stats.transitions = self.table.context().observer.taken;
        stats
    }

    fn is_over(&self) -> bool {
        let have_all_come = self.clients.len() == usize::from(CLIENTS);
        let is_empty = self.table.is_empty() && self.waiting.is_empty();
        let is_stopped = self
            .stop_by
            .is_some_and(|by| is_empty || self.scene.now.get() >= by);
        is_stopped || (have_all_come && (is_empty || self.scene.turn.get() > 3_000))
    }

    /// Without further faults, every client leaves, or a deadline closes its connection.
    fn come_to_rest(&mut self) {
        if self.stop_by.is_some() {
            self.scene.is_closing_all.set(true);
            self.call(|world| world.table.close_all());
            self.check_turn();
            return;
        }
        self.scene.rates.set(Rates::default());
        self.scene.files.borrow_mut().shortage = 0;
        self.calendar.is_calm = true;
        self.clients.iter_mut().for_each(Client::hurry);
        let limit = self.scene.turn.get() + 20_000;
        while !(self.table.is_empty() && self.waiting.is_empty()) {
            self.turn();
            assert!(self.scene.turn.get() < limit, "it does not come to rest");
        }
    }

    /// One turn, with a world that goes on meanwhile.
    fn turn(&mut self) {
        self.scene.turn.set(self.scene.turn.get() + 1);
        self.scene.calls.set(0);
        self.pass_time();
        self.arrivals();
        self.everybody_acts(1);
        self.kernel_moves();
        let events = self.collect();
        self.everybody_acts(4);
        self.run_turn(&events);
    }

    fn pass_time(&mut self) {
        let is_busy = self.inside.iter().any(|&index| {
            let wire = self.clients[index].wire.borrow();
            wire.is_unsettled()
        });
        let retry = self.disk.as_ref().and_then(Disk::next_timeout);
        let wake = [self.table.next_timeout(), retry]
            .into_iter()
            .flatten()
            .min();
        let wake = wake.filter(|_| !is_busy);
        let now = self.calendar.pass(wake, &mut self.random, &self.scene);
        self.scene.now.set(now.monotonic);
        self.table.context_mut().clock.set(now);
    }

    /// As if other connections had used up the turn, or most of it.
    fn use_up(&mut self) {
        if !self.calendar.is_calm && self.random.one_in(10) {
            let left = self.random.pick(&[0, 0, 3_000, 100_000]);
            let context = self.table.context_mut();
            context.send_budget.spend(STAGE_SEND_BUDGET - left);
        }
        if !self.calendar.is_calm && self.random.one_in(50) {
            // And as if they had filled the memory for lines.
            let target = "x".repeat(33_000);
            let context = self.table.context_mut();
            context.lines.add("GET", &target, Status::Ok);
        }
    }

    /// The events that the kernel reports in this turn, in any order, and now and then not all of
    /// them.
    fn collect(&mut self) -> Vec<(ConnectionId, Readiness)> {
        self.random.shuffle(&mut self.inside);
        let is_cut = !self.calendar.is_calm && self.random.one_in(8);
        let most = if is_cut { FEW_EVENTS } else { usize::MAX };
        let wires = self.inside.iter().map(|&index| &self.clients[index].wire);
        wires
            .filter_map(|wire| wire.borrow_mut().collect())
            .take(most)
            .collect()
    }

    fn tell(&mut self, id: ConnectionId, readiness: Readiness) {
        self.scene.trace(|| format!("event {id:?} {readiness:?}"));
        for &index in &self.inside {
            let mut wire = self.clients[index].wire.borrow_mut();
            wire.is_told |= readiness.readable && wire.id == Some(id);
        }
        self.call(|world| world.table.event(id, readiness));
        self.echoes.push_back((id, readiness));
        if self.echoes.len() > 40 {
            self.echoes.pop_front();
        }
    }
}

impl EventLoop for World {
    type Env = Invented;
    type Events = [(ConnectionId, Readiness)];

    fn table(&mut self) -> &mut ConnectionTable<Invented> {
        &mut self.table
    }

    fn count(&mut self, events: &[(ConnectionId, Readiness)]) -> usize {
        events.len()
    }

    fn handle_events(&mut self, events: &[(ConnectionId, Readiness)]) {
        self.use_up();
        for &(id, readiness) in events {
            self.tell(id, readiness);
            self.meanwhile();
        }
        self.stray_event();
        self.maybe_stop();
    }

    fn run_ready(&mut self) {
        self.call(|world| world.table.run_ready());
    }

    fn accept(&mut self) {
        self.accept_clients();
        self.maybe_make_room();
    }

    fn handle_timeouts(&mut self) {
        self.call(|world| world.table.handle_timeouts());
    }

    fn write_output(&mut self) {
        self.check_turn();
        let context = self.table.context_mut();
        context.lines.clear(context.clock.now().monotonic);
        if let Some(disk) = &mut self.disk {
            disk.turn(self.calendar.now(), &self.scene);
        }
    }
}
