//! A pond with invented clients and a clock that is set by hand.

mod budgets;
mod chance;
mod deadlines;
mod endings;
mod exhausted;
mod newcomers;
mod rooms;
mod turns;

use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::config::Limits;
use crate::observer::Event;
use crate::testing::{
    BOTH, DATE, GET_BIG, GET_BIG_ROW, GET_SMALL, GET_SMALL_ROW, HALF_CLOSED, LAST_AND_MORE,
    LAST_SMALL, READABLE, Rigged, Scripted, WRITABLE, Wire, assert_same, moment, pattern, peer,
    responses, shared, small, take_outcomes,
};

/// A client: the name of its connection, and the wire to it.
struct Client {
    key: Key,
    wire: Rc<RefCell<Wire>>,
}

/// A pond, and the loop around it.
struct Rig {
    pond: Pond<Rigged>,
    /// Milliseconds since the start.
    now: u64,
    /// The rows of earlier turns.
    outcomes: Vec<String>,
    /// How many request lines were printed in earlier turns.
    lines: usize,
}

impl Rig {
    fn new() -> Self {
        Self::with(Limits::default())
    }

    fn with(limits: Limits) -> Self {
        Self {
            pond: Pond::new(shared(limits)),
            now: 0,
            outcomes: Vec::new(),
            lines: 0,
        }
    }

    /// One turn ends, with its output written out, and the next begins.
    fn turn(&mut self) {
        let shared = self.pond.shared_mut();
        self.outcomes.extend(take_outcomes(shared));
        self.lines += memchr::memchr_iter(b'\n', shared.lines.as_bytes()).count();
        shared.lines.clear(shared.clock.now().monotonic);
        self.pond.end_turn();
        self.pond.begin_turn();
        let now = self.pond.shared().clock.now();
        self.pond
            .shared_mut()
            .observer
            .event(None, Event::TurnBegins(now, 0));
    }

    /// A turn begins, so many milliseconds after the start.
    fn at(&mut self, milliseconds: u64) {
        assert!(milliseconds >= self.now, "time runs forwards");
        self.now = milliseconds;
        self.pond.shared_mut().clock.set(moment(milliseconds));
        self.turn();
    }

    fn arrive(&mut self) -> Client {
        let wire = Wire::new();
        let expected = self.pond.next_key();
        let key = self.pond.admit(Scripted(Rc::clone(&wire)), peer());
        assert_eq!(key, expected);
        self.check();
        Client { key, wire }
    }

    /// One that has had an answer and is idle.
    fn arrive_idle(&mut self) -> Client {
        let client = self.arrive();
        self.send(&client, GET_SMALL);
        assert_eq!(self.deadline_of(&client), Some(Deadline::Idle));
        client.wire.borrow_mut().output.clear();
        client
    }

    /// One in the middle of an answer, whose send queue is full.
    fn arrive_busy(&mut self) -> Client {
        let client = self.arrive();
        client.wire.borrow_mut().room = 1_000;
        self.send(&client, GET_BIG);
        assert_eq!(self.deadline_of(&client), Some(Deadline::Stall));
        client
    }

    fn event(&mut self, client: &Client, event: Readiness) {
        client.wire.borrow_mut().tell(event);
        self.pond.event(client.key, event);
        self.check();
    }

    fn send(&mut self, client: &Client, bytes: impl AsRef<[u8]>) {
        client.wire.borrow_mut().arrive(bytes.as_ref());
        self.event(client, READABLE);
    }

    fn end(&mut self, client: &Client) {
        client.wire.borrow_mut().end();
        self.event(client, HALF_CLOSED);
    }

    fn give_room(&mut self, client: &Client, bytes: usize) {
        client.wire.borrow_mut().room = bytes;
        self.event(client, WRITABLE);
        // Whoever is in the middle of an answer goes on from the queue, in the same turn.
        self.pond.run_ready();
        self.check();
    }

    /// A turn for those who stand in the queue.
    fn run_ready(&mut self) {
        self.turn();
        self.pond.run_ready();
        self.check();
    }

    fn expire(&mut self, clients: &[&Client]) {
        // What has waited in vain may try once more.
        for client in clients {
            if self.deadline_of(client) != Some(Deadline::Closing) {
                client.wire.borrow_mut().tell(BOTH);
            }
        }
        self.pond.expire();
        self.check();
    }

    fn stop(&mut self, clients: &[&Client]) {
        for client in clients {
            client.wire.borrow_mut().tell(READABLE);
        }
        self.pond.stop();
        self.check();
    }

    fn is_open(&mut self, client: &Client) -> bool {
        self.pond.find(client.key).is_some()
    }

    fn deadline_of(&mut self, client: &Client) -> Option<Deadline> {
        let open = self.is_open(client);
        open.then(|| self.pond.timeouts.of(client.key.slot))
            .flatten()
    }

    fn take_outcomes(&mut self) -> Vec<String> {
        self.turn();
        std::mem::take(&mut self.outcomes)
    }

    /// The answer to a GET of `small.txt`, given now.
    fn small_now(&self, connection: &str) -> Vec<u8> {
        self.now_in(small(connection))
    }

    /// This answer, with the Date of now.
    fn now_in(&self, mut answer: Vec<u8>) -> Vec<u8> {
        let at = memchr::memmem::find(&answer, DATE.as_bytes()).unwrap();
        let date = self.pond.shared().clock.date();
        answer.splice(at..at + DATE.len(), date.bytes());
        answer
    }

    /// How many ended, and why.
    #[track_caller]
    fn assert_closed(&self, expected: &str) {
        assert_eq!(self.pond.closed().to_string(), expected);
    }

    /// What holds at all times.
    #[track_caller]
    fn check(&self) {
        let pond = &self.pond;
        let waiting: usize = Deadline::ALL
            .map(|deadline| pond.waiting_for(deadline))
            .iter()
            .sum();
        assert_eq!(waiting, pond.len(), "one deadline for each connection");
        for (slot, connection) in &pond.connections {
            let slot = u32::try_from(slot).unwrap();
            assert!(
                pond.timeouts.of(slot).is_some(),
                "slot {slot} has no deadline"
            );
            // It stands in one queue, or in none.
            let key = connection.key();
            assert_eq!(key.slot, slot);
            let places = |queue: &VecDeque<Key>| queue.iter().filter(|&&one| one == key).count();
            let expected = match connection.queued {
                Queued::No => [0, 0],
                Queued::Ready => [1, 0],
                Queued::Parked => [0, 1],
            };
            assert_eq!([places(&pond.ready), places(&pond.parked)], expected);
        }
        let descriptors = pond.shared().descriptors;
        assert_eq!(descriptors.connections, pond.len());
        if pond.is_empty() {
            assert_eq!(descriptors.files, 0);
        }
        let laws = &pond.shared().observer;
        assert_eq!(laws.breach, None);
        for (key, state) in pond.states() {
            assert_eq!(laws.state(key), Some(state), "what was told of {key:?}");
        }
        assert_eq!(laws.open(), pond.len());
        assert_eq!(laws.closed, *pond.closed());
        assert_eq!(laws.rows, pond.shared().log.recorded());
        let gone = usize::try_from(pond.accepted() - pond.closed().total()).unwrap();
        assert_eq!(gone, pond.len(), "everyone ends for one cause");
    }
}
