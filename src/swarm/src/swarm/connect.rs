//! Connecting: a new socket, set up for its behaviour, and the client that owns it.

use std::io;
use std::net::SocketAddr;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use rustix::io::Errno;
use socket2::{Domain, Protocol, Socket, Type};

use super::Swarm;
use crate::behaviour::Behaviour;
use crate::client::Client;
use crate::outcome::Outcome;
use crate::sources::Sources;

/// The receive buffer of slow readers, in bytes. The kernel doubles it, and has a minimum. A larger
/// one would swallow most answers whole, and the server would never meet a slow reader.
const SLOW_BUFFER: usize = 4096;

impl Swarm {
    /// Opens one connection and registers it, once, for all events that it will ever wait for.
    pub(super) fn open_one(&mut self, registry: &Registry) {
        let behaviour = self.behaviours.next();
        let number = self.ramp.opened();
        let now = self.now();
        self.ramp.record_opened(now);
        let settings = &self.settings;
        let stream = connect(settings.target.address, settings.sources, number, behaviour);
        let registered = stream.and_then(|mut stream| {
            let both = Interest::READABLE | Interest::WRITABLE;
            registry.register(&mut stream, Token(number as usize), both)?;
            Ok(stream)
        });
        let client = match registered {
            Ok(stream) => Some(Client::new(stream, behaviour, now)),
            Err(error) => {
                self.stats.record_failure(&error);
                self.stats.settled += 1;
                self.stats
                    .record_end(behaviour, Outcome::from(&error), None);
                None
            }
        };
        self.clients.push(client);
    }
}

/// Begins to connect and does not wait: a later event brings the result.
///
/// The source address is bound with port 0, and the kernel chooses a free port at once. To choose
/// only at the connect (ip(7), `IP_BIND_ADDRESS_NO_PORT`) would let one address have more
/// connections, to several servers; with many addresses and one server nothing is gained.
fn connect(
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
        // Each byte is to be sent in a segment of its own (tcp(7), TCP_NODELAY).
        Behaviour::Drip => socket.set_tcp_nodelay(true)?,
        // Before the connect, in which the window is negotiated.
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
