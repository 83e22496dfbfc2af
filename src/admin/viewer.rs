//! One connection of the live view: a request, an answer, and, if it watches, pictures until it
//! has seen enough.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::Shutdown;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

use super::reply::{NextStep, Reply};
use crate::events::id::ConnectionId;
use crate::http::request::HEAD_MAX;

/// How long a request may take, how long an answer may go without progress, and how long a
/// picture may: whoever reads nothing for so long has gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// After the last answer: what the peer has for its end of the connection.
const CLOSING_WITHIN: Duration = Duration::from_secs(2);

/// What is thrown away of what comes after the request, in bytes.
const DISCARDS: usize = 64 * 1024;

/// What the kernel may hold of the answers to a slow reader. Without a bound it would grow, and
/// the pictures in it would be old.
const SEND_BUFFER: usize = 64 * 1024;

/// What a viewer is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// A request is expected.
    Reading,
    /// An answer is on its way.
    Answering,
    /// It gets pictures.
    Watching,
    /// All is sent; the peer reads it in peace.
    Closing,
}

/// A viewer. It never holds more than a head, and one answer or picture.
#[derive(Debug)]
pub(super) struct Viewer {
    stream: TcpStream,
    pub(super) id: ConnectionId,
    pub(super) stage: Stage,
    pub(super) deadline: Duration,
    /// Whether its socket has something new. Each call then goes on until the socket would block.
    pub(super) is_ready: bool,
    head: Vec<u8>,
    scanned: usize,
    pub(super) output: String,
    sent: usize,
    discarded: usize,
}

impl Viewer {
    /// A newcomer.
    pub(super) fn admit(
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
            deadline: now + PATIENCE,
            is_ready: false,
            head: Vec::new(),
            scanned: 0,
            output: String::new(),
            sent: 0,
            discarded: 0,
        })
    }

    /// Whether it has got all there was for it.
    pub(super) fn has_sent_all(&self) -> bool {
        self.sent == self.output.len()
    }

    /// Does all that can be done without waiting. False when it is over.
    pub(super) fn advance(
        &mut self,
        now: Duration,
        answer: impl FnOnce(&Request) -> Reply,
    ) -> bool {
        if self.stage == Stage::Reading && !self.read_head(now, answer) {
            return false;
        }
        match self.stage {
            Stage::Reading => true,
            Stage::Answering => self.send(now),
            Stage::Watching => self.send(now) && self.is_silent(),
            Stage::Closing => self.discard(),
        }
    }

    fn read_head(&mut self, now: Duration, answer: impl FnOnce(&Request) -> Reply) -> bool {
        let mut piece = [0; 2048];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return false,
                Ok(count) => self.head.extend_from_slice(&piece[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return error.kind() == ErrorKind::WouldBlock,
            }
            match crate::http::request::parse(&self.head, self.scanned) {
                crate::http::request::Parsed::Partial { scanned } if self.head.len() < HEAD_MAX => {
                    self.scanned = scanned;
                }
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
        self.stage = match reply.then {
            NextStep::Close => Stage::Answering,
            NextStep::Timeline => Stage::Watching,
        };
        true
    }

    /// Sends what the socket takes. False when it is over.
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
            // It waits for us, not we for it.
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

    /// Whoever watches has nothing more to say: its end, or another request, ends it.
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
            if self.discarded > DISCARDS {
                return false;
            }
        }
    }
}

/// What came, and where to.
#[derive(Debug)]
pub(super) struct Request<'a> {
    /// A whole head, or what is none.
    pub(super) bytes: &'a [u8],
    /// The address that the client has reached.
    pub(super) local: Option<std::net::SocketAddr>,
}
