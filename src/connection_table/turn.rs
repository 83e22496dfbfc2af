//! The order of a turn, which is one iteration of the event loop.

use super::ConnectionTable;
use crate::connection::context::Env;

/// A loop around a connection table. The server implements it over the kernel, the simulator, the
/// fuzz target and the unit tests over clients of their own; all of them go through
/// [`EventLoop::run_turn`], so the order of a turn stands here and nowhere else.
pub trait EventLoop {
    /// What the table is made of.
    type Env: Env;
    /// What was collected before the turn begins: the events of one call of poll(2).
    type Events: ?Sized;

    /// The connections.
    fn table(&mut self) -> &mut ConnectionTable<Self::Env>;

    /// How many of the events an observer is told of.
    fn count(&mut self, events: &Self::Events) -> usize;

    /// Hands the events of clients to [`ConnectionTable::event`], and handles all others.
    fn handle_events(&mut self, events: &Self::Events);

    /// Goes on with the connections that are ready without an event.
    fn run_ready(&mut self) {
        self.table().run_ready();
    }

    /// Accepts connections, up to a budget.
    fn accept(&mut self);

    /// Handles the deadlines that have passed, up to a budget.
    fn handle_timeouts(&mut self) {
        self.table().handle_timeouts();
    }

    /// Writes out what the turn has to tell: request lines, rows of the log.
    fn write_output(&mut self);

    /// One turn. Why in this order:
    ///
    /// - events before the ready queue, so that a new request does not wait behind downloads that
    ///   were stopped by their budget;
    /// - the connections that exist before those to be accepted, because each that closes frees a
    ///   descriptor;
    /// - deadlines after events, because a request that came in time must not lose to its deadline;
    /// - output last, so that all rows of the turn are written together.
    fn run_turn(&mut self, events: &Self::Events) {
        let count = self.count(events);
        self.table().begin_turn(count);
        self.handle_events(events);
        self.run_ready();
        self.accept();
        self.handle_timeouts();
        self.write_output();
        self.table().end_turn();
    }
}
