//! One connection of the live view: a request, an answer, and, if it watches, pictures until it
//! leaves.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::Shutdown;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

use super::reply::{AfterReply, Reply};
use crate::events::id::ConnectionId;
use crate::http::request::{self, Parsed};

/// How many viewers may watch at once.
pub(super) const VIEWERS_MAX: usize = 16;

/// How long a request may take, and how long a viewer may take no byte of an answer or a picture
/// before it is closed.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a viewer has to ask and to take its answer before it may be evicted for a new one. It is
/// the age from which an idle client may be evicted, too.
const EVICTION_AGE: Duration = Duration::from_millis(500);

/// How long the peer has after the answer to end its side of the connection.
const CLOSING_WITHIN: Duration = Duration::from_secs(2);

/// How many bytes after the request are read and thrown away.
const DISCARD_MAX: usize = 64 * 1024;

/// How many bytes of output the kernel may hold for a slow viewer. By default the kernel lets this
/// buffer grow, and the pictures in it would be old.
const SEND_BUFFER: usize = 64 * 1024;

/// The state of a viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It waits for a request.
    Reading,
    /// It sends an answer.
    Answering,
    /// It sends pictures.
    Watching,
    /// All is sent. The socket stays open until the peer has read the answer.
    Closing,
}

/// A viewer. It holds at most a request head, and one answer or picture.
#[derive(Debug)]
pub(super) struct Viewer {
    stream: TcpStream,
    pub(super) id: ConnectionId,
    pub(super) stage: Stage,
    accepted_at: Duration,
    pub(super) deadline: Duration,
    /// Whether its socket has become ready. [`Viewer::advance`] goes on until the socket would block.
    pub(super) is_ready: bool,
    head: Vec<u8>,
    scanned: usize,
    pub(super) output: String,
    sent: usize,
    discarded: usize,
}

impl Viewer {
    pub(super) fn new(
        mut stream: TcpStream,
        id: ConnectionId,
        now: Duration,
        registry: &Registry,
        token: Token,
    ) -> std::io::Result<Self> {
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        rustix::net::sockopt::set_socket_send_buffer_size(&stream, SEND_BUFFER)?;
        Ok(Self {
            stream,
            id,
            stage: Stage::Reading,
            accepted_at: now,
            deadline: now + PATIENCE,
            is_ready: false,
            head: Vec::new(),
            scanned: 0,
            output: String::new(),
            sent: 0,
            discarded: 0,
        })
    }

    /// From when on it may be evicted for a new viewer; `None` while it watches.
    pub(super) fn evictable_from(&self) -> Option<Duration> {
        (self.stage != Stage::Watching).then_some(self.accepted_at + EVICTION_AGE)
    }

    /// Whether the kernel has taken all output.
    pub(super) fn has_sent_all(&self) -> bool {
        self.sent == self.output.len()
    }

    /// Does all that is possible without waiting. A request's head may have `head_max` bytes, and
    /// `answer` makes the reply to it. False if the viewer is to be closed.
    pub(super) fn advance(
        &mut self,
        now: Duration,
        head_max: usize,
        answer: impl FnOnce(&Request) -> Reply,
    ) -> bool {
        if self.stage == Stage::Reading && !self.read_head(now, head_max, answer) {
            return false;
        }
        match self.stage {
            Stage::Reading => true,
            Stage::Answering => self.send(now),
            Stage::Watching => self.send(now) && self.is_silent(),
            Stage::Closing => self.discard(),
        }
    }

    fn read_head(
        &mut self,
        now: Duration,
        head_max: usize,
        answer: impl FnOnce(&Request) -> Reply,
    ) -> bool {
        let mut piece = [0; 2048];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return false,
                Ok(count) => self.head.extend_from_slice(&piece[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return error.kind() == ErrorKind::WouldBlock,
            }
            match request::parse(&self.head, self.scanned, head_max, &mut Vec::new()) {
                Parsed::Partial { scanned } => self.scanned = scanned,
                _ => break,
            }
        }
        let local = self.stream.local_addr().ok();
        let reply = answer(&Request {
            bytes: &self.head,
            local,
        });
        self.head = Vec::new();
        self.output = reply.bytes;
        self.deadline = now + PATIENCE;
        self.stage = match reply.after {
            AfterReply::Close => Stage::Answering,
            AfterReply::Watch => Stage::Watching,
        };
        true
    }

    /// Sends as much as the socket takes. False if the viewer is to be closed.
    pub(super) fn send(&mut self, now: Duration) -> bool {
        while !self.has_sent_all() {
            match self.stream.write(&self.output.as_bytes()[self.sent..]) {
                Ok(count) => {
                    self.sent += count;
                    self.deadline = now + PATIENCE;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return error.kind() == ErrorKind::WouldBlock,
            }
        }
        self.output.clear();
        self.sent = 0;
        if self.stage == Stage::Watching {
            // The viewer waits for the next picture, so it has a whole deadline for that one.
            self.deadline = now + PATIENCE;
        }
        if self.stage == Stage::Answering {
            self.stage = Stage::Closing;
            self.deadline = now + CLOSING_WITHIN;
            self.output = String::new();
            return self.stream.shutdown(Shutdown::Write).is_ok() && self.discard();
        }
        true
    }

    /// A viewer that watches sends nothing more. The end of input, or another request, closes it.
    fn is_silent(&mut self) -> bool {
        loop {
            match self.stream.read(&mut [0; 64]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return error.kind() == ErrorKind::WouldBlock,
                Ok(_) => return false,
            }
        }
    }

    fn discard(&mut self) -> bool {
        let mut piece = [0; 4096];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return false,
                Ok(count) => self.discarded += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return error.kind() == ErrorKind::WouldBlock,
            }
            if self.discarded > DISCARD_MAX {
                return false;
            }
        }
    }
}

/// A request, and where it arrived.
#[derive(Debug)]
pub(super) struct Request<'a> {
    /// A whole head, or bytes that are not the start of a valid one.
    pub(super) bytes: &'a [u8],
    /// The address on which the viewer reached the server.
    pub(super) local: Option<std::net::SocketAddr>,
}
