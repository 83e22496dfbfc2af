//! What all connections share, lent to each for the length of one call.

use crate::access_log::AccessLog;
use crate::clock::Clock;
use crate::config::{Config, Limits};
use crate::descriptors::DescriptorUse;
use crate::observer::Observer;
use crate::request_lines::RequestLines;
use crate::resource::Documents;
use crate::target::DotFiles;
use crate::transport::Transport;

/// Bytes of response that all connections together may send in one phase of a turn: while events are
/// handled, and again while the ready queue is. They bound how long a turn takes, however many downloads
/// there are.
pub const PHASE_SEND_BUDGET: usize = 2 * 1024 * 1024;

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
pub struct Shared<E: Env> {
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
    pub phase: Phase,
    /// The descriptors that connections and their files hold.
    pub descriptors: DescriptorUse,
    /// How many bytes have been sent in this phase of the turn.
    pub sent_in_phase: usize,
    /// Where heads and small bodies are put together: the shared write buffer.
    pub output: Vec<u8>,
    /// Who watches.
    pub observer: E::Observer,
}

impl<E: Env> Shared<E> {
    /// What connections share when there are none yet. There are rows if `config` names a log.
    pub fn new(
        documents: E::Documents,
        clock: Clock,
        observer: E::Observer,
        config: &Config,
    ) -> Self {
        Self {
            limits: config.limits.clone(),
            dot_files: config.dot_files,
            documents,
            clock,
            log: match config.log {
                Some(_) => AccessLog::on(),
                None => AccessLog::off(),
            },
            lines: RequestLines::new(config.print_requests),
            phase: Phase::Serving,
            descriptors: DescriptorUse::of(config.limits.max_descriptors),
            sent_in_phase: 0,
            output: Vec::new(),
            observer,
        }
    }

    /// Whether this phase of the turn has sent its share. What is left to send has its turn later,
    /// so that the time of a turn is bounded.
    pub fn has_sent_enough(&self) -> bool {
        self.sent_in_phase >= PHASE_SEND_BUDGET
    }

    /// Whether so many lines and rows wait that they are to be written out before there are more,
    /// so that the memory of a turn is bounded.
    pub fn has_told_enough(&self) -> bool {
        self.lines.are_too_many() || self.log.is_full()
    }
}

/// What the server as a whole is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It serves.
    Serving,
    /// It has been told to stop, and finishes what is being sent.
    Stopping,
}
