//! The listening sockets, and when to accept from them.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use mio::net::{TcpListener, TcpStream};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::bind::{self, Bound, Endpoint};
use super::defer_accept;
use super::descriptors::is_out_of_descriptors;
use super::listen_address::ListenAddress;
use super::refuse_handshakes;
use crate::error::Error;

/// How long to wait after an accept that failed because no descriptor was left, if no connection
/// ends before.
const RETRY_AFTER: Duration = Duration::from_millis(100);

#[derive(Debug)]
struct Listener {
    bound: Bound,
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
    /// How many accepts have failed for a reason that concerns one client.
    failed: u64,
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
    pub(crate) fn bind(addresses: &[ListenAddress], deferred: bool) -> Result<Self, Error> {
        let mut sockets = Vec::new();
        for address in addresses {
            let failed = |source| Error::Listen {
                address: address.to_string(),
                source,
            };
            for bound in bind::bind(address, addresses).map_err(failed)? {
                if deferred {
                    defer_accept::defer_accept(&bound.socket).map_err(failed)?;
                }
                sockets.push(Listener {
                    bound,
                    // A client may connect between listen and registration.
                    may_accept: true,
                });
            }
        }
        Ok(Self {
            sockets,
            paused: None,
            last: 0,
            failed: 0,
        })
    }

    /// Where they listen, with the ports that the system chose instead of 0.
    pub(crate) fn endpoints(&self) -> io::Result<Vec<Endpoint>> {
        let sockets = self.sockets.iter();
        sockets.map(|listener| listener.bound.endpoint()).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.sockets.len()
    }

    /// The socket to register with the poll.
    pub(crate) fn socket(&mut self, index: usize) -> Option<&mut TcpListener> {
        self.sockets
            .get_mut(index)
            .map(|listener| &mut listener.bound.socket)
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
                let mut polled = [PollFd::new(&listener.bound.socket, PollFlags::IN)];
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
            return match listener.bound.socket.accept() {
                Ok((stream, peer)) => Accepted::Client(stream, peer),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    listener.may_accept = false;
                    continue;
                }
                Err(error) if is_out_of_descriptors(&error) => Accepted::OutOfDescriptors(error),
                // No error of accept ends a server: ECONNABORTED, EPROTO, EINTR and the errors
                // of the network concern one client, which has left.
                Err(_) => {
                    self.failed += 1;
                    Accepted::Failed
                }
            };
        }
        Accepted::QueueIsEmpty
    }

    /// How many accepts have failed for a reason that concerns one client.
    pub(crate) fn failed(&self) -> u64 {
        self.failed
    }

    /// Connections may wait for any of them.
    pub(crate) fn mark_all_acceptable(&mut self) {
        for listener in &mut self.sockets {
            listener.may_accept = true;
        }
    }

    /// The kernel refuses clients that begin a handshake from now on. Where it can't, clients go on
    /// coming until the sockets are closed.
    pub(crate) fn refuse_handshakes(&self) {
        for listener in &self.sockets {
            let _ = refuse_handshakes::refuse_handshakes(&listener.bound.socket);
        }
    }

    /// Closes all sockets: the kernel refuses clients from now on.
    pub(crate) fn close(&mut self) {
        self.sockets.clear();
    }
}

#[cfg(test)]
mod tests;
