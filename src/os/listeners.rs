//! The listening sockets, and when to accept from them.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use mio::net::{TcpListener, TcpStream};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Protocol, Socket, Type};

use super::defer_accept::defer_accept;
use super::descriptors::is_out_of_descriptors;
use crate::error::Error;

/// How many connections the kernel may keep waiting for an accept. The standard library's 128
/// overflows when a few hundred clients connect at one instant, and each client that is dropped
/// waits a second before it tries again.
pub(crate) const BACKLOG: u32 = 4096;

/// How long to wait after an accept that failed because no descriptor was left, if no connection
/// ends before.
const RETRY_AFTER: Duration = Duration::from_millis(100);

#[derive(Debug)]
struct Listener {
    socket: TcpListener,
    /// Whether connections may wait in the kernel's queue. Only `WouldBlock` clears it: the edge
    /// that set it does not come again while the queue holds connections.
    may_accept: bool,
}

/// All listening sockets.
#[derive(Debug)]
pub(crate) struct Listeners {
    sockets: Vec<Listener>,
    /// Set when a connection could not be accepted.
    paused: Option<Pause>,
    /// The listener that the last accept tried. The next accept begins with the one after it: a
    /// flood on one listener does not starve the others.
    last: usize,
}

/// No accept is tried before this time, unless a connection ends.
#[derive(Clone, Copy, Debug)]
struct Pause {
    until: Duration,
    /// How many connections had ended when the pause began.
    closed: u64,
}

/// The result of one attempt to accept.
#[derive(Debug)]
pub(crate) enum Accepted {
    Client(TcpStream, SocketAddr),
    /// No connection waits.
    QueueIsEmpty,
    /// A connection may wait, but no descriptor or memory is left for it (accept(2)).
    OutOfDescriptors(io::Error),
    /// The client has left already, or the network failed. The next attempt may succeed.
    Failed,
}

impl Listeners {
    /// Listens on all of `addresses`, or fails. With `deferred` the kernel hands over a connection
    /// when its first bytes have come, or after a second of silence.
    pub(crate) fn bind(addresses: &[SocketAddr], deferred: bool) -> Result<Self, Error> {
        let bound = |address| {
            let socket = listen(address, addresses)?;
            if deferred {
                defer_accept(&socket)?;
            }
            Ok(socket)
        };
        let sockets = addresses.iter().map(|&address| {
            bound(address)
                .map(|socket| Listener {
                    socket,
                    // A client may connect between listen and registration.
                    may_accept: true,
                })
                .map_err(|source| Error::Listen { address, source })
        });
        Ok(Self {
            sockets: sockets.collect::<Result<_, _>>()?,
            paused: None,
            last: 0,
        })
    }

    /// The addresses, with the port that the system chose instead of 0.
    pub(crate) fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.sockets
            .iter()
            .map(|listener| listener.socket.local_addr())
            .collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.sockets.len()
    }

    /// The socket to register with the poll.
    pub(crate) fn socket(&mut self, index: usize) -> Option<&mut TcpListener> {
        self.sockets
            .get_mut(index)
            .map(|listener| &mut listener.socket)
    }

    /// The kernel reports that clients have connected to this listener.
    pub(crate) fn mark_acceptable(&mut self, index: usize) {
        if let Some(listener) = self.sockets.get_mut(index) {
            listener.may_accept = true;
        }
    }

    /// Whether to try an accept: a connection may wait, and no pause holds. `closed` is how many
    /// connections have ended so far.
    pub(crate) fn is_open(&self, now: Duration, closed: u64) -> bool {
        let is_paused = self
            .paused
            .is_some_and(|pause| now < pause.until && closed == pause.closed);
        !is_paused && self.sockets.iter().any(|listener| listener.may_accept)
    }

    /// When the pause ends even if no connection ends.
    pub(crate) fn next_timeout(&self) -> Option<Duration> {
        let waiting = self.sockets.iter().any(|listener| listener.may_accept);
        self.paused.filter(|_| waiting).map(|pause| pause.until)
    }

    /// Leaves the kernel's queue alone for a while, because no connection can be accepted.
    pub(crate) fn pause(&mut self, now: Duration, closed: u64) {
        let until = now + RETRY_AFTER;
        self.paused = Some(Pause { until, closed });
    }

    /// Whether a connection waits in the kernel's queue. To be asked before an idle connection is
    /// evicted for it: `may_accept` only says that one may wait, and accept(2) fails at the limit
    /// of descriptors without looking into the queue.
    pub(crate) fn has_waiting_client(&mut self) -> bool {
        for listener in &mut self.sockets {
            if listener.may_accept {
                let mut polled = [PollFd::new(&listener.socket, PollFlags::IN)];
                let ready = poll(&mut polled, Some(&Timespec::default()));
                // In doubt a client waits: an edge that is forgotten does not come again.
                listener.may_accept = ready.is_ok_and(|ready| ready > 0) || ready.is_err();
            }
        }
        self.sockets.iter().any(|listener| listener.may_accept)
    }

    /// Accepts one connection, and ends a pause.
    pub(crate) fn accept(&mut self) -> Accepted {
        self.paused = None;
        for _ in 0..self.sockets.len() {
            self.last = (self.last + 1) % self.sockets.len();
            let listener = &mut self.sockets[self.last];
            if !listener.may_accept {
                continue;
            }
            return match listener.socket.accept() {
                Ok((stream, peer)) => Accepted::Client(stream, peer),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    listener.may_accept = false;
                    continue;
                }
                Err(error) if is_out_of_descriptors(&error) => Accepted::OutOfDescriptors(error),
                // No error of accept ends a server: ECONNABORTED, EPROTO, EINTR and the errors
                // of the network concern one client, which has left.
                Err(_) => Accepted::Failed,
            };
        }
        Accepted::QueueIsEmpty
    }

    /// Whether none is left: the server stops.
    pub(crate) fn is_empty(&self) -> bool {
        self.sockets.is_empty()
    }

    /// Closes all sockets: the kernel refuses clients from now on.
    pub(crate) fn close(&mut self) {
        self.sockets.clear();
    }
}

/// A socket that listens on `address`. `all` holds every address that the server listens on.
pub(crate) fn listen(address: SocketAddr, all: &[SocketAddr]) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // After a restart, connections of the predecessor may be in TIME-WAIT. They must not keep the
    // address in use (socket(7), SO_REUSEADDR).
    socket.set_reuse_address(true)?;
    // Linux gives accepted sockets the same option. Without it a body that follows its head in
    // a segment of its own waits 40 ms, for Nagle's algorithm and the client's delayed
    // acknowledgement.
    socket.set_tcp_nodelay(true)?;
    if address.is_ipv6() {
        // [::] takes IPv4 clients too, unless there is an IPv4 address with the same port.
        let shares_port = |other: &SocketAddr| other.is_ipv4() && other.port() == address.port();
        socket.set_only_v6(address.port() != 0 && all.iter().any(shares_port))?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG.cast_signed())?;
    Ok(TcpListener::from_std(socket.into()))
}

#[cfg(test)]
mod tests;
