//! An address is read as a second reading of it says, is the same when it is printed and read again,
//! and overlaps with those that take an address which it takes, too.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use millpond::os::listen_address::ListenAddress;

/// A line is one address; a second line is another.
pub(super) fn check(text: &str) {
    let mut lines = text.split('\n');
    let one = lines.next().and_then(check_one);
    let other = lines.next().and_then(check_one);
    let (Some(one), Some(other)) = (one, other) else {
        return;
    };
    let overlaps = one.overlaps(&other);
    assert_eq!(
        overlaps,
        other.overlaps(&one),
        "{one} and {other}: not mutual"
    );
    assert_eq!(overlaps, both_take(&one, &other), "{one} and {other}");
}

fn check_one(text: &str) -> Option<ListenAddress> {
    let found: Option<ListenAddress> = text.parse().ok();
    assert_eq!(found, by_hand(text), "{text:?}");
    let listen = super::read("listen", text).map(|config| config.listen);
    assert_eq!(
        listen,
        found.clone().map(|address| vec![address]),
        "{text:?}"
    );
    let address = found?;
    let printed = address.to_string();
    assert_eq!(
        printed.parse().as_ref(),
        Ok(&address),
        "{text:?}, printed as {printed:?}"
    );
    Some(address)
}

/// The forms one after the other, each from its outside to its inside.
fn by_hand(text: &str) -> Option<ListenAddress> {
    let (host, digits) = match text.rsplit_once(':') {
        None => ("127.0.0.1", text),
        Some(both) => both,
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let port: u16 = digits.parse().ok().filter(|_| is_number)?;
    if host.is_empty() || host == "*" {
        return Some(ListenAddress::AllInterfaces(port));
    }
    if host.eq_ignore_ascii_case("localhost") {
        return Some(ListenAddress::Loopback(port));
    }
    if let Ok(ip) = host.parse::<Ipv4Addr>() {
        return Some(SocketAddr::from((ip, port)).into());
    }
    let inner = host.strip_prefix('[')?.strip_suffix(']')?;
    let Some((ip, zone)) = inner.split_once('%') else {
        return Some(SocketAddr::from((inner.parse::<Ipv6Addr>().ok()?, port)).into());
    };
    let ip: Ipv6Addr = ip.parse().ok()?;
    if !zone.is_empty() && zone.bytes().all(|byte| byte.is_ascii_digit()) {
        let index: u32 = zone.parse().ok()?;
        let address = std::net::SocketAddrV6::new(ip, port, 0, index);
        return Some(SocketAddr::V6(address).into());
    }
    let is_name = |byte: u8| (0x21..=0x7e).contains(&byte) && !b"/%[]".contains(&byte);
    let is_zone = (1..=15).contains(&zone.len()) && zone.bytes().all(is_name);
    let zone = zone.to_owned();
    is_zone.then_some(ListenAddress::Zoned { ip, zone, port })
}

/// Whether there is an address of a machine that both would take, on one port.
fn both_take(one: &ListenAddress, other: &ListenAddress) -> bool {
    let mut candidates: Vec<IpAddr> = vec![
        Ipv4Addr::LOCALHOST.into(),
        Ipv6Addr::LOCALHOST.into(),
        // Some address of a machine, and one of each family for all that are not here.
        Ipv4Addr::new(192, 0, 2, 7).into(),
        Ipv6Addr::from(0x2001_0db8 << 96).into(),
    ];
    for address in [one, other] {
        if let ListenAddress::Socket(address) = address {
            candidates.push(address.ip());
        }
    }
    let is_one_port = one.port() == other.port() && one.port() != 0;
    is_one_port
        && candidates
            .iter()
            .any(|ip| takes(one, ip) && takes(other, ip))
}

fn takes(address: &ListenAddress, ip: &IpAddr) -> bool {
    match address {
        ListenAddress::AllInterfaces(_) => true,
        ListenAddress::Loopback(_) => [
            IpAddr::from(Ipv4Addr::LOCALHOST),
            Ipv6Addr::LOCALHOST.into(),
        ]
        .contains(ip),
        ListenAddress::Zoned { .. } => false,
        ListenAddress::Socket(SocketAddr::V6(address)) if address.scope_id() != 0 => false,
        ListenAddress::Socket(address) => {
            let all = match ip {
                IpAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
                IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
            };
            address.ip() == *ip || address.ip() == all
        }
    }
}
