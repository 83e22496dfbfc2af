//! One connection between client and server, with a kernel's memory in between, that tells of
//! changes as edge-triggered epoll does: once, when something changes, and never again.

use std::io::ErrorKind;
use std::rc::Rc;
use std::time::Duration;

use millpond::events::event::Readiness;
use millpond::events::id::ConnectionId;

use crate::plan::Plan;
use crate::random::Random;
use crate::scene::Scene;
use crate::tap::{LiveView, Tap};

pub const NOTHING: Readiness = Readiness {
    readable: false,
    writable: false,
    read_closed: false,
    urgent: false,
};

/// What lies between a client and its connection in the pond.
// Each of these has happened or has not, whatever the others have.
#[allow(clippy::struct_excessive_bools)]
pub struct Wire {
    pub scene: Rc<Scene>,
    pub random: Random,
    pub plan: Plan,
    pub tap: Tap,
    pub number: u16,
    pub id: Option<ConnectionId>,
    pub accepted: Duration,

    /// How much of the plan has come to the server's kernel, and been read there.
    pub arrived: usize,
    /// For each delivery: how much had arrived by then, and how often files had changed.
    pub arrivals: Vec<(usize, u64)>,
    pub read: usize,
    /// When the server last read something.
    pub last_read: Duration,
    /// Announced, and not there yet.
    pub is_hidden: bool,
    /// An event has told the pond of input that it has not read.
    pub is_told: bool,
    /// The client has ended its side; the server has read so.
    pub is_ended: bool,
    pub is_end_seen: bool,
    /// An error that no call has told yet; one that has been told.
    pub error: Option<ErrorKind>,
    pub is_error_told: bool,

    /// The send queue: how much it holds, and can hold.
    pub queued: usize,
    pub capacity: usize,
    /// The socket was found full: room will be told.
    pub is_room_wanted: bool,
    /// The kernel is short of memory: no room, whatever the queue holds.
    pub is_pressed: bool,
    /// The server has tried to write, and nothing was taken: a response is on its way.
    pub is_write_pending: bool,
    /// When the server ended its side; whether that failed; whether it dropped the socket.
    pub shutdown: Option<Duration>,
    pub is_shutdown_failed: bool,
    pub is_dropped: bool,

    /// What has changed and not been collected.
    pub edge: Readiness,
}

impl Wire {
    pub fn new(scene: Rc<Scene>, mut random: Random, number: u16) -> Self {
        let plan = Plan::any(&mut random, &scene.files.borrow());
        Self {
            plan,
            capacity: random.pick(&[300, 4_000, 20_000, 100_000, 700_000]),
            scene,
            random,
            tap: Tap::default(),
            number,
            id: None,
            accepted: Duration::ZERO,
            arrived: 0,
            arrivals: Vec::new(),
            read: 0,
            last_read: Duration::ZERO,
            is_hidden: false,
            is_told: false,
            is_ended: false,
            is_end_seen: false,
            error: None,
            is_error_told: false,
            queued: 0,
            is_room_wanted: false,
            is_pressed: false,
            is_write_pending: false,
            shutdown: None,
            is_shutdown_failed: false,
            is_dropped: false,
            edge: NOTHING,
        }
    }

    /// What is true of the socket at this moment.
    pub fn state(&self) -> Readiness {
        let is_over = self.is_ended || self.error.is_some();
        Readiness {
            readable: self.arrived > self.read || is_over,
            writable: self.room() > 0 && !self.is_pressed || self.error.is_some(),
            read_closed: is_over,
            urgent: false,
        }
    }

    /// Registration tells what is true already, as `epoll_ctl` does.
    pub fn register(&mut self, id: ConnectionId) {
        self.id = Some(id);
        self.accepted = self.scene.now.get();
        self.edge = self.state();
    }

    /// Takes the event that waits. The bits are those that changed, or all that hold now: both
    /// kinds of kernel exist. Neither tells of input that has been read meanwhile.
    pub fn collect(&mut self) -> Option<(ConnectionId, Readiness)> {
        let id = self
            .id
            .filter(|_| self.edge != NOTHING && !self.is_dropped)?;
        let changed = std::mem::replace(&mut self.edge, NOTHING);
        let state = self.state();
        if self.random.one_in(self.scene.rates.get().changes_only) {
            let readable = changed.readable && state.readable;
            return Some((
                id,
                Readiness {
                    readable,
                    ..changed
                },
            ));
        }
        let event = Readiness {
            readable: state.readable,
            writable: changed.writable | state.writable,
            read_closed: changed.read_closed | state.read_closed,
            urgent: false,
        };
        Some((id, event))
    }

    pub fn room(&self) -> usize {
        self.capacity - self.queued
    }

    pub fn unread(&self) -> usize {
        self.arrived - self.read
    }

    /// Whether everything is about to change without the server: nothing can be said of it now.
    pub fn is_unsettled(&self) -> bool {
        self.edge != NOTHING || self.is_hidden || self.is_pressed
    }

    /// The client's bytes arrive.
    pub fn deliver(&mut self, count: usize) {
        if count > 0 && !self.is_gone() {
            self.arrived += count;
            let changes = self.scene.files.borrow().changes;
            self.arrivals.push((self.arrived, changes));
            self.edge.readable = true;
        }
    }

    /// The client's end arrives.
    pub fn end(&mut self) {
        if !self.is_ended && !self.is_gone() {
            self.is_ended = true;
            self.edge.readable = true;
            self.edge.read_closed = true;
        }
    }

    /// A reset arrives, or the network gives up.
    pub fn break_off(&mut self, kind: ErrorKind) {
        if !self.is_gone() {
            self.error = Some(kind);
            self.edge = Readiness {
                readable: true,
                writable: true,
                read_closed: true,
                urgent: false,
            };
            self.scene.count(|tally| tally.broken += 1);
            self.scene
                .trace(|| format!("client {}: {kind}", self.number));
        }
    }

    /// Nothing more can arrive.
    pub fn is_gone(&self) -> bool {
        self.is_dropped || self.error.is_some() || self.is_error_told
    }

    /// The client takes from the send queue. Room is told only if it was missed, and not before a
    /// third of the queue is free.
    pub fn take(&mut self, count: usize) {
        self.queued -= count.min(self.queued);
        self.tell_room();
    }

    fn tell_room(&mut self) {
        if self.is_room_wanted && !self.is_pressed && self.room() * 3 >= self.capacity {
            self.is_room_wanted = false;
            self.edge.writable = true;
        }
    }

    /// The kernel's own troubles pass: what was announced is there, and there is memory again.
    pub fn recover(&mut self) {
        if self.is_hidden {
            self.is_hidden = false;
            self.edge.readable |= self.unread() > 0;
        }
        if self.is_pressed {
            self.is_pressed = false;
            self.tell_room();
        }
    }

    /// Hands what the tap must know to it.
    pub fn tapped(&mut self, tell: impl FnOnce(&mut Tap, &LiveView)) {
        let view = LiveView {
            plan: &self.plan,
            scene: &self.scene,
            arrivals: &self.arrivals,
            read: self.read,
        };
        tell(&mut self.tap, &view);
    }
}
