//! What all connections of a loop use together: one of each per loop, lent to a connection for the
//! length of one call. No connection owns any of it.

use crate::clock::Clock;
use crate::config::Config;
use crate::events::event::{Event, Observer};
use crate::events::id::ConnectionId;
use crate::http::header_rules::HeaderRules;
use crate::log::access_log::AccessLog;
use crate::log::request_lines::RequestLines;
use crate::os::descriptors::FdBudget;
use crate::os::transport::Transport;
use crate::response::resource::Documents;

/// Bytes of response that all connections together may send in one stage of a turn: while events
/// are handled, and again while the ready queue is. It bounds how long a turn takes, however many
/// downloads there are.
pub const STAGE_SEND_BUDGET: usize = 2 * 1024 * 1024;

/// The types that a loop is made of: the kernel's in the server, scripted ones in tests.
pub trait Env {
    /// An open file.
    type File;
    /// A client's stream.
    type Transport: Transport<File = Self::File>;
    /// Where names are looked up.
    type Documents: Documents<File = Self::File>;
    /// What is told of every event.
    type Observer: Observer;
}

/// What all connections of a loop use together.
#[derive(Debug)]
pub struct LoopContext<E: Env> {
    /// The settings.
    pub config: Config,
    /// Where names are looked up.
    pub documents: E::Documents,
    /// Which fields answers get besides the server's own.
    pub header_rules: Option<HeaderRules>,
    /// The time of this turn.
    pub clock: Clock,
    /// The log's rows that are not written out yet.
    pub log: AccessLog,
    /// The request lines that are not printed yet.
    pub lines: RequestLines,
    /// Whether connections are kept after their answer.
    pub lifecycle: Lifecycle,
    /// The descriptors that connections and their files hold.
    pub descriptors: FdBudget,
    /// What may still be sent in this stage of the turn.
    pub send_budget: SendBudget,
    /// The buffer in which heads and small bodies are put together.
    pub output: Vec<u8>,
    /// What is told of every event.
    pub observer: E::Observer,
}

impl<E: Env> LoopContext<E> {
    /// A context with nothing in use yet. It keeps rows if `config` names a log.
    pub fn new(
        config: Config,
        documents: E::Documents,
        clock: Clock,
        observer: E::Observer,
    ) -> Self {
        Self {
            documents,
            header_rules: None,
            clock,
            log: match config.log {
                Some(_) => AccessLog::on(),
                None => AccessLog::off(),
            },
            lines: RequestLines::new(config.prints_request_lines()),
            lifecycle: Lifecycle::Serving,
            descriptors: FdBudget::new(config.limits.max_descriptors),
            send_budget: SendBudget::default(),
            output: Vec::new(),
            observer,
            config,
        }
    }

    /// Lowers the number of descriptors that connections may take to `most`. None is in use yet.
    pub(crate) fn bound_descriptors(&mut self, most: usize) {
        let limits = &mut self.config.limits;
        limits.max_descriptors = limits.max_descriptors.min(most);
        limits.max_connections = limits.max_connections.min(most);
        self.descriptors = FdBudget::new(limits.max_descriptors);
    }

    /// Tells the observer what happened to the connection `id`.
    pub fn emit(&mut self, id: ConnectionId, event: Event) {
        self.observer.event(Some(id), event);
    }

    /// Tells the observer what happened to the loop itself.
    pub fn emit_for_loop(&mut self, event: Event) {
        self.observer.event(None, event);
    }

    /// Whether so many request lines and log rows wait that they must be written out before more
    /// requests are answered, so that their memory is bounded.
    pub fn output_is_full(&self) -> bool {
        self.lines.is_full() || self.log.is_full()
    }
}

/// What the server as a whole does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// It serves.
    Serving,
    /// It was told to stop, and finishes what is being sent.
    Stopping,
}

/// How much of [`STAGE_SEND_BUDGET`] is spent.
#[derive(Clone, Copy, Debug, Default)]
pub struct SendBudget {
    sent: usize,
}

impl SendBudget {
    /// A stage begins: all of the budget is there again.
    pub fn begin_stage(&mut self) {
        self.sent = 0;
    }

    /// So many bytes were sent.
    pub fn spend(&mut self, bytes: usize) {
        self.sent += bytes;
    }

    /// Whether nothing is left: what remains to be sent waits in the ready queue.
    pub fn is_spent(&self) -> bool {
        self.sent >= STAGE_SEND_BUDGET
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Limits;
    use crate::testing::context;

    #[test]
    fn fewer_descriptors_bound_connections_and_files_and_more_change_nothing() {
        let mut context = context(Limits {
            max_descriptors: 100,
            max_connections: 50,
            ..Limits::default()
        });
        for (most, descriptors, connections) in [(200, 100, 50), (70, 70, 50), (3, 3, 3)] {
            context.bound_descriptors(most);
            let limits = &context.config.limits;
            assert_eq!(limits.max_descriptors, descriptors, "{most}");
            assert_eq!(limits.max_connections, connections, "{most}");
            let left = context.descriptors.left_for_connections();
            assert_eq!(left, descriptors, "{most}");
        }
    }
}
