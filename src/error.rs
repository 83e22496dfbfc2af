//! Errors that keep the server from starting. Each is one sentence that names the cure.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the server did not start, or could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The root does not exist, is not a folder, or can't be read.
    #[error("cannot serve the folder '{}': {source}; name an existing folder, as in: millpond path/to/site", path.display())]
    Root {
        /// The folder to be served.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The address is in use, is not this machine's, or needs a privilege.
    #[error("cannot listen on {address}: {source}; {}", listen_cure(source))]
    Listen {
        /// The address to listen on.
        address: SocketAddr,
        /// The error of the system.
        source: io::Error,
    },
    /// The log can't be opened for reading and appending.
    #[error("cannot open the log '{}': {source}; name another file with --log FILE, or use --no-log", path.display())]
    Log {
        /// The path of the file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A file for the events of the loop can't be opened, or must not be used.
    #[error("cannot record events in '{}': {source}; name another file with --trace-file FILE or --flight-recorder FILE", path.display())]
    Observing {
        /// The path of the file.
        path: PathBuf,
        /// The error of the system, or why the server refuses the file.
        source: io::Error,
    },
    /// The live view can't listen on its address.
    #[error(
        "cannot show the live view on {address}: {source}; choose another address with --admin ADDR:PORT"
    )]
    Admin {
        /// The address to listen on.
        address: SocketAddr,
        /// The error of the system.
        source: io::Error,
    },
    /// The kernel can't enforce `--sandbox`.
    #[error("cannot enter the sandbox: {0}; start without --sandbox, or on Linux 5.13 or later")]
    Sandbox(String),
    /// epoll, signals or a standard stream can't be set up: no descriptor or memory is left.
    #[error("cannot set up the event loop: {0}; look at the limits that `ulimit -a` shows")]
    Setup(io::Error),
    /// Waiting for events (`epoll_wait(2)`) failed, which can only be a fault of the program.
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
