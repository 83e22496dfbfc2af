//! The live view's part of a turn. In a server without one, all of this compiles to nothing.

use std::time::Duration;

use mio::{Events, Token};

use super::Server;
use super::token::TokenKind;
use crate::admin::{Admin, ServerSnapshot};
use crate::observe::live::HasLiveView;

impl<O: HasLiveView> Server<O> {
    /// Tells standard error where the live view is, if there is one.
    pub fn announce_live_view(&mut self) {
        for line in self.admin.as_ref().map(Admin::notices).unwrap_or_default() {
            self.diagnose(&line);
        }
    }

    /// How many events an observer is told of: those of viewers are no part of what they look at.
    pub(super) fn count_client_events(&mut self, events: &Events) -> usize {
        if self.table.context_mut().observer.view().is_none() {
            return events.iter().count();
        }
        let kinds = events.iter().map(|event| TokenKind::new(event.token()));
        kinds.filter(|kind| !kind.is_of_viewers()).count()
    }

    /// Something happened on one of the live view's sockets.
    pub(super) fn mark_viewer_ready(&mut self, token: Token) {
        let Some(admin) = &mut self.admin else {
            return;
        };
        match TokenKind::new(token) {
            TokenKind::Viewer(id) => admin.mark_ready(id),
            _ => admin.mark_acceptable(),
        }
    }

    /// Answers the viewers.
    pub(super) fn run_live_view(&mut self) {
        let counts = self.table.counts();
        let context = self.table.context_mut();
        let (Some(view), Some(admin)) = (context.observer.view(), &mut self.admin) else {
            return;
        };
        let snapshot = ServerSnapshot {
            now: context.clock.elapsed(),
            date: context.clock.date(),
            lifecycle: context.lifecycle,
            limits: &context.config.limits,
            descriptors: context.descriptors,
            counts,
            accepts_failed: self.listeners.failed(),
            rows_lost: self.outputs.rows_lost(),
        };
        let token = |id| TokenKind::Viewer(id).token();
        admin.run(self.poll.registry(), token, view, &snapshot);
    }

    /// When there is something to do for the viewers.
    pub(super) fn live_view_timeout(&mut self) -> Option<Duration> {
        let view = self.table.context_mut().observer.view();
        let admin = view.and(self.admin.as_ref());
        admin.and_then(Admin::next_timeout)
    }
}
