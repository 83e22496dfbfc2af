//! Newcomers: accepted, registered and let into the pond, or left waiting in the kernel's queue.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use mio::Interest;
use mio::net::TcpStream;

use super::Server;
use super::token::TokenKind;
use crate::connection::MadeRoom;
use crate::observe::live::HasLiveView;
use crate::os::listeners::Accepted;

/// How many clients are accepted in one turn: a storm of newcomers does not starve those inside.
const ACCEPTS: usize = 128;

/// A shortage of descriptors is mentioned at most so often.
const WARN_EVERY: Duration = Duration::from_secs(1);

impl<O: HasLiveView> Server<O> {
    /// Lets newcomers in, up to a budget.
    pub(super) fn accept(&mut self) {
        for _ in 0..ACCEPTS {
            let now = self.table.context().clock.now().monotonic;
            if !self.listeners.is_open(now, self.table.closed().total()) {
                return;
            }
            if !self.table.has_room() {
                if !self.make_room_for_newcomer(now) {
                    return;
                }
                continue;
            }
            match self.listeners.accept() {
                Accepted::Client(stream, peer) => self.admit(stream, peer),
                Accepted::QueueIsEmpty => return,
                Accepted::Failed => {}
                Accepted::OutOfDescriptors(error) => {
                    self.warn_of_shortage(&error, now);
                    if !self.make_room_for_newcomer(now) {
                        return;
                    }
                }
            }
        }
    }

    /// Whether there is room now. If nobody could be closed, newcomers wait in the kernel's queue.
    fn make_room_for_newcomer(&mut self, now: Duration) -> bool {
        if !self.listeners.has_waiting_client() {
            return false;
        }
        match self.table.evict_oldest() {
            MadeRoom::Yes => true,
            MadeRoom::No => {
                self.listeners.pause(now, self.table.closed().total());
                false
            }
        }
    }

    fn admit(&mut self, stream: TcpStream, peer: SocketAddr) {
        let id = self.table.admit(stream, peer.into());
        let Some(stream) = self.table.try_immediately(id) else {
            return;
        };
        // Registered once, for both directions: what it is ready for is remembered from then on.
        // What came since it was tried makes an event now (epoll_ctl(2)): no edge is lost.
        let interest = Interest::READABLE | Interest::WRITABLE;
        let token = TokenKind::Connection(id).token();
        if let Err(error) = self.poll.registry().register(stream, token, interest) {
            self.table.give_up(id);
            let now = self.table.context().clock.now().monotonic;
            self.warn_of_shortage(&error, now);
        }
    }

    fn warn_of_shortage(&mut self, error: &io::Error, now: Duration) {
        let is_due = |last| now.saturating_sub(last) >= WARN_EVERY;
        if self.warned_at.is_none_or(is_due) {
            self.warned_at = Some(now);
            let open = self.table.len();
            self.diagnose(&format!("cannot accept beyond {open} connections: {error}"));
        }
    }
}
