//! The state of a connection as far as its wire shows it, and what follows from that: for which
//! reasons it may end now, whether it hangs, whether it is overdue.

use std::time::Duration;

use millpond::connection::close::{LINGER_SILENCE, LINGER_TOTAL};
use millpond::connection_table::evict::EVICTION_AGE;
use millpond::connection_table::timeouts::TICK;
use millpond::events::close_reason::CloseReason;
use millpond::events::deadline::Deadline;

use crate::wire::Wire;

/// The grain of the time since which a connection lingers.
pub(crate) const TENTH: Duration = Duration::from_millis(100);

/// A request that waits for a descriptor is tried again within this time, plus one turn.
const SCARCE: Duration = Duration::from_millis(200);

/// The state of a connection, seen from its wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The last answer has left, and the server has ended its side or should have.
    Ended(CloseReason),
    /// A request has been read whole, or a response has begun: the server has to act next.
    Answering,
    /// A head has begun.
    Expecting,
    /// Between requests.
    Idle,
    /// Before the first byte.
    Silent,
}

impl Wire {
    pub fn stage(&self) -> Stage {
        if let Some(reason) = self.tap.ended_for() {
            return Stage::Ended(reason);
        }
        if self.shutdown.is_some() || self.is_shutdown_failed {
            // It was kept alive, and then the server stopped.
            return Stage::Ended(CloseReason::Stopped);
        }
        let is_owed = self.tap.owed(&self.plan).is_some();
        if self.tap.is_midway() || is_owed || self.is_write_pending {
            return Stage::Answering;
        }
        match self.tap.head_since {
            Some(_) => Stage::Expecting,
            None if self.tap.responses.is_empty() => Stage::Silent,
            None => Stage::Idle,
        }
    }

    /// A whole request lies in the socket, and the server has not read it.
    fn is_request_unseen(&self) -> bool {
        let next = self.plan.request(self.tap.responses.len());
        next.is_some_and(|request| request.end <= self.arrived) && !self.is_hidden
    }

    /// The reasons for which this connection may have been closed in the call that has just ended.
    pub fn possible_reasons(&self) -> Vec<CloseReason> {
        let mut close_reasons = match self.stage() {
            Stage::Ended(reason) => self.reasons_after_end(reason),
            Stage::Answering => self.reasons_while_answering(),
            // A head that has begun is given up in silence only for another connection.
            Stage::Expecting => self.reasons_while_expecting(),
            Stage::Silent => self.reasons_while_silent(),
            Stage::Idle => self.reasons_while_idle(),
        };
        if self.is_error_told && !matches!(self.stage(), Stage::Ended(_)) {
            close_reasons.push(CloseReason::Reset);
        }
        // A stop takes precedence for an answer that is composed after it.
        let is_last = matches!(self.stage(), Stage::Ended(_)) && !close_reasons.is_empty();
        let is_stopped = self.scene.is_stopping.get() && is_last;
        if is_stopped || self.scene.is_closing_all.get() {
            close_reasons.push(CloseReason::Stopped);
        }
        close_reasons
    }

    /// The client asked for the end, and no byte after that has been read or announced: closing at
    /// once destroys nothing.
    fn may_close_at_once(&self, reason: CloseReason) -> bool {
        let last = self.tap.responses.len().checked_sub(1);
        let request = last.and_then(|last| self.plan.request(last));
        let is_all = request.is_some_and(|request| request.end == self.read);
        reason == CloseReason::CloseAsked && self.shutdown.is_none() && is_all && !self.is_told
    }

    /// The peer must have had its time to read the last answer.
    fn reasons_after_end(&self, reason: CloseReason) -> Vec<CloseReason> {
        if self.may_close_at_once(reason) {
            return vec![reason];
        }
        let now = self.scene.now.get();
        let is_waited_for = match self.shutdown {
            // Input pushes the end back, but not beyond the whole time. The server keeps the beginning
            // in tenths of a second.
            Some(since) => {
                let latest = (since + LINGER_TOTAL).saturating_sub(LINGER_SILENCE + TENTH);
                now >= (self.last_read.max(since) + LINGER_SILENCE).min(latest)
            }
            None => self.is_shutdown_failed || self.is_error_told,
        };
        let is_old = self
            .shutdown
            .is_some_and(|since| now >= since + EVICTION_AGE);
        let evicted = (is_old && self.scene.is_room_wanted.get()).then_some(CloseReason::Evicted);
        let mut close_reasons: Vec<CloseReason> = evicted.into_iter().collect();
        if !(is_waited_for || self.is_end_seen || self.is_error_told) {
            return close_reasons;
        }
        // A part of a malformed head may be refused for its framing, or for coming too late.
        let request = self.tap.responses.len().checked_sub(1);
        let request = request.and_then(|last| self.plan.request(last));
        match (reason, request.is_some_and(|request| request.is_malformed)) {
            (CloseReason::BadRequest, true) => {
                close_reasons.extend([reason, CloseReason::HeadDeadline]);
            }
            _ => close_reasons.push(reason),
        }
        close_reasons
    }

    /// A request has been read whole, and nothing has been tried yet: it waits for a descriptor.
    fn is_unbegun(&self) -> bool {
        !self.tap.is_midway() && !self.is_write_pending
    }

    /// The deadline of the head that is arriving, or that waits for a descriptor.
    fn head_due(&self) -> Option<Duration> {
        let since = self.tap.head_since?;
        Some(since + self.scene.limits.head_timeout)
    }

    fn reasons_while_answering(&self) -> Vec<CloseReason> {
        let scene = &self.scene;
        let mut close_reasons = Vec::new();
        let stalled = self.tap.progress + scene.limits.stall_timeout;
        // A client that has read something since is a slow reader, not one that has stopped.
        if scene.now.get() >= stalled && (self.room() == 0 || self.is_pressed) {
            close_reasons.push(CloseReason::StallDeadline);
        }
        if self.is_file_harmed() {
            close_reasons.push(CloseReason::FileShrank);
        }
        if self.may_be_too_much() {
            close_reasons.push(CloseReason::BufferLimit);
        }
        // A response below the floor may be evicted once it has been sent for long enough to tell.
        if scene.limits.min_send_rate.is_some() && scene.is_room_wanted.get() {
            close_reasons.push(CloseReason::Evicted);
        }
        // It waits for a descriptor for as long as its head might have taken.
        let is_over = self.head_due().is_some_and(|due| scene.now.get() >= due);
        if self.is_unbegun() && is_over && scene.is_room_wanted.get() {
            close_reasons.push(CloseReason::OutOfDescriptors);
        }
        close_reasons
    }

    fn is_file_harmed(&self) -> bool {
        let last = self.tap.responses.last();
        last.is_some_and(|last| self.scene.files.borrow().is_harmed(&last.body))
    }

    fn reasons_while_expecting(&self) -> Vec<CloseReason> {
        let mut close_reasons = self.reasons_while_quiet();
        if self
            .tap
            .head_since
            .is_some_and(|since| self.may_be_evicted(since))
        {
            close_reasons.push(CloseReason::Evicted);
        }
        if self.may_be_too_much() {
            close_reasons.push(CloseReason::BufferLimit);
        }
        close_reasons
    }

    /// All connections together may hold more than they are allowed to.
    fn may_be_too_much(&self) -> bool {
        self.scene.limits.buffers < 1 << 20
    }

    fn reasons_while_idle(&self) -> Vec<CloseReason> {
        let mut close_reasons = self.reasons_while_quiet();
        let now = self.scene.now.get();
        let since = self.tap.idle_since.unwrap_or_default();
        let is_over = now >= since + self.scene.limits.keep_alive;
        if is_over && (self.unread() == 0 || self.is_hidden) {
            let is_blank = self.read > self.plan.start(self.tap.responses.len());
            close_reasons.push(if is_blank {
                CloseReason::HeadDeadline
            } else {
                CloseReason::IdleDeadline
            });
        }
        if self.may_be_evicted(since) {
            close_reasons.push(CloseReason::Evicted);
        }
        close_reasons
    }

    fn reasons_while_silent(&self) -> Vec<CloseReason> {
        let mut close_reasons = self.reasons_while_quiet();
        let now = self.scene.now.get();
        let is_over = now >= self.accepted + self.scene.limits.head_timeout;
        if is_over && (self.unread() == 0 || self.is_hidden) {
            close_reasons.push(CloseReason::HeadDeadline);
        }
        if self.may_be_evicted(self.accepted) {
            close_reasons.push(CloseReason::Evicted);
        }
        close_reasons
    }

    /// It has been quiet since `since`, and is not about to run.
    fn may_be_evicted(&self, since: Duration) -> bool {
        let is_old = self.scene.now.get() >= since + EVICTION_AGE;
        is_old && self.scene.is_room_wanted.get() && !self.is_told
    }

    fn reasons_while_quiet(&self) -> Vec<CloseReason> {
        let mut close_reasons = Vec::new();
        if self.is_end_seen {
            close_reasons.push(CloseReason::Peer);
        }
        if self.scene.is_stopping.get() && !self.is_request_unseen() {
            close_reasons.push(CloseReason::Stopped);
        }
        close_reasons
    }

    /// This connection waits for an event that will never come: an edge was lost. Called after a
    /// turn in which the ready queue became empty.
    pub fn hangs(&self) -> Option<&'static str> {
        if self.is_unsettled() {
            return None;
        }
        let can_write = self.room() > 0 && !self.is_full_reported;
        let has_input = self.unread() > 0 || (self.is_ended && !self.is_end_seen);
        match self.stage() {
            Stage::Answering if self.is_unbegun() => {
                let is_scarce = self.scene.now.get() <= self.scene.scarce_at.get() + SCARCE;
                (!is_scarce && can_write).then_some("was read, and gets no answer")
            }
            Stage::Answering => can_write.then_some("can take bytes, and is not sent its answer"),
            Stage::Ended(_) if self.shutdown.is_none() => Some("is not shut down"),
            _ => has_input.then_some("has sent something, and is not read"),
        }
    }

    /// The time at which it must have been closed. Called after the deadlines of a turn.
    pub fn due(&self) -> Duration {
        let limits = &self.scene.limits;
        let (since, deadline) = match self.stage() {
            Stage::Ended(_) => {
                let since = self.shutdown.unwrap_or(self.scene.now.get());
                let silence = self.last_read.max(since) + LINGER_SILENCE;
                return silence.min(since + LINGER_TOTAL) + TICK;
            }
            Stage::Answering if self.is_unbegun() => (self.tap.head_since, Deadline::Head),
            Stage::Answering => (Some(self.tap.progress), Deadline::Stall),
            Stage::Expecting => (self.tap.head_since, Deadline::Head),
            Stage::Idle => (self.tap.idle_since, Deadline::Idle),
            Stage::Silent => (Some(self.accepted), Deadline::FirstByte),
        };
        let since = since.unwrap_or(self.scene.now.get());
        since + limits.duration_of(deadline) + TICK
    }
}
