//! The end of all connections.

use super::{Key, Pond};
use crate::cause::Cause;
use crate::connection::Connection;
use crate::observer::{Event, Observer, Occasion};
use crate::shared::Env;
use crate::shared::Phase;

impl<E: Env> Pond<E> {
    /// Ends what is idle, and lets what is being sent go on.
    pub fn stop(&mut self) {
        self.shared.phase = Phase::Stopping;
        for key in self.keys() {
            // One that stops may have made room for another, which is gone then.
            let Some(connection) = self.connections.get_mut(key.slot as usize) else {
                continue;
            };
            self.shared
                .observer
                .event(Some(key), Event::WorkBegins(Occasion::Stop));
            let advance = connection.stop(&mut self.shared, &mut self.input);
            self.settle(key, advance);
            self.shared.observer.event(Some(key), Event::WorkEnds);
        }
    }

    /// Ends everything.
    pub fn close_all(&mut self) {
        for key in self.keys() {
            self.close(key.slot, Cause::Stopped);
        }
    }

    fn keys(&self) -> Vec<Key> {
        let key = |(_, connection): (usize, &Connection<E>)| connection.key();
        self.connections.iter().map(key).collect()
    }
}
