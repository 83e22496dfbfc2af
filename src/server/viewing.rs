//! The live view's part of a turn. To a server without one, all of this compiles to nothing.

use std::time::Duration;

use mio::{Events, Token};

use super::Server;
use super::source::Source;
use crate::admin::{Admin, Facts};
use crate::log_file::LogFile;
use crate::observers::view::Viewed;

/// How many events there are for an observer to know of: those of viewers are no part of what they
/// look at.
pub(super) fn events_of_clients(events: &Events) -> usize {
    let sources = events.iter().map(|event| Source::of(event.token()));
    sources.filter(|source| !source.is_of_viewers()).count()
}

impl<O: Viewed> Server<O> {
    /// Tells standard error where the live view is, if there is one.
    pub fn announce_live_view(&mut self) {
        for line in self.admin.as_ref().map(Admin::notices).unwrap_or_default() {
            self.diagnose(&line);
        }
    }

    /// Something happened on one of the live view's sockets.
    pub(super) fn note_viewer(&mut self, token: Token) {
        let Some(admin) = &mut self.admin else {
            return;
        };
        match Source::of(token) {
            Source::Viewer(key) => admin.note(key),
            _ => admin.note_newcomers(),
        }
    }

    /// Answers those who look on.
    pub(super) fn show(&mut self) {
        let census = self.pond.census();
        let shared = self.pond.shared_mut();
        let (Some(view), Some(admin)) = (shared.observer.view(), &mut self.admin) else {
            return;
        };
        let facts = Facts {
            now: shared.clock.elapsed(),
            date: shared.clock.date(),
            phase: shared.phase,
            limits: &shared.limits,
            descriptors: shared.descriptors,
            census,
            rows_lost: self.log_file.as_ref().map_or(0, LogFile::lost_since_start),
        };
        let token = |key| Source::Viewer(key).token();
        admin.turn(self.poll.registry(), token, view, &facts);
    }

    /// When there is something to do for them.
    pub(super) fn viewers_wake_at(&mut self) -> Option<Duration> {
        let view = self.pond.shared_mut().observer.view();
        let admin = view.and(self.admin.as_ref());
        admin.and_then(Admin::wake_at)
    }
}
