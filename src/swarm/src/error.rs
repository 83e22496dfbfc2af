//! What can keep a run from being made, or its report from being written.

use std::io;
use std::path::PathBuf;

/// Each as one sentence with its cure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// epoll or signals can't be set up: out of descriptors or memory.
    #[error("cannot set up the event loop: {0}; look at the limits that `ulimit -a` shows")]
    Setup(io::Error),
    /// Waiting for events failed, which the system does not do to a sane program.
    #[error("waiting for events failed: {0}")]
    Poll(io::Error),
    /// The histograms refused their own constants.
    #[error("cannot make histograms: {0}")]
    Histogram(#[from] hdrhistogram::CreationError),
    /// The report can't be put as JSON, which has no way to fail.
    #[error("cannot write the report as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A report can't be written.
    #[error("cannot write the report '{}': {source}; name another file", path.display())]
    Report {
        /// The file that was asked for.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}
