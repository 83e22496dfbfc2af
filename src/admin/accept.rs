//! New viewers, and the places for them.

use std::io;
use std::time::Duration;

use mio::{Registry, Token};

use super::Admin;
use super::viewer::Viewer;
use crate::events::id::ConnectionId;
use crate::observe::live::LiveView;

/// The pause after an accept that failed because no descriptor was left.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// How many calls of accept(2) a turn makes at most.
const ACCEPTS: usize = 32;

impl Admin {
    /// The place for the next viewer, and from when on it can be had: a free one, or that of the oldest
    /// viewer that does not watch. Otherwise a few connections that ask for nothing would keep all
    /// others away until their deadlines.
    pub(super) fn next_place(&self) -> Option<(usize, Duration)> {
        let free_from = |viewer: &Option<Viewer>| match viewer {
            Some(viewer) => viewer.evictable_from(),
            None => Some(Duration::ZERO),
        };
        let places = self.viewers.iter().enumerate();
        places
            .filter_map(|(index, viewer)| Some((index, free_from(viewer)?)))
            .min_by_key(|&(_, at)| at)
    }

    pub(super) fn accept(
        &mut self,
        registry: &Registry,
        token: impl Fn(ConnectionId) -> Token,
        view: &mut LiveView,
        now: Duration,
    ) {
        for _ in 0..ACCEPTS {
            let may_accept = self.may_accept && self.accept_at <= now;
            let place = self.next_place().filter(|&(_, at)| may_accept && at <= now);
            let (Some((index, _)), Some(listener)) = (place, &self.listener) else {
                return;
            };
            match listener.accept() {
                Ok((stream, _)) => {
                    // A viewer is evicted only now, when it is certain that another one waits.
                    self.drop_viewer(index, view);
                    let slot = u32::try_from(index).unwrap_or(u32::MAX);
                    let generation = self.next_generation;
                    let id = ConnectionId { slot, generation };
                    self.next_generation = generation.wrapping_add(1);
                    self.viewers[index] = Viewer::new(stream, id, now, registry, token(id)).ok();
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.may_accept = false,
                Err(_) => self.accept_at = now + RETRY_AFTER,
            }
        }
        // More may wait than one turn has time for.
        self.accept_at = now + RETRY_AFTER;
    }
}
