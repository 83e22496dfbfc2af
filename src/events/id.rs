//! What tells one connection from another: its id, and its peer's address.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Which connection an event belongs to. A slot is used again when its connection has closed, so the
/// slot alone is not enough: an event that was on its way while its connection closed bears an older
/// generation than the slot's present connection, and is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConnectionId {
    /// Index in the slab of connections.
    pub slot: u32,
    /// Number of the connection, counted over all that were accepted. Wraps after 2³².
    pub generation: u32,
}

/// Address and port of a client, in 18 bytes: a [`SocketAddr`] takes 32, and every connection
/// stores one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// As IPv6; IPv4 is mapped into it (RFC 4291, 2.5.5.2).
    address: [u8; 16],
    port: u16,
}

impl From<SocketAddr> for Peer {
    fn from(peer: SocketAddr) -> Self {
        let address = match peer.ip() {
            IpAddr::V4(address) => address.to_ipv6_mapped(),
            IpAddr::V6(address) => address,
        };
        Self {
            address: address.octets(),
            port: peer.port(),
        }
    }
}

impl From<Peer> for SocketAddr {
    /// A mapped address comes back as IPv4: a client of an IPv6 listener is written as what it is.
    fn from(peer: Peer) -> Self {
        Self::new(Ipv6Addr::from(peer.address).to_canonical(), peer.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let table = [
            ("127.0.0.1:2130", "127.0.0.1:2130"),
            ("[::1]:65535", "[::1]:65535"),
            ("[::ffff:10.1.2.3]:1", "10.1.2.3:1"),
            ("[2001:db8::1]:0", "[2001:db8::1]:0"),
        ];
        for (address, expected) in table {
            let address: SocketAddr = address.parse().unwrap();
            let back = SocketAddr::from(Peer::from(address));
            assert_eq!(back.to_string(), expected);
        }
    }
}
