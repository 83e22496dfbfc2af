//! The end of all connections.

use super::{Key, Pond};
use crate::cause::Cause;
use crate::connection::Connection;
use crate::observer::{Observer, Occasion};
use crate::resource::Documents;
use crate::shared::Phase;
use crate::transport::Transport;

impl<T: Transport, D: Documents<File = T::File>, O: Observer> Pond<T, D, O> {
    /// Ends what is idle, and lets what is being sent go on.
    pub fn stop(&mut self) {
        self.shared.phase = Phase::Stopping;
        for key in self.keys() {
            // One that stops may have made room for another, which is gone then.
            let Some(connection) = self.connections.get_mut(key.slot as usize) else {
                continue;
            };
            self.shared.observer.work_begins(key, Occasion::Stop);
            let advance = connection.stop(&mut self.shared, &mut self.input);
            self.settle(key, advance);
            self.shared.observer.work_ends(key);
        }
    }

    /// Ends everything.
    pub fn close_all(&mut self) {
        for key in self.keys() {
            self.close(key.slot, Cause::Stopped);
        }
    }

    fn keys(&self) -> Vec<Key> {
        let key = |(_, connection): (usize, &Connection<T>)| connection.key();
        self.connections.iter().map(key).collect()
    }
}
