//! The server's memory per connection, from a reading before the ramp and one after it.

use std::net::SocketAddr;

use crate::memory::{self, Memory, ProcessId};

/// The server's memory at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The memory of all its processes.
    pub memory: Memory,
    /// How many of our connections were established then.
    pub connections: u64,
}

/// The server's memory before the ramp and after it.
#[derive(Clone, Debug)]
pub struct Footprint {
    /// The server's processes; none if it is on another host or another user's.
    pub processes: Vec<ProcessId>,
    /// With the first connection, which brings in the pages that all later ones share.
    pub before: Option<Reading>,
    /// With all connections that were established.
    pub after: Option<Reading>,
}

impl Footprint {
    /// For these processes, or for those that listen at `address` if none are named.
    pub fn new(named: &[ProcessId], address: SocketAddr) -> Self {
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

    /// Reads the memory now; `None` if that is not possible.
    pub fn read(&self, connections: u64) -> Option<Reading> {
        if self.processes.is_empty() {
            return None;
        }
        let memory = Memory::read(&self.processes).ok()?;
        Some(Reading {
            memory,
            connections,
        })
    }

    /// The growth of private memory per connection, in bytes.
    pub fn private_per_connection(&self) -> Option<f64> {
        self.per_connection(|memory| memory.private)
    }

    /// The growth of proportional memory per connection, in bytes.
    pub fn proportional_per_connection(&self) -> Option<f64> {
        self.per_connection(|memory| memory.proportional)
    }

    /// Memory and connections are far below 2⁵³, from where on an `f64` would round them.
    #[allow(clippy::cast_precision_loss)]
    fn per_connection(&self, figure: impl Fn(&Memory) -> u64) -> Option<f64> {
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
    fn growth_is_per_connection_and_unknown_without_two_readings() {
        let mut footprint = Footprint::new(&[1], "127.0.0.1:1".parse().unwrap());
        assert_eq!(footprint.private_per_connection(), None);
        footprint.before = Some(reading(5000, 1));
        footprint.after = Some(reading(14_200, 101));
        assert_eq!(footprint.private_per_connection(), Some(92.0));
        assert_eq!(footprint.proportional_per_connection(), Some(184.0));
        footprint.after = Some(reading(4000, 101));
        assert_eq!(footprint.private_per_connection(), Some(-10.0));
        footprint.after = Some(reading(9000, 1));
        assert_eq!(footprint.private_per_connection(), None);
    }
}
