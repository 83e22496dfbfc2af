//! From an address as the operator types it to sockets that listen, and to an address that a browser can
//! open.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use mio::net::TcpListener;
use rustix::io::Errno;
use socket2::{Domain, Protocol, Socket, Type};

use crate::os::listen_address::ListenAddress;

/// How many connections the kernel may keep waiting for an accept. The standard library's 128
/// overflows when a few hundred clients connect at one instant, and each client that is dropped
/// waits a second before it tries again.
pub const BACKLOG: u32 = 4096;

/// How often another port is tried when the system chose one for 127.0.0.1 that is taken on `[::1]`.
const PORT_TRIES: usize = 8;

/// A socket that listens.
#[derive(Debug)]
pub struct Bound {
    /// The socket.
    pub socket: TcpListener,
    /// The address by which this machine reaches it.
    reachable_by: IpAddr,
}

/// Where a socket listens, for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// What to type into a browser on this machine.
    pub address: SocketAddr,
    /// Whether it listens on all interfaces.
    pub is_on_all_interfaces: bool,
}

impl Endpoint {
    /// What to say behind the address, or behind the port.
    pub(crate) fn reach(&self) -> &'static str {
        if self.is_on_all_interfaces {
            ", all interfaces"
        } else {
            ""
        }
    }
}

impl Bound {
    /// Where it listens, with the real port if the system chose it.
    pub fn endpoint(&self) -> io::Result<Endpoint> {
        let mut address = self.socket.local_addr()?;
        let is_on_all_interfaces = address.ip().to_canonical().is_unspecified();
        // Keeps the zone of an address that stays what it is.
        address.set_ip(self.reachable_by);
        Ok(Endpoint {
            address,
            is_on_all_interfaces,
        })
    }
}

/// Listens on one address, which may take two sockets. `all` are those that will be listened on besides.
pub fn bind(address: &ListenAddress, all: &[ListenAddress]) -> io::Result<Vec<Bound>> {
    match address {
        ListenAddress::Socket(address) => {
            // [::] takes IPv4 clients too, unless an IPv4 listener was asked for on the same port.
            let shares_port = |other: &ListenAddress| {
                matches!(other, ListenAddress::Socket(SocketAddr::V4(other))
                    if other.port() == address.port())
            };
            let is_only_v6 = address.port() != 0 && all.iter().any(shares_port);
            one(*address, is_only_v6).map(|bound| vec![bound])
        }
        ListenAddress::AllInterfaces(port) => all_interfaces(*port).map(|bound| vec![bound]),
        ListenAddress::Loopback(port) => both_loopbacks(*port),
        ListenAddress::Zoned { ip, zone, port } => {
            let address = SocketAddrV6::new(*ip, *port, 0, interface_index(zone)?);
            one(address.into(), false).map(|bound| vec![bound])
        }
    }
}

fn one(address: SocketAddr, is_only_v6: bool) -> io::Result<Bound> {
    let socket = listen(address, is_only_v6)?;
    let reachable_by = match address.ip().to_canonical() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        // A system can take IPv6 sockets and have no IPv6 address, as most containers.
        IpAddr::V6(ip) if ip.is_unspecified() && (is_only_v6 || has_ipv6_loopback()) => {
            Ipv6Addr::LOCALHOST.into()
        }
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        ip => ip,
    };
    Ok(Bound {
        socket,
        reachable_by,
    })
}

/// One socket for both families, or for IPv4 if the system has no IPv6.
fn all_interfaces(port: u16) -> io::Result<Bound> {
    let bound = match listen((Ipv6Addr::UNSPECIFIED, port).into(), false) {
        Err(error) if is_without_ipv6(&error) => {
            listen((Ipv4Addr::UNSPECIFIED, port).into(), false)
        }
        bound => bound,
    };
    bound.map(|socket| Bound {
        socket,
        reachable_by: Ipv4Addr::LOCALHOST.into(),
    })
}

/// 127.0.0.1 and, if the system has it, `[::1]`, on one port.
fn both_loopbacks(port: u16) -> io::Result<Vec<Bound>> {
    let mut tries_left = PORT_TRIES;
    loop {
        tries_left -= 1;
        let ipv4 = one((Ipv4Addr::LOCALHOST, port).into(), false)?;
        let same = ipv4.socket.local_addr()?.port();
        match one((Ipv6Addr::LOCALHOST, same).into(), false) {
            Ok(ipv6) => return Ok(vec![ipv4, ipv6]),
            Err(error) if is_without_ipv6(&error) => return Ok(vec![ipv4]),
            Err(error) if error.kind() == ErrorKind::AddrInUse && port == 0 && tries_left > 0 => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether a call failed since there is no IPv6: none in the kernel, or no such address (ipv6(7),
/// ip(7)).
fn is_without_ipv6(error: &io::Error) -> bool {
    error.kind() == ErrorKind::AddrNotAvailable
        || error.raw_os_error() == Some(Errno::AFNOSUPPORT.raw_os_error())
}

fn has_ipv6_loopback() -> bool {
    std::net::UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

/// The number of an interface (netdevice(7)).
#[cfg(target_os = "linux")]
fn interface_index(name: &str) -> io::Result<u32> {
    let any = Socket::new(Domain::IPV6, Type::DGRAM, None)?;
    Ok(rustix::net::netdevice::name_to_index(&any, name)?)
}

#[cfg(not(target_os = "linux"))]
fn interface_index(_: &str) -> io::Result<u32> {
    Err(ErrorKind::Unsupported.into())
}

/// A socket that listens on `address`.
fn listen(address: SocketAddr, is_only_v6: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // After a restart, connections of the predecessor may be in TIME-WAIT. They must not keep the
    // address in use (socket(7), SO_REUSEADDR).
    socket.set_reuse_address(true)?;
    // Linux gives accepted sockets the same option. Without it a body that follows its head in
    // a segment of its own waits 40 ms, for Nagle's algorithm and the client's delayed
    // acknowledgement.
    socket.set_tcp_nodelay(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(is_only_v6)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG.cast_signed())?;
    Ok(TcpListener::from_std(socket.into()))
}
