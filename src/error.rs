//! What can keep the server from starting, each as one sentence with its cure.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the server did not start, or could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The root is not there, is no folder, or can't be read.
    #[error("cannot serve the folder '{}': {source}; name an existing folder, as in: millpond path/to/site", path.display())]
    Root {
        /// The folder that was asked for.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The address is in use, not ours, or needs a privilege.
    #[error("cannot listen on {address}: {source}; {}", listen_cure(source))]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The log can't be opened for reading and appending.
    #[error("cannot open the log '{}': {source}; name another file with --log FILE, or use --no-log", path.display())]
    Log {
        /// The file that was asked for.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file for the events of the loop can't be had.
    #[error("cannot record events in '{}': {source}; name another file with --trace-file FILE or --flight-recorder FILE", path.display())]
    Observing {
        /// The file that was asked for.
        path: PathBuf,
        /// What the system says, or why we won't.
        source: io::Error,
    },
    /// The live view's address can't be had.
    #[error(
        "cannot show the live view on {address}: {source}; choose another address with --admin ADDR:PORT"
    )]
    Admin {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// `--sandbox` can't be had: the reason and its cure.
    #[error("cannot enter the sandbox: {0}")]
    Sandbox(String),
    /// epoll or signals can't be set up: out of descriptors or memory.
    #[error("cannot set up the event loop: {0}; look at the limits that `ulimit -a` shows")]
    Setup(io::Error),
    /// Waiting for events failed, which the system does not do to a sane program.
    #[error("waiting for events failed: {0}")]
    Poll(io::Error),
}

fn listen_cure(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "stop the other server, or choose another port with --listen ADDR:PORT"
        }
        io::ErrorKind::PermissionDenied => "choose a port above 1023 with --listen ADDR:PORT",
        io::ErrorKind::AddrNotAvailable => {
            "choose an address of this machine with --listen ADDR:PORT"
        }
        _ => "choose another address with --listen ADDR:PORT",
    }
}
