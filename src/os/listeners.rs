//! The listening sockets, and the gate that newcomers pass one by one.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use mio::net::{TcpListener, TcpStream};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::config::ListenAddress;
use crate::error::Error;
use crate::os::bind::{self, Bound, Endpoint};
use crate::os::descriptors::is_out_of_descriptors;

/// How long to wait before an accept that failed for want of room is tried again, if nobody
/// leaves before.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// A listening socket and what is remembered of it.
#[derive(Debug)]
struct Listener {
    bound: Bound,
    /// Cleared by `WouldBlock` alone. The edge that set it does not come again while clients are
    /// still in the queue.
    may_accept: bool,
}

/// All listening sockets.
#[derive(Debug)]
pub struct Listeners {
    sockets: Vec<Listener>,
    /// There was no room for a newcomer: try again at this time, or when someone has left.
    paused: Option<Pause>,
    /// Whose turn it is: a flood on one listener does not starve the others.
    next: usize,
}

#[derive(Clone, Copy, Debug)]
struct Pause {
    until: Duration,
    /// How many connections had ended when it began.
    closed: u64,
}

/// What came of an attempt to accept.
#[derive(Debug)]
pub enum Accepted {
    /// A newcomer.
    Client(TcpStream, SocketAddr),
    /// Nobody is waiting.
    Nobody,
    /// Someone waits, but there is no descriptor or memory for them (accept(2)).
    NoRoom(io::Error),
    /// This one is gone already, or the network failed: the next may be well.
    Failed,
}

impl Listeners {
    /// Listens on all of `addresses`, or on none.
    /// With `defer_accept` a connection is accepted only when its first bytes have come, or after a
    /// second of silence.
    pub fn bind(addresses: &[ListenAddress], defer_accept: bool) -> Result<Self, Error> {
        let mut sockets = Vec::new();
        for address in addresses {
            let failed = |source| Error::Listen {
                address: address.to_string(),
                source,
            };
            for bound in bind::bind(address, addresses).map_err(failed)? {
                if defer_accept {
                    super::defer_accept::defer_accept(&bound.socket).map_err(failed)?;
                }
                sockets.push(Listener {
                    bound,
                    // A client may have come between listen and registration.
                    may_accept: true,
                });
            }
        }
        Ok(Self {
            sockets,
            paused: None,
            next: 0,
        })
    }

    /// Where they listen, with the ports that the system chose for 0.
    pub fn endpoints(&self) -> io::Result<Vec<Endpoint>> {
        let sockets = self.sockets.iter();
        sockets.map(|listener| listener.bound.endpoint()).collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.sockets.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sockets.is_empty()
    }

    /// The socket to register.
    pub fn socket(&mut self, index: usize) -> Option<&mut TcpListener> {
        self.sockets
            .get_mut(index)
            .map(|listener| &mut listener.bound.socket)
    }

    /// Clients have come.
    pub fn mark_ready(&mut self, index: usize) {
        if let Some(listener) = self.sockets.get_mut(index) {
            listener.may_accept = true;
        }
    }

    /// Whether to try and accept at all: someone may be waiting, and the last attempt did not
    /// just fail for want of room.
    pub fn is_open(&self, now: Duration, closed: u64) -> bool {
        let is_paused = self
            .paused
            .is_some_and(|pause| now < pause.until && closed == pause.closed);
        !is_paused && self.sockets.iter().any(|listener| listener.may_accept)
    }

    /// When a pause ends by itself.
    pub fn next_timeout(&self) -> Option<Duration> {
        let waiting = self.sockets.iter().any(|listener| listener.may_accept);
        self.paused.filter(|_| waiting).map(|pause| pause.until)
    }

    /// There is no room: leave the queue alone for a while.
    pub fn pause(&mut self, now: Duration, closed: u64) {
        let until = now + RETRY_AFTER;
        self.paused = Some(Pause { until, closed });
    }

    /// Whether somebody is really waiting. Asked before an idle client is closed for a newcomer:
    /// `may_accept` only says that there may be one, and `accept` at the limit of descriptors
    /// fails without looking into the queue.
    pub fn is_someone_waiting(&mut self) -> bool {
        for listener in &mut self.sockets {
            if listener.may_accept {
                let mut polled = [PollFd::new(&listener.bound.socket, PollFlags::IN)];
                let ready = poll(&mut polled, Some(&Timespec::default()));
                // In doubt there is someone: an edge that is forgotten does not come again.
                listener.may_accept = ready.is_ok_and(|ready| ready > 0) || ready.is_err();
            }
        }
        self.sockets.iter().any(|listener| listener.may_accept)
    }

    /// Accepts one client.
    pub fn accept(&mut self) -> Accepted {
        self.paused = None;
        for _ in 0..self.sockets.len() {
            self.next = (self.next + 1) % self.sockets.len();
            let listener = &mut self.sockets[self.next];
            if !listener.may_accept {
                continue;
            }
            return match listener.bound.socket.accept() {
                Ok((stream, peer)) => Accepted::Client(stream, peer),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    listener.may_accept = false;
                    continue;
                }
                Err(error) if is_out_of_descriptors(&error) => Accepted::NoRoom(error),
                // No error of accept ends a server: ECONNABORTED, EPROTO, EINTR and the errors
                // of the network are those of one client, who is gone.
                Err(_) => Accepted::Failed,
            };
        }
        Accepted::Nobody
    }

    /// Closes them all: from now on clients are refused.
    pub fn close(&mut self) {
        self.sockets.clear();
    }
}

#[cfg(test)]
mod tests;
