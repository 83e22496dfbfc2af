//! A connection table with invented clients and a clock that is set by hand.

mod accepted;
mod budgets;
mod chance;
mod deadlines;
mod endings;
mod evictions;
mod out_of_descriptors;
mod turns;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use super::turn::EventLoop;
use super::*;
use crate::config::Limits;
use crate::testing::{
    BOTH, DATE, GET_BIG, GET_BIG_ROW, GET_SMALL, GET_SMALL_ROW, HALF_CLOSED, LAST_AND_MORE,
    LAST_SMALL, READABLE, Scripted, TestEnv, WRITABLE, Wire, assert_same, context, moment, pattern,
    peer, responses, small, take_outcomes,
};

/// A client: the name of its connection, and the wire to it.
struct Client {
    id: ConnectionId,
    wire: Rc<RefCell<Wire>>,
}

/// A pond, and the loop around it.
struct Rig {
    table: ConnectionTable<TestEnv>,
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
            table: ConnectionTable::new(context(limits)),
            now: 0,
            outcomes: Vec::new(),
            lines: 0,
        }
    }

    /// The present turn ends, with its output written out, and the next one begins: what a test then
    /// does to the table are stages of that turn.
    fn turn(&mut self) {
        self.write_output();
        self.table.end_turn();
        self.table.begin_turn(0);
    }

    /// A turn begins, so many milliseconds after the start.
    fn at(&mut self, milliseconds: u64) {
        assert!(milliseconds >= self.now, "time runs forwards");
        self.now = milliseconds;
        self.table.context_mut().clock.set(moment(milliseconds));
        self.turn();
    }

    fn arrive(&mut self) -> Client {
        let wire = Wire::new();
        let expected = self.table.next_id();
        let id = self.table.insert(Scripted(Rc::clone(&wire)), peer());
        assert_eq!(id, expected);
        self.check();
        Client { id, wire }
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
        self.table.event(client.id, event);
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
        self.table.run_ready();
        self.check();
    }

    /// A whole turn without events: the ready queue, and the deadlines that have passed.
    fn run_ready(&mut self) {
        self.write_output();
        self.table.end_turn();
        self.run_turn(&());
        self.table.begin_turn(0);
        self.check();
    }

    fn handle_timeouts(&mut self, clients: &[&Client]) {
        // What has waited in vain may try once more.
        for client in clients {
            if self.deadline_of(client) != Some(Deadline::Closing) {
                client.wire.borrow_mut().tell(BOTH);
            }
        }
        self.table.handle_timeouts();
        self.check();
    }

    fn stop(&mut self, clients: &[&Client]) {
        for client in clients {
            client.wire.borrow_mut().tell(READABLE);
        }
        self.table.stop();
        self.check();
    }

    fn is_open(&mut self, client: &Client) -> bool {
        self.table.find(client.id).is_some()
    }

    fn deadline_of(&mut self, client: &Client) -> Option<Deadline> {
        let open = self.is_open(client);
        open.then(|| self.table.timeouts.deadline_of(client.id.slot))
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
        let date = self.table.context().clock.date();
        answer.splice(at..at + DATE.len(), date.bytes());
        answer
    }

    /// How many ended, and why.
    #[track_caller]
    fn assert_closed(&self, expected: &str) {
        assert_eq!(self.table.closed().to_string(), expected);
    }

    /// What holds at all times.
    #[track_caller]
    fn check(&self) {
        let table = &self.table;
        let waiting: usize = Deadline::ALL
            .map(|deadline| table.waiting_for(deadline))
            .iter()
            .sum();
        assert_eq!(waiting, table.len(), "one deadline for each connection");
        assert_eq!(table.audit(), Ok(()));
        let descriptors = table.context().descriptors;
        assert_eq!(descriptors.connections(), table.len());
        if table.is_empty() {
            assert_eq!(descriptors.files(), 0);
        }
        let invariants = &table.context().observer;
        assert_eq!(invariants.violation, None);
        for (id, state) in table.states() {
            assert_eq!(invariants.state(id), Some(state), "what was told of {id:?}");
        }
        assert_eq!(invariants.open(), table.len());
        assert_eq!(invariants.closed, *table.closed());
        assert_eq!(invariants.rows, table.context().log.recorded());
        let gone = usize::try_from(table.accepted() - table.closed().total()).unwrap();
        assert_eq!(gone, table.len(), "everyone ends for one cause");
    }
}

impl EventLoop for Rig {
    type Env = TestEnv;
    type Events = ();

    fn table(&mut self) -> &mut ConnectionTable<TestEnv> {
        &mut self.table
    }

    fn count(&mut self, (): &()) -> usize {
        0
    }

    fn handle_events(&mut self, (): &()) {}

    fn accept(&mut self) {}

    fn write_output(&mut self) {
        let context = self.table.context_mut();
        self.outcomes.extend(take_outcomes(context));
        self.lines += memchr::memchr_iter(b'\n', context.lines.as_bytes()).count();
        context.lines.clear(context.clock.now().monotonic);
    }
}
