//! The loop: wait, accept, read, answer.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SocketFlags, accept_with, recv};

use crate::sending::{AfterAnswer, Answer, Progress};

/// How many events one call may return, as in millpond.
const EVENTS: usize = 1024;

/// The listener's token; a connection's is its descriptor, which is smaller.
const LISTENER: u64 = u64::MAX;

/// A connection, and how far its answer has got.
struct Connection {
    socket: OwnedFd,
    progress: Progress,
}

/// Connections by descriptor.
type Connections = Vec<Option<Connection>>;

/// Serves until it is killed.
pub fn serve(listener: &OwnedFd, answer: &Answer) -> io::Result<()> {
    let poll = epoll::create(CreateFlags::CLOEXEC)?;
    let flags = EventFlags::IN | EventFlags::ET;
    epoll::add(&poll, listener, EventData::new_u64(LISTENER), flags)?;
    let mut connections = Connections::new();
    let mut events: Vec<Event> = Vec::with_capacity(EVENTS);
    loop {
        events.clear();
        match epoll::wait(&poll, spare_capacity(&mut events), None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in &events {
            match event.data.u64() {
                LISTENER => accept_all(&poll, listener, &mut connections)?,
                token => handle(&mut connections, token, event.flags, answer),
            }
        }
    }
}

fn accept_all(poll: &OwnedFd, listener: &OwnedFd, connections: &mut Connections) -> io::Result<()> {
    // Edges: registered once for both directions, never again.
    let edges = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
    loop {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket = match accept_with(listener, flags) {
            Ok(socket) => socket,
            Err(Errno::AGAIN) => return Ok(()),
            Err(Errno::CONNABORTED | Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        };
        let index = usize::try_from(socket.as_raw_fd()).map_err(io::Error::other)?;
        epoll::add(poll, &socket, EventData::new_u64(index as u64), edges)?;
        if connections.len() <= index {
            connections.resize_with(index + 1, || None);
        }
        connections[index] = Some(Connection {
            socket,
            progress: Progress::Done,
        });
    }
}

/// Continues an answer, or reads a request and begins one. A connection that has ended or failed is
/// closed by dropping it.
fn handle(connections: &mut Connections, token: u64, flags: EventFlags, answer: &Answer) {
    let slot = usize::try_from(token)
        .ok()
        .and_then(|index| connections.get_mut(index));
    let Some(slot) = slot else { return };
    let Some(connection) = slot else { return };
    let gone = EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR;
    let outcome = match connection.progress {
        _ if flags.intersects(gone) => Ok(Next::Close),
        Progress::At(offset) if flags.contains(EventFlags::OUT) => {
            answer.go_on(&connection.socket, offset).map(Next::Keep)
        }
        Progress::Done if flags.contains(EventFlags::IN) => read_and_answer(connection, answer),
        unchanged => Ok(Next::Keep(unchanged)),
    };
    match outcome {
        Ok(Next::Keep(progress)) => connection.progress = progress,
        Ok(Next::Close) | Err(_) => *slot = None,
    }
}

/// What happens to a connection next.
enum Next {
    Keep(Progress),
    Close,
}

fn read_and_answer(connection: &mut Connection, answer: &Answer) -> io::Result<Next> {
    // Not zeroed: the server never looks at the bytes.
    let mut request = [MaybeUninit::<u8>::uninit(); 4096];
    let ((read, _), _) = recv(&connection.socket, &mut request, RecvFlags::empty())?;
    if read.is_empty() {
        return Ok(Next::Close);
    }
    let progress = answer.start(&connection.socket)?;
    match answer.after {
        AfterAnswer::KeepAlive => Ok(Next::Keep(progress)),
        AfterAnswer::Close => Ok(Next::Close),
    }
}
