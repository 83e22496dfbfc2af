//! New connections, each from its own place.

use std::io;
use std::net::SocketAddr;

use mio::net::TcpStream;
use rustix::io::Errno;
use socket2::{Domain, Protocol, Socket, Type};

use crate::behaviour::Behaviour;
use crate::sources::Sources;

/// The receive buffer of slow readers, in bytes. The kernel doubles it, and has a least size. A
/// larger one would swallow most answers whole, and the server would never meet a slow reader.
const SLOW_BUFFER: usize = 4096;

/// Opens a connection and does not wait for it: an event tells whether it stands.
///
/// The source address is bound with port 0, and the kernel chooses a free port at once. To choose
/// only at the connect (ip(7), `IP_BIND_ADDRESS_NO_PORT`) would let one address have more
/// connections, to several servers; with a run of addresses to one server nothing is gained.
pub fn open(
    target: SocketAddr,
    sources: Option<Sources>,
    number: u32,
    behaviour: Behaviour,
) -> io::Result<TcpStream> {
    let socket = Socket::new(
        Domain::for_address(target),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_nonblocking(true)?;
    if let Some(sources) = sources {
        socket.bind(&sources.of(number).into())?;
    }
    match behaviour {
        // Each byte is to leave by itself (tcp(7), TCP_NODELAY).
        Behaviour::Drip => socket.set_tcp_nodelay(true)?,
        // Before the connect, in which the window is agreed upon.
        Behaviour::SlowReader => socket.set_recv_buffer_size(SLOW_BUFFER)?,
        _ => {}
    }
    match socket.connect(&target.into()) {
        Ok(()) => {}
        Err(error) if error.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error()) => {}
        Err(error) => return Err(error),
    }
    Ok(TcpStream::from_std(socket.into()))
}
