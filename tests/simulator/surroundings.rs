//! What goes on around the connection table: clients come and act, files change, descriptors run
//! short, events come late, connections are evicted, the server is stopped.

use std::net::{Ipv4Addr, SocketAddr};

use millpond::server::stop::STOP_WITHIN;

use crate::client::Client;
use crate::transport::Socket;
use crate::world::{CLIENTS, World};

impl World {
    pub fn arrivals(&mut self) {
        let count = match self.random.below(24) {
            0 => self.random.below(30),
            1..=8 => 1,
            _ => 0,
        };
        for _ in 0..count {
            let number = u16::try_from(self.clients.len()).unwrap();
            if number == CLIENTS || self.stop_by.is_some() {
                return;
            }
            let client = Client::new(&self.scene, &mut self.random, number);
            self.clients.push(client);
            self.waiting.push_back(usize::from(number));
        }
    }

    /// Each client acts once in `times` calls on average.
    pub fn everybody_acts(&mut self, times: usize) {
        for &index in self.waiting.iter().chain(&self.inside) {
            if self.random.one_in(times) {
                self.clients[index].act();
            }
        }
    }

    /// In the middle of a turn a file changes, and a client requests it.
    pub fn meanwhile(&mut self) {
        if !self.random.one_in(6) {
            return;
        }
        let mut files = self.scene.files.borrow_mut();
        files.change(&mut self.random, &self.scene);
        drop(files);
        self.everybody_acts(4);
    }

    /// Files change, descriptors run short and become free again, network and memory recover.
    pub fn kernel_moves(&mut self) {
        for &index in &self.inside {
            if self.calendar.is_calm || self.random.one_in(2) {
                self.clients[index].wire.borrow_mut().recover();
            }
        }
        let mut files = self.scene.files.borrow_mut();
        if self.random.one_in(25) {
            files.change(&mut self.random, &self.scene);
        }
        let is_short = files.shortage > 0;
        if !self.calendar.is_calm && self.random.one_in(if is_short { 4 } else { 60 }) {
            files.shortage = if is_short {
                0
            } else {
                self.random.pick(&[1, 3])
            };
        }
    }

    /// Repeats an earlier event: its connection has ended since, or has nothing new.
    pub fn stray_event(&mut self) {
        if self.echoes.is_empty() || !self.random.one_in(3) {
            return;
        }
        let (id, mut readiness) = self.echoes[self.random.below(self.echoes.len())];
        let is_inside = |&index: &usize| self.clients[index].wire.borrow().id == Some(id);
        let is_live = self.inside.iter().any(is_inside);
        // For an open connection the kernel never reports the same input twice.
        readiness.readable &= !is_live;
        let calls = self.scene.calls.get();
        self.call(|world| world.table.event(id, readiness));
        if !is_live {
            assert_eq!(
                calls,
                self.scene.calls.get(),
                "a late event reached a connection"
            );
        }
        self.scene.count(|stats| stats.stray_events += 1);
    }

    pub fn maybe_stop(&mut self) {
        if self.stop_in != Some(self.scene.turn.get()) {
            return;
        }
        self.scene.trace(|| "stop".to_owned());
        self.scene.count(|stats| stats.stops += 1);
        self.scene.is_stopping.set(true);
        self.stop_by = Some(self.scene.now.get() + STOP_WITHIN);
        self.waiting.clear();
        // Requests arrive that no event has announced yet.
        self.everybody_acts(1);
        if self.random.one_in(2) {
            // The very last requests arrive when there is no descriptor left.
            self.scene.files.borrow_mut().shortage = 1;
        }
        self.call(|world| world.table.stop());
    }

    /// As `Server::accept` does.
    pub fn accept_clients(&mut self) {
        while let Some(&index) = self.waiting.front() {
            let is_short = !self.calendar.is_calm && self.random.one_in(30);
            if !self.table.has_room() || is_short {
                if self.evict_oldest() {
                    continue;
                }
                return;
            }
            self.meanwhile();
            self.waiting.pop_front();
            let wire = self.clients[index].wire.clone();
            let id = self.table.next_id();
            wire.borrow_mut().register(id);
            let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, wire.borrow().number));
            let admitted = self.table.insert(Socket(wire.clone()), peer.into());
            assert_eq!(admitted, id, "registered under another name");
            self.inside.push(index);
            self.call(|world| {
                world.table.try_immediately(id);
            });
            wire.borrow_mut().register(id);
            self.scene.trace(|| format!("client {index} is {id:?}"));
        }
    }

    pub fn maybe_make_room(&mut self) {
        if !self.calendar.is_calm && self.random.one_in(60) {
            self.evict_oldest();
        }
    }

    fn evict_oldest(&mut self) -> bool {
        let could = self.evictable();
        self.scene.is_room_wanted.set(true);
        let mut has_evicted = false;
        self.call(|world| has_evicted = world.table.evict_oldest());
        self.check_room(has_evicted, &could);
        self.scene
            .count(|tally| tally.room_made += u64::from(has_evicted));
        has_evicted
    }
}
