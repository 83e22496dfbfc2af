//! Who watches which connection.

use super::{ConnectionSnapshot, LiveView, Timeline};

impl LiveView {
    /// `watcher` wants to know what happens to the connection in `slot`, or to the first one after
    /// it in the same cell. Gives up what it watched before.
    pub fn watch(&mut self, watcher: usize, slot: usize) {
        self.unwatch(watcher);
        self.watches.push((watcher, Timeline::of(slot)));
    }

    /// Whether anybody is watched.
    pub fn is_watching(&self) -> bool {
        !self.watches.is_empty()
    }

    /// `watcher` has left.
    pub fn unwatch(&mut self, watcher: usize) {
        self.watches.retain(|(other, _)| *other != watcher);
    }

    /// What `watcher` watches. If nobody was there yet it looks again, within one cell.
    pub fn watched(&mut self, watcher: usize) -> Option<(&Timeline, Option<ConnectionSnapshot>)> {
        let span = self.heatmap.span();
        let (_, watch) = self
            .watches
            .iter_mut()
            .find(|(other, _)| *other == watcher)?;
        if watch.id().is_none() {
            let last = self.known.len();
            let from = watch.slot().min(last);
            let to = ((watch.slot() / span + 1) * span).min(last);
            if let Some(known) = self.known[from..to].iter().find_map(Option::as_ref) {
                watch.begin(known.id);
            }
        }
        let id = watch.id();
        let known = id.and_then(|id| {
            let known = self.known.get(id.slot as usize).copied().flatten();
            known.filter(|known| known.id == id)
        });
        Some((watch, known))
    }
}
