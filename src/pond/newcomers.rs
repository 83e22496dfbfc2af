//! Newcomers: their name, their slot, and their first try.

use super::{Key, Pond, slot_number};
use crate::cause::Cause;
use crate::connection::Connection;
use crate::observer::{Event, Observer, Occasion};
use crate::peer::Peer;
use crate::shared::Env;
use crate::timeouts::Deadline;

impl<E: Env> Pond<E> {
    /// The name that the next connection will have.
    pub fn next_key(&self) -> Key {
        Key {
            slot: slot_number(self.connections.vacant_key()),
            serial: self.next_serial,
        }
    }

    /// Lets a new connection in. It counts from now, whether it ever sends something or not.
    pub fn admit(&mut self, transport: E::Transport, peer: Peer) -> Key {
        let key = self.next_key();
        let now = self.shared.clock.now();
        let connection = Connection::new(transport, peer, key, now.wall);
        self.connections.insert(connection);
        self.shared.observer.event(Some(key), Event::Accepted(peer));
        self.set_deadline(key, Deadline::FirstByte);
        self.shared.descriptors.connections += 1;
        self.next_serial = self.next_serial.wrapping_add(1);
        self.accepted += 1;
        key
    }

    /// Goes on with a newcomer before the kernel is asked to watch its socket: a request that is
    /// here already costs no event, and who asked for the end after it is never watched. Gives the
    /// transport, to be watched from now on, unless that was all.
    pub fn try_at_once(&mut self, key: Key) -> Option<&mut E::Transport> {
        self.find(key)?.expect_input();
        if self.has_enough_to_do() {
            self.queue(key);
        } else {
            self.advance(key, Occasion::Accept);
        }
        self.find(key).map(Connection::transport_mut)
    }

    /// Closes one that the kernel has no memory left to watch.
    pub fn give_up(&mut self, key: Key) {
        if self.find(key).is_some() {
            self.close(key.slot, Cause::Exhausted);
        }
    }
}
