//! New connections: accepted, inserted into the table and registered, or left waiting in the
//! kernel's queue.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use mio::Interest;
use mio::net::TcpStream;

use super::Server;
use super::token::TokenKind;
use crate::observe::live::HasLiveView;
use crate::os::listeners::Accepted;

/// How many connections are accepted in one turn: a storm of new ones does not starve those that
/// exist.
const ACCEPTS_PER_TURN: usize = 128;

impl<O: HasLiveView> Server<O> {
    /// Accepts connections, up to a budget.
    pub(super) fn accept_connections(&mut self) {
        for _ in 0..ACCEPTS_PER_TURN {
            let now = self.now();
            if !self.listeners.is_open(now, self.table.closed().total()) {
                return;
            }
            if !self.table.has_room() {
                if !self.evict_for_new(now) {
                    return;
                }
                continue;
            }
            match self.listeners.accept() {
                Accepted::Client(stream, peer) => self.insert(stream, peer),
                Accepted::QueueIsEmpty => return,
                Accepted::Failed => {}
                Accepted::OutOfDescriptors(error) => {
                    self.warn_of_shortage(&error, now);
                    if !self.evict_for_new(now) {
                        return;
                    }
                }
            }
        }
    }

    /// Evicts a connection if a client waits to be accepted. Returns whether one was: if none can
    /// be, new clients wait in the kernel's queue.
    fn evict_for_new(&mut self, now: Duration) -> bool {
        if !self.listeners.has_waiting_client() {
            return false;
        }
        let has_evicted = self.table.evict_oldest();
        if !has_evicted {
            self.listeners.pause(now, self.table.closed().total());
        }
        has_evicted
    }

    fn insert(&mut self, stream: TcpStream, peer: SocketAddr) {
        let id = self.table.insert(stream, peer.into());
        let Some(stream) = self.table.try_immediately(id) else {
            return;
        };
        // Registered once, for both directions: what the socket is ready for is remembered from then
        // on. Input that has come since the first try makes an event now (epoll_ctl(2)): no edge is
        // lost.
        // Urgent data must show too, because it ends a read early.
        let interest = Interest::READABLE | Interest::WRITABLE | Interest::PRIORITY;
        let token = TokenKind::Connection(id).token();
        if let Err(error) = self.poll.registry().register(stream, token, interest) {
            self.table.give_up(id);
            self.warn_of_shortage(&error, self.now());
        }
    }

    fn warn_of_shortage(&mut self, error: &io::Error, now: Duration) {
        self.outputs.warn_of_shortage(error, self.table.len(), now);
    }

    pub(super) fn now(&self) -> Duration {
        self.table.context().clock.now().monotonic
    }
}
