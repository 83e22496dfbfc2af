//! The source addresses of connections.
//!
//! Two things need many of them. A connection is known by both addresses and both ports, so one
//! address of ours can have at most as many connections to one server as there are ephemeral
//! ports: 28,232 by default (ip(7), `ip_local_port_range`). And a kernel that looks for a free port
//! finds one at once as long as few are taken. All of 127.0.0.0/8 is this host (RFC 1122,
//! 3.2.1.3), so on loopback there are 16 million addresses to choose from.

use std::net::{Ipv4Addr, SocketAddr};

/// Consecutive IPv4 addresses, used in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sources {
    first: Ipv4Addr,
    count: u32,
}

impl Sources {
    /// The default first address: apart from 127.0.0.1, which servers and people use.
    pub const FIRST: Ipv4Addr = Ipv4Addr::new(127, 1, 0, 1);

    /// How many connections [`Sources::enough_for`] gives one address at most, well below the
    /// number of ephemeral ports.
    const EACH: usize = 10_000;

    /// Even few connections get this many addresses: real servers meet many different peers, and the
    /// kernel finds a free port at once.
    const LEAST: usize = 256;

    /// `count` addresses from `first` on. An error if they would run beyond the last IPv4 address,
    /// or out of loopback.
    pub fn new(first: Ipv4Addr, count: u32) -> Result<Self, String> {
        let last = u32::from(first).checked_add(count.saturating_sub(1));
        let last = last.map(Ipv4Addr::from);
        let stays = last.is_some_and(|last| {
            last.is_loopback() == first.is_loopback() && last != Ipv4Addr::new(127, 255, 255, 255)
        });
        if stays && count > 0 {
            Ok(Self { first, count })
        } else {
            Err(format!(
                "{count} source addresses from {first} on are not to be had; begin lower, or take \
                 fewer"
            ))
        }
    }

    /// How many addresses are plenty for this number of connections.
    pub fn enough_for(connections: usize) -> u32 {
        let count = connections.div_ceil(Self::EACH).max(Self::LEAST);
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The address for this connection, with a port that the kernel chooses.
    pub fn of(self, connection: u32) -> SocketAddr {
        let address = u32::from(self.first).saturating_add(connection % self.count);
        SocketAddr::from((Ipv4Addr::from(address), 0))
    }

    /// How many addresses there are.
    pub fn count(self) -> u32 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_used_in_turn() {
        let sources = Sources::new(Ipv4Addr::new(127, 0, 0, 254), 3).unwrap();
        let table = [
            (0, "127.0.0.254:0"),
            (1, "127.0.0.255:0"),
            (2, "127.0.1.0:0"),
            (3, "127.0.0.254:0"),
        ];
        for (connection, address) in table {
            assert_eq!(sources.of(connection).to_string(), address);
        }
        assert_eq!(Sources::enough_for(1), 256);
        assert_eq!(Sources::enough_for(20_000_000), 2000);
    }

    #[test]
    fn addresses_beyond_the_last_one_or_out_of_loopback_are_refused() {
        let table = [
            (Ipv4Addr::new(127, 255, 255, 254), 1, true),
            (Ipv4Addr::new(127, 255, 255, 254), 2, false),
            (Ipv4Addr::new(126, 255, 255, 255), 2, false),
            (Ipv4Addr::BROADCAST, 2, false),
            (Sources::FIRST, 0, false),
            (Sources::FIRST, 1 << 20, true),
            (Ipv4Addr::new(192, 168, 0, 2), 10, true),
        ];
        for (first, count, fits) in table {
            assert_eq!(Sources::new(first, count).is_ok(), fits, "{first} {count}");
        }
    }
}
