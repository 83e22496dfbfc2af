//! Where to listen, as the operator types it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// Linux names no interface with more bytes (`IFNAMSIZ` less its zero byte, netdevice(7)).
const ZONE_MAX: usize = 15;

/// What is listened on for one `--listen`. What [`fmt::Display`] prints is read as the same again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenAddress {
    /// One address. `PORT` alone is a port of 127.0.0.1, which no other machine can reach.
    Socket(SocketAddr),
    /// `:PORT` or `*:PORT`: all interfaces, by IPv6 and IPv4 if the system has both.
    AllInterfaces(u16),
    /// `localhost:PORT`: the loopback addresses of both families. No resolver is asked, which could say
    /// something else.
    Loopback(u16),
    /// `[IPv6%NAME]:PORT`: an address that means something on one interface only, as link-local ones do
    /// (RFC 4007, 11). A zone that is a number makes a [`Self::Socket`].
    Zoned {
        /// The address.
        ip: Ipv6Addr,
        /// The name of the interface.
        zone: String,
        /// The port.
        port: u16,
    },
}

impl ListenAddress {
    /// The port; 0 lets the system choose.
    pub fn port(&self) -> u16 {
        match self {
            Self::Socket(address) => address.port(),
            Self::AllInterfaces(port) | Self::Loopback(port) | Self::Zoned { port, .. } => *port,
        }
    }

    /// Whether both can't be listened on at once: one covers an address of the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        let clash = |one: &IpAddr, two: &IpAddr| {
            let is_any = one.is_unspecified() || two.is_unspecified();
            one.is_ipv4() == two.is_ipv4() && (is_any || one == two)
        };
        let others = other.covered();
        let mut covered = self.covered().into_iter();
        self.port() != 0
            && self.port() == other.port()
            && covered.any(|one| others.iter().any(|two| clash(&one, two)))
    }

    /// The addresses that it takes for itself. `[::]` leaves IPv4 to an address that asks for it.
    fn covered(&self) -> Vec<IpAddr> {
        match self {
            // With zones two of the same address can be two.
            Self::Socket(SocketAddr::V6(address)) if address.scope_id() != 0 => Vec::new(),
            Self::Zoned { .. } => Vec::new(),
            Self::Socket(address) => vec![address.ip()],
            Self::AllInterfaces(_) => {
                vec![Ipv6Addr::UNSPECIFIED.into(), Ipv4Addr::UNSPECIFIED.into()]
            }
            Self::Loopback(_) => vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()],
        }
    }
}

impl From<SocketAddr> for ListenAddress {
    fn from(address: SocketAddr) -> Self {
        Self::Socket(address)
    }
}

impl FromStr for ListenAddress {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        let local = read_port(text).map(|port| (Ipv4Addr::LOCALHOST, port).into());
        if let Some(address) = local.or_else(|| text.parse().ok()) {
            return Ok(Self::Socket(address));
        }
        let (host, port_text) = text.rsplit_once(':').ok_or(NoAddress)?;
        let port = read_port(port_text).ok_or(NoAddress)?;
        match host {
            "" | "*" => Ok(Self::AllInterfaces(port)),
            host if host.eq_ignore_ascii_case("localhost") => Ok(Self::Loopback(port)),
            host => zoned(host, port).ok_or(NoAddress),
        }
    }
}

/// Digits only: the standard library would read `+80` too.
fn read_port(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// `[IPv6%NAME]`
fn zoned(host: &str, port: u16) -> Option<ListenAddress> {
    let inner = host.strip_prefix('[')?.strip_suffix(']')?;
    let (ip, zone) = inner.split_once('%')?;
    let is_name = zone
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"/%[]".contains(&byte));
    // A number is a zone's index, and one that is too large for that names no interface either.
    let is_number = zone.bytes().all(|byte| byte.is_ascii_digit());
    (is_name && !is_number && zone.len() <= ZONE_MAX).then_some(())?;
    Some(ListenAddress::Zoned {
        ip: ip.parse().ok()?,
        zone: zone.to_owned(),
        port,
    })
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(address) => address.fmt(formatter),
            Self::AllInterfaces(port) => write!(formatter, "*:{port}"),
            Self::Loopback(port) => write!(formatter, "localhost:{port}"),
            Self::Zoned { ip, zone, port } => write!(formatter, "[{ip}%{zone}]:{port}"),
        }
    }
}

/// The text names no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no address to listen on")]
pub struct NoAddress;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<ListenAddress> {
        text.parse().ok()
    }

    #[test]
    fn each_form_is_read_and_printed() {
        let table = [
            ("80", "127.0.0.1:80"),
            ("0.0.0.0:80", "0.0.0.0:80"),
            ("[::]:80", "[::]:80"),
            (":80", "*:80"),
            ("*:80", "*:80"),
            ("localhost:80", "localhost:80"),
            ("LocalHost:0", "localhost:0"),
            ("[fe80::1%eth0]:80", "[fe80::1%eth0]:80"),
            ("[fe80::1%br-1.5@x]:80", "[fe80::1%br-1.5@x]:80"),
            ("[fe80::1%3]:80", "[fe80::1%3]:80"),
        ];
        for (text, printed) in table {
            let address = read(text).unwrap();
            assert_eq!(address.to_string(), printed);
            assert_eq!(read(printed), Some(address), "{text}");
        }
    }

    #[test]
    fn what_names_no_address_is_refused() {
        let table = [
            "",
            ":",
            "*",
            "*:",
            "localhost",
            "localhost:",
            "localhost:x",
            "localhost:65536",
            "+80",
            ":+80",
            "-1",
            "1.2.3.4",
            "::1:80x",
            "fe80::1%eth0:80",
            "[fe80::1%]:80",
            "[fe80::1%a/b]:80",
            "[fe80::1%a b]:80",
            "[fe80::1%sixteen-letters-]:80",
            "[fe80::1%99999999999]:80",
            "[1.2.3.4%eth0]:80",
            "example.com:80",
            "http://127.0.0.1:80/",
            " :80",
        ];
        for text in table {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn addresses_that_cover_one_another_overlap() {
        let table = [
            (":80", "127.0.0.1:80", true),
            (":80", "[::1]:80", true),
            (":80", "localhost:80", true),
            (":80", ":81", false),
            (":0", ":0", false),
            ("localhost:80", "127.0.0.1:80", true),
            ("localhost:80", "[::]:80", true),
            ("localhost:80", "10.0.0.1:80", false),
            ("80", "80", true),
            ("[::]:80", "0.0.0.0:80", false),
            ("[::]:80", "[::1]:80", true),
            ("[fe80::1%2]:80", "[fe80::1%3]:80", false),
            ("[fe80::1%a]:80", "[fe80::1%b]:80", false),
        ];
        for (one, two, expected) in table {
            let [one, two] = [one, two].map(|text| read(text).unwrap());
            assert_eq!(one.overlaps(&two), expected, "{one} {two}");
            assert_eq!(two.overlaps(&one), expected, "{two} {one}");
        }
    }
}
