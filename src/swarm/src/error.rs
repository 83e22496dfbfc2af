//! Errors that prevent a run, or the writing of its report.

use std::io;
use std::path::PathBuf;

/// Each prints as one sentence with its cure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// epoll or signal handling can't be set up: too few descriptors or too little memory.
    #[error("cannot set up the event loop: {0}; look at the limits that `ulimit -a` shows")]
    Setup(io::Error),
    /// `epoll_wait(2)` failed, which it does only for a faulty program.
    #[error("waiting for events failed: {0}")]
    Poll(io::Error),
    /// A histogram can't be created; its constants are ours, so this is a bug.
    #[error("cannot make histograms: {0}")]
    Histogram(#[from] hdrhistogram::CreationError),
    /// The report can't be serialised; nothing in it can fail, so this is a bug.
    #[error("cannot write the report as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A file can't be written.
    #[error("cannot write the report '{}': {source}; name another file", path.display())]
    Report {
        /// The path that the option named.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}
