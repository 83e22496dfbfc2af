//! One connection between client and server, with a kernel's buffers in between. It reports changes
//! as edge-triggered epoll does: once, when something changes, and never again.

use std::io::ErrorKind;
use std::rc::Rc;
use std::time::Duration;

use millpond::events::event::Readiness;
use millpond::events::id::ConnectionId;

use crate::plan::Plan;
use crate::random::Random;
use crate::scene::Scene;
use crate::tap::{Tap, WireView};

pub const NOTHING: Readiness = Readiness {
    readable: false,
    writable: false,
    read_closed: false,
    urgent: false,
};

/// The wire between a client and its connection in the connection table.
// Each flag is independent of the others.
#[allow(clippy::struct_excessive_bools)]
pub struct Wire {
    pub scene: Rc<Scene>,
    pub random: Random,
    pub plan: Plan,
    pub tap: Tap,
    pub number: u16,
    pub id: Option<ConnectionId>,
    pub accepted: Duration,

    /// How much of the plan has reached the server's kernel, and how much of that the server has
    /// read.
    pub arrived: usize,
    /// For each delivery: how much had arrived by then, and how often files had changed.
    pub arrivals: Vec<(usize, u64)>,
    pub read: usize,
    /// When the server last read something.
    pub last_read: Duration,
    /// Announced, and not there yet.
    pub is_hidden: bool,
    /// An event has announced input that the connection table has not read.
    pub is_told: bool,
    /// The client has ended its side; the server has read the end.
    pub is_ended: bool,
    pub is_end_seen: bool,
    /// An error that no call has returned yet; whether one has been returned.
    pub error: Option<ErrorKind>,
    pub is_error_told: bool,

    /// The send queue: how much it holds, and its capacity.
    pub queued: usize,
    pub capacity: usize,
    /// The server found the queue full: the wire reports when it can be written to again.
    pub is_full_reported: bool,
    /// The kernel is short of memory: the queue takes nothing, whatever it holds.
    pub is_pressed: bool,
    /// The server has tried to write, and nothing was taken: a response is under way.
    pub is_write_pending: bool,
    /// When the server ended its side; whether that failed; whether it dropped the socket.
    pub shutdown: Option<Duration>,
    pub is_shutdown_failed: bool,
    pub is_dropped: bool,

    /// Changes that have not been collected.
    pub edge: Readiness,
}

impl Wire {
    pub fn new(scene: Rc<Scene>, mut random: Random, number: u16) -> Self {
        let plan = Plan::any(&mut random, &scene);
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
            is_full_reported: false,
            is_pressed: false,
            is_write_pending: false,
            shutdown: None,
            is_shutdown_failed: false,
            is_dropped: false,
            edge: NOTHING,
        }
    }

    /// The socket's readiness at this moment.
    pub fn state(&self) -> Readiness {
        let is_over = self.is_ended || self.error.is_some();
        Readiness {
            readable: self.arrived > self.read || is_over,
            writable: self.room() > 0 && !self.is_pressed || self.error.is_some(),
            read_closed: is_over,
            urgent: false,
        }
    }

    /// Registration reports what holds already, as `epoll_ctl` does.
    pub fn register(&mut self, id: ConnectionId) {
        self.id = Some(id);
        self.accepted = self.scene.now.get();
        self.edge = self.state();
    }

    /// Takes the pending event. Its bits are those that changed, or all that hold now: both kinds
    /// of kernel exist. Neither reports input that has been read meanwhile.
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

    /// Whether something is about to change without the server: nothing can be concluded now.
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
            self.scene.count(|stats| stats.broken += 1);
            self.scene
                .trace(|| format!("client {}: {kind}", self.number));
        }
    }

    /// Whether nothing more can arrive.
    pub fn is_gone(&self) -> bool {
        self.is_dropped || self.error.is_some() || self.is_error_told
    }

    /// The client takes bytes from the send queue. The wire reports that only if the server found
    /// the queue full, and only once a third of it is free.
    pub fn take(&mut self, count: usize) {
        self.queued -= count.min(self.queued);
        self.report_writable();
    }

    fn report_writable(&mut self) {
        if self.is_full_reported && !self.is_pressed && self.room() * 3 >= self.capacity {
            self.is_full_reported = false;
            self.edge.writable = true;
        }
    }

    /// The kernel's own troubles pass: announced input is there, and memory is available again.
    pub fn recover(&mut self) {
        if self.is_hidden {
            self.is_hidden = false;
            self.edge.readable |= self.unread() > 0;
        }
        if self.is_pressed {
            self.is_pressed = false;
            self.report_writable();
        }
    }

    /// Calls the tap with its view of this wire.
    pub fn tapped(&mut self, report: impl FnOnce(&mut Tap, &WireView)) {
        let view = WireView {
            plan: &self.plan,
            scene: &self.scene,
            arrivals: &self.arrivals,
            read: self.read,
        };
        report(&mut self.tap, &view);
    }
}
