//! The live view's part of a turn. To a server without one, all of this compiles to nothing.

use std::time::Duration;

use mio::{Events, Token};

use super::Server;
use super::token::TokenKind;
use crate::admin::{Admin, ServerSnapshot};
use crate::log::file::LogFile;
use crate::observe::live::HasLiveView;

/// How many events there are for an observer to know of: those of viewers are no part of what they
/// look at.
pub(super) fn events_of_clients(events: &Events) -> usize {
    let sources = events.iter().map(|event| TokenKind::of(event.token()));
    sources.filter(|source| !source.is_of_viewers()).count()
}

impl<O: HasLiveView> Server<O> {
    /// Tells standard error where the live view is, if there is one.
    pub fn announce_live_view(&mut self) {
        for line in self.admin.as_ref().map(Admin::notices).unwrap_or_default() {
            self.diagnose(&line);
        }
    }

    /// Something happened on one of the live view's sockets.
    pub(super) fn mark_viewer_ready(&mut self, token: Token) {
        let Some(admin) = &mut self.admin else {
            return;
        };
        match TokenKind::of(token) {
            TokenKind::Viewer(id) => admin.mark_ready(id),
            _ => admin.mark_acceptable(),
        }
    }

    /// Answers those who look on.
    pub(super) fn show(&mut self) {
        let counts = self.table.counts();
        let context = self.table.context_mut();
        let (Some(view), Some(admin)) = (context.observer.view(), &mut self.admin) else {
            return;
        };
        let snapshot = ServerSnapshot {
            now: context.clock.elapsed(),
            date: context.clock.date(),
            lifecycle: context.lifecycle,
            limits: &context.limits,
            descriptors: context.descriptors,
            counts,
            rows_lost: self.log_file.as_ref().map_or(0, LogFile::lost_since_start),
        };
        let token = |id| TokenKind::Viewer(id).token();
        admin.run(self.poll.registry(), token, view, &snapshot);
    }

    /// When there is something to do for them.
    pub(super) fn viewers_next_timeout(&mut self) -> Option<Duration> {
        let view = self.table.context_mut().observer.view();
        let admin = view.and(self.admin.as_ref());
        admin.and_then(Admin::next_timeout)
    }
}
