//! Errors that keep the server from starting. Each is one sentence that names the cure.

use std::io;
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
        address: String,
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
    /// The file of header rules can't be read, or is no regular file.
    #[error("cannot read the header rules '{}': {source}; name a file that can be read with --headers FILE", path.display())]
    Headers {
        /// The path of the file.
        path: PathBuf,
        /// The error of the system, or why the server refuses the file.
        source: io::Error,
    },
    /// A line of the header rules is wrong.
    #[error("{}:{line}: {message}", path.display())]
    HeaderRule {
        /// The path of the file.
        path: PathBuf,
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong, and the cure.
        message: String,
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
        address: String,
        /// The error of the system.
        source: io::Error,
    },
    /// The limit on descriptors leaves none to serve with.
    #[error(
        "cannot serve with {limit} descriptors: {needed}; raise the limit, as with `ulimit -n {enough}`"
    )]
    Descriptors {
        /// How many there may be.
        limit: u64,
        /// What is known of how many are needed, in words.
        needed: String,
        /// A limit that is enough.
        enough: u64,
    },
    /// `--sandbox` can't be had: the reason and its cure.
    #[error("cannot enter the sandbox: {0}")]
    Sandbox(String),
    /// epoll, signals or a standard stream can't be set up: no descriptor or memory is left.
    #[error("cannot set up the event loop: {0}; look at the limits that `ulimit -a` shows")]
    Setup(io::Error),
    /// Waiting for events (`epoll_wait(2)`) failed, which can only be a fault of the program.
    #[error("waiting for events failed: {0}")]
    Poll(io::Error),
}

impl Error {
    /// What the system said, if it said something.
    pub fn io(&self) -> Option<&io::Error> {
        match self {
            Self::Root { source, .. }
            | Self::Listen { source, .. }
            | Self::Log { source, .. }
            | Self::Headers { source, .. }
            | Self::Observing { source, .. }
            | Self::Admin { source, .. }
            | Self::Setup(source)
            | Self::Poll(source) => Some(source),
            Self::HeaderRule { .. } | Self::Sandbox(_) | Self::Descriptors { .. } => None,
        }
    }

    /// The exit status of the process: 2 for what the operator has written, as for a wrong command line,
    /// and 1 for everything else.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Headers { .. } | Self::HeaderRule { .. } => 2,
            _ => 1,
        }
    }
}

/// ENODEV (netdevice(7)): no interface has this name.
const NO_SUCH_DEVICE: i32 = 19;

fn listen_cure(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "stop the other server, or choose another port with --listen ADDR:PORT"
        }
        // capabilities(7), systemd.exec(5)
        io::ErrorKind::PermissionDenied => {
            "choose a port above 1023 with --listen ADDR:PORT, or give the right to lower ones: \
             `setcap cap_net_bind_service=+ep FILE` for the program's file, or \
             `AmbientCapabilities=CAP_NET_BIND_SERVICE` in its systemd unit"
        }
        io::ErrorKind::AddrNotAvailable => {
            "choose an address of this machine with --listen ADDR:PORT"
        }
        _ if error.raw_os_error() == Some(NO_SUCH_DEVICE) => {
            "choose an interface that `ip link` shows, or another address with --listen ADDR:PORT"
        }
        _ => "choose another address with --listen ADDR:PORT",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_port_without_the_right_names_the_capability_and_the_unit_in_one_line() {
        let error = Error::Listen {
            address: "127.0.0.1:80".to_owned(),
            source: io::ErrorKind::PermissionDenied.into(),
        };
        let line = error.to_string();
        assert!(
            line.starts_with("cannot listen on 127.0.0.1:80: "),
            "{line}"
        );
        for cure in [
            "setcap cap_net_bind_service=+ep",
            "AmbientCapabilities=CAP_NET_BIND_SERVICE",
            "a port above 1023",
        ] {
            assert!(line.contains(cure), "{line}");
        }
        assert!(!line.contains('\n'), "{line}");
    }
}
