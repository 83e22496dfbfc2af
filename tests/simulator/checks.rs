//! What must hold after each call, after each turn of the loop, and at the end.

use std::time::Duration;

use millpond::config::{CLOSING_DISCARDS, EVICTION_AGE};
use millpond::connection::MadeRoom;
use millpond::connection_table::timeouts::TICK;
use millpond::events::close_reason::CloseReason;
use millpond::events::deadline::Deadline;
use millpond::http::request::HEAD_MAX;

use crate::rows;
use crate::verdict::Stage;
use crate::world::World;

impl World {
    /// Calls the connection table, and judges the connections that it has closed.
    pub fn call(&mut self, call: impl FnOnce(&mut Self)) {
        let before = *self.table.closed();
        let room = self.table.context().descriptors.left_for_files();
        if room <= self.inside.len() {
            // These connections may need all descriptors that are left.
            self.scene.is_room_wanted.set(true);
            self.scene.scarce_at.set(self.scene.now.get());
        }
        call(self);
        if self.table.closed().total() > before.total() {
            let mut close_reasons = Vec::new();
            for reason in CloseReason::ALL {
                let more = self.table.closed().of(reason) - before.of(reason);
                close_reasons.extend(std::iter::repeat_n(reason, usize::try_from(more).unwrap()));
            }
            self.judge(&close_reasons);
        }
        self.scene.is_room_wanted.set(false);
    }

    /// Each connection that was closed in one call can be given one of the counted close reasons,
    /// and no reason is left over.
    fn judge(&mut self, close_reasons: &[CloseReason]) {
        let clients = &self.clients;
        let is_dropped = |&index: &usize| clients[index].wire.borrow().is_dropped;
        let gone: Vec<usize> = self.inside.iter().copied().filter(is_dropped).collect();
        assert_eq!(
            gone.len(),
            close_reasons.len(),
            "sockets dropped, reasons counted: {close_reasons:?}"
        );
        let possible: Vec<Vec<CloseReason>> = gone
            .iter()
            .map(|&index| self.clients[index].wire.borrow().possible_reasons())
            .collect();
        for (&index, possible) in gone.iter().zip(&possible) {
            let wire = self.clients[index].wire.borrow();
            let stage = wire.stage();
            wire.scene
                .trace(|| format!("client {index} was {stage:?}, left for {close_reasons:?}"));
            assert!(
                possible.iter().any(|reason| close_reasons.contains(reason)),
                "client {index}, {stage:?}, was closed for {close_reasons:?}; possible: {possible:?}"
            );
        }
        assert!(
            can_match(&possible, close_reasons),
            "{gone:?} closed for {close_reasons:?}; {possible:?}"
        );
        for (index, possible) in gone.into_iter().zip(possible) {
            self.inside.retain(|&other| other != index);
            let actual = possible
                .into_iter()
                .filter(|reason| close_reasons.contains(reason));
            self.clients[index].ended_for = actual.collect();
        }
    }

    /// The connections that could be evicted: order of preference, start of their idle time, index.
    /// A connection in the ready queue could not be; the queue cannot be seen from here, so while
    /// it is not empty no connection is certain.
    pub fn evictable(&self) -> Vec<(u8, Duration, usize)> {
        if self.table.next_timeout() == Some(self.scene.now.get()) {
            return vec![];
        }
        let of = |&index: &usize| {
            let wire = self.clients[index].wire.borrow();
            let (order, since) = match wire.stage() {
                Stage::Idle => (0, wire.tap.idle_since),
                Stage::Silent => (1, Some(wire.accepted)),
                Stage::Ended(_) => (2, wire.shutdown),
                _ => return None,
            };
            let since = since.filter(|_| !wire.is_told && wire.unread() == 0);
            Some((order, since?, index))
        };
        self.inside.iter().filter_map(of).collect()
    }

    /// The connection that is idle longest is evicted, unless it has not been idle for long.
    pub fn check_eviction(&self, made: MadeRoom, could: &[(u8, Duration, usize)]) {
        let now = self.scene.now.get();
        let is_old = |since: Duration| now >= since + EVICTION_AGE + TICK;
        if made == MadeRoom::No {
            let ignored = could.iter().find(|could| is_old(could.1));
            assert_eq!(ignored, None, "an old connection is not evicted");
            return;
        }
        let gone = could.iter().find(|could| !self.inside.contains(&could.2));
        // A connection with input that no event has announced may be evicted, too.
        let Some(&(order, since, _)) = gone else {
            return;
        };
        for other in could {
            let is_before = other.0 < order && is_old(other.1);
            let is_older = other.0 == order && other.1 < since;
            assert!(
                !is_before && !is_older,
                "{other:?} should have been evicted, not {gone:?}"
            );
        }
    }

    /// The checks after each turn of the loop.
    pub fn check_turn(&mut self) {
        if self.table.context().log.due().is_some() {
            let rows = self.table.context_mut().log.take();
            let count = rows::check(&mut self.clients, &rows);
            self.scene.count(|stats| stats.rows += count);
        }
        if let Err(wrong) = self.table.audit() {
            panic!("{wrong}");
        }
        assert_eq!(self.inside.len(), self.table.len(), "slots");
        let descriptors = self.table.context().descriptors;
        assert_eq!(descriptors.connections, self.table.len(), "descriptors");
        let queued = Deadline::ALL.map(|deadline| self.table.waiting_for(deadline));
        let queued: usize = queued.into_iter().sum();
        assert_eq!(queued, self.table.len(), "deadlines");
        let gone = self.table.closed().total();
        assert_eq!(self.table.accepted() - gone, queued as u64, "close reasons");
        self.check_observed();
        self.check_wake();
        self.check_each();
    }

    /// The events that the observer received follow the transitions, and agree with the counts kept
    /// elsewhere.
    fn check_observed(&self) {
        let invariants = &self.table.context().observer;
        assert_eq!(invariants.violation, None);
        for (id, state) in self.table.states() {
            assert_eq!(
                invariants.state(id),
                Some(state),
                "the observed state of {id:?}"
            );
        }
        assert_eq!(invariants.accepted, self.table.accepted());
        assert_eq!(invariants.closed, *self.table.closed());
        assert_eq!(invariants.rows, self.table.context().log.recorded());
        let stats = self.scene.stats.borrow();
        assert_eq!(
            [invariants.read, invariants.wrote],
            [stats.read, stats.wrote]
        );
    }

    fn check_wake(&self) {
        let now = self.scene.now.get();
        match self.table.next_timeout() {
            None => assert!(self.table.is_empty(), "the loop would sleep forever"),
            Some(at) => assert!(at >= now, "a deadline has passed, and was not handled"),
        }
    }

    fn check_each(&mut self) {
        let now = self.scene.now.get();
        let has_ready = self.table.next_timeout() == Some(now);
        for index in 0..self.clients.len() {
            let client = &mut self.clients[index];
            if client.is_judged {
                continue;
            }
            rows::check_count(client);
            let wire = client.wire.borrow();
            client.is_judged = wire.is_dropped;
            if wire.is_dropped || wire.id.is_none() || has_ready {
                continue;
            }
            if let Some(what) = wire.hangs() {
                panic!("client {index} {what}: it would wait for a deadline");
            }
            let is_bounded = wire.discarded() < CLOSING_DISCARDS as usize + 4 * HEAD_MAX;
            assert!(is_bounded, "client {index} is read without bound");
            let stage = wire.stage();
            let is_waiting = matches!(stage, Stage::Idle | Stage::Expecting | Stage::Silent);
            let is_ended = !(is_waiting && self.scene.is_stopping.get());
            assert!(is_ended, "client {index}, {stage:?}, outlives the stop");
            assert!(now < wire.due(), "client {index}, {stage:?}, is overdue");
        }
    }

    /// The checks when all connections are closed.
    pub fn check_end(&mut self) {
        // The ids of connections that were closed while queued leave the ready queue in the next
        // turn.
        self.table.begin_turn();
        self.table.run_ready();
        assert!(self.table.is_empty(), "slots leak");
        assert_eq!(
            self.table.next_timeout(),
            None,
            "a deadline without a connection"
        );
        assert_eq!(self.table.context().descriptors.files, 0, "files stay open");
        assert_eq!(
            self.table.accepted(),
            self.table.closed().total(),
            "close reasons"
        );
        let rows: usize = self.clients.iter().map(|client| client.rows).sum();
        let recorded = self.table.context().log.recorded();
        assert_eq!(rows as u64, recorded, "rows");
    }
}

/// Whether each connection can be given a reason of its own: a bipartite matching, found by
/// augmenting paths.
fn can_match(possible: &[Vec<CloseReason>], close_reasons: &[CloseReason]) -> bool {
    let mut given: Vec<Option<usize>> = vec![None; close_reasons.len()];
    (0..possible.len()).all(|connection| {
        let mut seen = vec![false; close_reasons.len()];
        augment(connection, possible, close_reasons, &mut given, &mut seen)
    })
}

fn augment(
    connection: usize,
    possible: &[Vec<CloseReason>],
    close_reasons: &[CloseReason],
    given: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    for (index, reason) in close_reasons.iter().enumerate() {
        if seen[index] || !possible[connection].contains(reason) {
            continue;
        }
        seen[index] = true;
        let is_free = match given[index] {
            None => true,
            Some(other) => augment(other, possible, close_reasons, given, seen),
        };
        if is_free {
            given[index] = Some(connection);
            return true;
        }
    }
    false
}
