//! What all connections share, lent to each for the length of one call.

use crate::clock::Clock;
use crate::config::{Limits, STAGE_SEND_BUDGET};
use crate::events::event::Observer;
use crate::files::Documents;
use crate::http::target::DotFiles;
use crate::log::access_log::AccessLog;
use crate::log::request_lines::RequestLines;
use crate::os::descriptors::FdBudget;
use crate::os::transport::Transport;

/// What a pond is made of: the real thing in the server, invented ones in tests.
pub trait Env {
    /// An open file.
    type File;
    /// A client's stream.
    type Transport: Transport<File = Self::File>;
    /// The files.
    type Documents: Documents<File = Self::File>;
    /// Who watches.
    type Observer: Observer;
}

/// One of each for the whole loop; none belongs to a connection.
#[derive(Debug)]
pub struct LoopContext<E: Env> {
    /// The bounds on each connection.
    pub limits: Limits,
    /// Whether names that begin with a dot are served.
    pub dot_files: DotFiles,
    /// The files.
    pub documents: E::Documents,
    /// The time of this turn.
    pub clock: Clock,
    /// The rows of this second.
    pub log: AccessLog,
    /// The request lines that are not printed yet.
    pub lines: RequestLines,
    /// Whether connections are kept after their answer.
    pub lifecycle: Lifecycle,
    /// The descriptors that connections and their files hold.
    pub descriptors: FdBudget,
    /// How many bytes have been sent in this phase of the turn.
    pub sent_in_stage: usize,
    /// Where heads and small bodies are put together: the shared write buffer.
    pub output: Vec<u8>,
    /// Who watches.
    pub observer: E::Observer,
}

impl<E: Env> LoopContext<E> {
    /// Whether this phase of the turn has sent its share. What is left to send has its turn later,
    /// so that the time of a turn is bounded.
    pub fn send_budget_spent(&self) -> bool {
        self.sent_in_stage >= STAGE_SEND_BUDGET
    }

    /// Whether so many lines and rows wait that they are to be written out before there are more,
    /// so that the memory of a turn is bounded.
    pub fn output_is_full(&self) -> bool {
        self.lines.is_full() || self.log.is_full()
    }
}

/// What the server as a whole is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// It serves.
    Serving,
    /// It has been told to stop, and finishes what is being sent.
    Stopping,
}
