//! The clients: what each does with its wire, from connecting to leaving.

use std::cell::RefCell;
use std::io::ErrorKind;
use std::rc::Rc;

use crate::assembly::Assembly;
use crate::random::Random;
use crate::scene::Scene;
use crate::wire::Wire;

/// How a client sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sends {
    /// Everything that it may send, at once.
    AtOnce,
    /// A few bytes now and then.
    Drips,
    /// Nothing, ever.
    Nothing,
}

/// How a client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reads {
    /// Everything that is there.
    Eagerly,
    /// A little, now and then.
    Slowly,
    /// So many bytes, and no more.
    Until(usize),
}

/// What a client does when it has sent everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaves {
    /// Ends once it has read all answers.
    WhenAnswered,
    /// Ends its side at once, and goes on reading.
    HalfClosed,
    /// Waits for the server to end.
    Never,
}

/// One client.
pub struct Client {
    pub wire: Rc<RefCell<Wire>>,
    random: Random,
    sends: Sends,
    reads: Reads,
    leaves: Leaves,
    /// Sends the next request only when the last one is answered.
    waits_for_answers: bool,
    /// Sends only once in this many acts: it thinks in between.
    thinks: usize,
    /// Vanishes once in this many acts; 0 for never.
    vanishes: usize,
    is_silent: bool,
    taken: usize,
    /// It puts a file together from ranges.
    assembly: Option<Assembly>,
    /// How many rows the log has for this client.
    pub rows: usize,
    /// Its end has been seen and judged: the connection table holds nothing of it any more.
    pub is_judged: bool,
    /// The close reasons that its end may have had, once it has ended.
    pub ended_for: Vec<millpond::events::close_reason::CloseReason>,
}

impl Client {
    pub fn new(scene: &Rc<Scene>, random: &mut Random, number: u16) -> Self {
        let mut random = random.fork();
        let mut wire = Wire::new(scene.clone(), random.fork(), number);
        let mut beside = random.beside();
        let is_assembler = !scene.is_plain() && beside.one_in(5);
        let assembly = is_assembler.then(|| {
            let mut assembly = Assembly::new(beside);
            wire.plan = assembly.plan();
            wire.tap.kept = Some(Vec::new());
            assembly
        });
        let sends = match random.below(12) {
            0 => Sends::Nothing,
            1..=3 => Sends::Drips,
            _ => Sends::AtOnce,
        };
        let reads = match random.below(12) {
            0 => Reads::Until(random.below(3_000)),
            1..=2 => Reads::Slowly,
            _ => Reads::Eagerly,
        };
        let leaves = match random.below(8) {
            0..=1 => Leaves::HalfClosed,
            2..=3 => Leaves::Never,
            _ => Leaves::WhenAnswered,
        };
        let leaves = if is_assembler {
            Leaves::WhenAnswered
        } else {
            leaves
        };
        scene.trace(|| {
            let text = wire.plan.bytes[..wire.plan.bytes.len().min(400)].escape_ascii();
            format!("client {number} comes: {sends:?}, {reads:?}, {leaves:?}: {text}")
        });
        Self {
            wire: Rc::new(RefCell::new(wire)),
            sends,
            reads,
            leaves,
            waits_for_answers: random.one_in(2),
            thinks: random.pick(&[1, 1, 10]),
            vanishes: if random.one_in(5) { 8 } else { 0 },
            random,
            is_silent: false,
            taken: 0,
            assembly,
            rows: 0,
            is_judged: false,
            ended_for: Vec::new(),
        }
    }

    /// Does something, or nothing.
    pub fn act(&mut self) {
        let cell = self.wire.clone();
        let mut wire = cell.borrow_mut();
        if self.is_silent || wire.is_gone() {
            return;
        }
        self.read(&mut wire);
        if self.random.one_in(self.thinks) {
            self.send(&mut wire);
        }
        if self.random.one_in(self.vanishes) {
            self.vanish(&mut wire);
        }
    }

    fn read(&mut self, wire: &mut Wire) {
        let count = match self.reads {
            Reads::Eagerly => wire.queued,
            Reads::Slowly => self.random.between(1, 200 + wire.capacity / 8),
            Reads::Until(limit) => limit.saturating_sub(self.taken),
        };
        let count = count.min(wire.queued);
        self.taken += count;
        if count > 0 {
            wire.take(count);
        }
        // The server has ended its side, and the client has read everything before that.
        if wire.shutdown.is_some() && wire.queued == 0 && self.leaves != Leaves::Never {
            wire.end();
        }
    }

    fn send(&mut self, wire: &mut Wire) {
        if let Some(assembly) = &mut self.assembly {
            assembly.go_on(wire);
        }
        let limit = self.may_send(wire);
        // A client waits while the server's kernel has no space for its bytes.
        let window = WINDOW.saturating_sub(wire.unread());
        let left = limit.saturating_sub(wire.arrived).min(window);
        let count = match self.sends {
            Sends::AtOnce if self.random.one_in(4) => self.random.between(0, left),
            Sends::AtOnce => left,
            Sends::Drips => self.random.between(0, 30).min(left),
            Sends::Nothing => 0,
        };
        if wire.is_ended {
            return;
        }
        wire.deliver(count);
        let is_all_said = wire.arrived == wire.plan.bytes.len();
        let answered = wire.plan.requests.len() == wire.tap.responses.len();
        let is_answered = answered && wire.queued == 0 && !wire.tap.is_midway();
        match self.leaves {
            Leaves::HalfClosed if is_all_said => wire.end(),
            Leaves::WhenAnswered if is_all_said && is_answered => wire.end(),
            _ => {}
        }
    }

    /// How far into its plan the client may send now.
    fn may_send(&self, wire: &Wire) -> usize {
        if !self.waits_for_answers {
            return wire.plan.bytes.len();
        }
        // The client has read everything that left through the socket, unless bytes wait there.
        let read = wire.queued == 0 && !wire.tap.is_midway();
        let answered = wire.tap.responses.len().saturating_sub(usize::from(!read));
        match wire.plan.request(answered) {
            Some(request) if answered + 1 < wire.plan.requests.len() => request.end,
            _ => wire.plan.bytes.len(),
        }
    }

    /// Vanishes: with a reset, silently, or with an end of its side and silence after that.
    fn vanish(&mut self, wire: &mut Wire) {
        wire.scene
            .trace(|| format!("client {} vanishes", wire.number));
        match self.random.below(3) {
            0 => wire.break_off(ErrorKind::ConnectionReset),
            1 => self.is_silent = true,
            _ => {
                wire.end();
                self.is_silent = true;
            }
        }
    }

    /// Speeds up a slow reader: while the world comes to rest, it would take too long.
    pub fn hurry(&mut self) {
        self.vanishes = 0;
        if self.reads == Reads::Slowly {
            self.reads = Reads::Eagerly;
        }
    }
}

/// How many unread bytes the server's kernel holds for a connection.
const WINDOW: usize = 65_536;
