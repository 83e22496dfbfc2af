//! What must hold after each call, after each turn of the loop, and at the end.

use millpond::connection_table::turn::EventLoop as _;
use millpond::events::close_reason::CloseReason;
use millpond::events::deadline::Deadline;

use millpond::server::stop::STOP_WITHIN;

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
            for cause in CloseReason::ALL {
                let more = self.table.closed().count(cause) - before.count(cause);
                close_reasons.extend(std::iter::repeat_n(cause, usize::try_from(more).unwrap()));
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
        self.check_buffer_limit(&gone, &possible, close_reasons);
        for (index, possible) in gone.into_iter().zip(possible) {
            self.inside.retain(|&other| other != index);
            let actual = possible
                .into_iter()
                .filter(|reason| close_reasons.contains(reason));
            self.clients[index].ended_for = actual.collect();
        }
    }

    /// The checks after each turn of the loop.
    pub fn check_turn(&mut self) {
        if self.table.context().log.due().is_some() {
            let rows = self.table.context_mut().log.take();
            let count = rows::check(&mut self.clients, &rows);
            self.scene.count(|stats| stats.rows += count);
            if let Some(disk) = &mut self.disk {
                disk.add_rows(&rows);
            }
        }
        if let Err(wrong) = self.table.audit() {
            panic!("{wrong}");
        }
        let most = self.scene.limits.buffers;
        assert!(self.table.buffered() <= most, "memory beyond the bound");
        assert_eq!(self.inside.len(), self.table.len(), "slots");
        let descriptors = self.table.context().descriptors;
        assert_eq!(descriptors.connections(), self.table.len(), "descriptors");
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
            let stage = wire.stage();
            // A client that had sent nothing before the stop may still begin its first request.
            let begun = wire.tap.head_since;
            let is_first = wire.tap.responses.is_empty()
                && self
                    .stop_by
                    .is_some_and(|by| begun >= by.checked_sub(STOP_WITHIN));
            let is_waiting = matches!(stage, Stage::Idle | Stage::Expecting) && !is_first;
            let is_ended = !(is_waiting && self.scene.is_stopping.get());
            assert!(is_ended, "client {index}, {stage:?}, outlives the stop");
            assert!(now < wire.due(), "client {index}, {stage:?}, is overdue");
        }
    }

    /// The checks when all connections are closed.
    pub fn check_end(&mut self) {
        // The names of those who were closed while they were queued leave with the next turns: a turn
        // whose budget was spent before its ready queue leaves them to the one after it.
        for _ in 0..3 {
            self.run_turn(&[]);
        }
        assert!(self.table.is_empty(), "slots leak");
        assert_eq!(
            self.table.next_timeout(),
            None,
            "a deadline without a connection"
        );
        assert_eq!(
            self.table.context().descriptors.files(),
            0,
            "files stay open"
        );
        assert_eq!(self.table.accepted(), self.table.closed().total(), "causes");
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
