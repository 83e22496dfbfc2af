//! What each connection costs the server in memory.

use std::net::SocketAddr;

use crate::memory::{self, Memory, ProcessId};

/// The server's memory at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The memory.
    pub memory: Memory,
    /// How many of our connections stood.
    pub connections: u64,
}

/// The server's memory before the ramp and after it.
#[derive(Clone, Debug)]
pub struct Footprint {
    /// The server's processes, if it is on this host and ours to look into.
    pub processes: Vec<ProcessId>,
    /// With the first connection, which brings in what all later ones share.
    pub before: Option<Reading>,
    /// With all connections.
    pub after: Option<Reading>,
}

impl Footprint {
    /// Of these processes, or of those that listen at `address` if none are named.
    pub fn of(named: &[ProcessId], address: SocketAddr) -> Self {
        let processes = if named.is_empty() {
            memory::listeners_at(address)
        } else {
            named.to_vec()
        };
        Self {
            processes,
            before: None,
            after: None,
        }
    }

    /// Reads the memory now; none if that can't be.
    pub fn read(&self, connections: u64) -> Option<Reading> {
        if self.processes.is_empty() {
            return None;
        }
        let memory = Memory::of(&self.processes).ok()?;
        Some(Reading {
            memory,
            connections,
        })
    }

    /// The growth of private memory with each connection, in bytes.
    pub fn private_each(&self) -> Option<f64> {
        self.each(|memory| memory.private)
    }

    /// The growth of proportional memory with each connection, in bytes.
    pub fn proportional_each(&self) -> Option<f64> {
        self.each(|memory| memory.proportional)
    }

    /// Memory and connections are far below 2⁵³, from where on an `f64` would round them.
    #[allow(clippy::cast_precision_loss)]
    fn each(&self, figure: impl Fn(&Memory) -> u64) -> Option<f64> {
        let (before, after) = (self.before?, self.after?);
        let connections = after.connections.checked_sub(before.connections)?;
        let growth = figure(&after.memory) as f64 - figure(&before.memory) as f64;
        (connections > 0).then(|| growth / connections as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(private: u64, connections: u64) -> Reading {
        let proportional = 2 * private;
        Reading {
            memory: Memory {
                private,
                proportional,
            },
            connections,
        }
    }

    #[test]
    fn growth_by_connection() {
        let mut footprint = Footprint::of(&[1], "127.0.0.1:1".parse().unwrap());
        assert_eq!(footprint.private_each(), None);
        footprint.before = Some(reading(5000, 1));
        footprint.after = Some(reading(14_200, 101));
        assert_eq!(footprint.private_each(), Some(92.0));
        assert_eq!(footprint.proportional_each(), Some(184.0));
        footprint.after = Some(reading(4000, 101));
        assert_eq!(footprint.private_each(), Some(-10.0));
        footprint.after = Some(reading(9000, 1));
        assert_eq!(footprint.private_each(), None);
    }
}
