//! One end of a simulated connection: the bytes fed so far, the space in the send buffer, and the
//! faults that the script has queued. It reports edges as epoll does: one per change.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::rc::Rc;

use millpond::events::event::Readiness;
use millpond::os::transport::Transport;

use super::client::Client;
use super::files::Body;

/// A fault of one call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// At most this many bytes; more space or input follows a moment later.
    Short(usize),
    /// Not now, but a moment later.
    WouldBlock,
    /// A signal interrupts the call.
    Interrupted,
    /// The peer has gone.
    Reset,
    /// An error of the disk: for files only, otherwise a reset.
    InputOutput,
}

/// The state that client and server share.
// Each flag is independent of the others; together they are no state machine.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug)]
pub(crate) struct Wire {
    /// Everything that the client has sent.
    pub(crate) fed: Vec<u8>,
    /// How far the server has read.
    pub(crate) read_to: usize,
    /// Whether the client has ended its side.
    pub(crate) ended: bool,
    /// Whether the server has seen a reset.
    pub(crate) is_reset: bool,
    /// How many bytes the socket takes before it would block.
    pub(crate) room: usize,
    pub(crate) read_faults: VecDeque<Fault>,
    pub(crate) write_faults: VecDeque<Fault>,
    /// Edges that have not been reported.
    pub(crate) readable: bool,
    pub(crate) writable: bool,
    /// The socket has reported that it is full: an edge reports the next space.
    pub(crate) is_blocked: bool,
    /// The server has ended its side.
    pub(crate) is_shut: bool,
    /// The server has dropped the socket.
    pub(crate) is_dropped: bool,
    /// The kernel holds the head back for the body that was announced (`MSG_MORE`).
    is_corked: bool,
    pub(crate) client: Client,
    /// How often the server has written.
    pub(crate) progress: u64,
}

impl Wire {
    pub(crate) fn new(client: Client, room: usize) -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self {
            fed: Vec::new(),
            read_to: 0,
            ended: false,
            is_reset: false,
            room,
            read_faults: VecDeque::new(),
            write_faults: VecDeque::new(),
            readable: false,
            writable: false,
            is_blocked: false,
            is_shut: false,
            is_dropped: false,
            is_corked: false,
            client,
            progress: 0,
        }))
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        if !self.ended && !bytes.is_empty() {
            self.fed.extend_from_slice(bytes);
            self.readable = true;
        }
    }

    pub(crate) fn end(&mut self) {
        self.ended = true;
        self.readable = true;
    }

    pub(crate) fn add_room(&mut self, room: usize) {
        self.room = self.room.saturating_add(room);
        if self.is_blocked && self.room > 0 {
            self.is_blocked = false;
            self.writable = true;
        }
    }

    /// The edges that have not been reported, as one event; `None` if there is none.
    pub(crate) fn take_edges(&mut self) -> Option<Readiness> {
        let edges = Readiness {
            readable: self.readable,
            writable: self.writable,
            read_closed: self.readable && (self.ended || self.is_reset),
            urgent: false,
        };
        self.readable = false;
        self.writable = false;
        (edges.readable || edges.writable).then_some(edges)
    }

    /// How many of `count` bytes the socket takes; an error if it would block or a fault strikes.
    fn enqueue(&mut self, count: usize, fault: Option<Fault>) -> io::Result<usize> {
        assert!(!self.is_shut, "a write after the end of our side");
        assert!(count > 0, "a write of nothing");
        let room = match fault {
            _ if self.is_reset => return Err(ErrorKind::ConnectionReset.into()),
            Some(Fault::WouldBlock) => {
                self.writable = true;
                return Err(ErrorKind::WouldBlock.into());
            }
            Some(Fault::Interrupted) => return Err(ErrorKind::Interrupted.into()),
            Some(Fault::Reset | Fault::InputOutput) => {
                self.is_reset = true;
                return Err(ErrorKind::BrokenPipe.into());
            }
            Some(Fault::Short(most)) if most < self.room => {
                // More space follows a moment later, and an edge reports it.
                self.writable = most < count;
                most.max(1)
            }
            _ => self.room,
        };
        let room = room.min(self.room);
        self.is_blocked |= self.room < count;
        if room == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        let taken = count.min(room);
        self.room -= taken;
        self.progress += 1;
        Ok(taken)
    }
}

/// The server's end of a [`Wire`].
#[derive(Debug)]
pub(crate) struct Stream(pub(crate) Rc<RefCell<Wire>>);

impl Drop for Stream {
    fn drop(&mut self) {
        self.0.borrow_mut().is_dropped = true;
    }
}

impl Transport for Stream {
    type File = Body;

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let wire = &mut *self.0.borrow_mut();
        assert!(
            !into.is_empty(),
            "a read of nothing looks like the end of input"
        );
        let mut most = into.len();
        match wire.read_faults.pop_front() {
            _ if wire.is_reset => return Err(ErrorKind::ConnectionReset.into()),
            Some(Fault::WouldBlock) => {
                wire.readable = true;
                return Err(ErrorKind::WouldBlock.into());
            }
            Some(Fault::Interrupted) => return Err(ErrorKind::Interrupted.into()),
            Some(Fault::Reset | Fault::InputOutput) => {
                wire.is_reset = true;
                return Err(ErrorKind::ConnectionReset.into());
            }
            Some(Fault::Short(short)) => most = most.min(short.max(1)),
            None => {}
        }
        let waiting = &wire.fed[wire.read_to..];
        if waiting.is_empty() && !wire.ended {
            return Err(ErrorKind::WouldBlock.into());
        }
        let count = waiting.len().min(most);
        into[..count].copy_from_slice(&waiting[..count]);
        wire.read_to += count;
        // The bytes that a short read leaves arrive a moment later, and an edge reports them.
        wire.readable |= count < into.len() && wire.read_to < wire.fed.len();
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8], more: bool) -> io::Result<usize> {
        let wire = &mut *self.0.borrow_mut();
        let fault = wire.write_faults.pop_front();
        let taken = wire.enqueue(bytes.len(), fault)?;
        wire.is_corked = more && taken == bytes.len();
        wire.client
            .memory(&bytes[..taken], &wire.fed[..wire.read_to]);
        Ok(taken)
    }

    fn send_file(&mut self, file: &Body, offset: u64, count: usize) -> io::Result<usize> {
        let wire = &mut *self.0.borrow_mut();
        let fault = wire.write_faults.pop_front();
        if let (Some(Fault::InputOutput), false) = (fault, wire.is_reset) {
            return Err(input_output_error());
        }
        let left = file.sendable.get().saturating_sub(offset);
        let count = count.min(usize::try_from(left).unwrap_or(usize::MAX));
        if count == 0 && !wire.is_reset {
            return Ok(0);
        }
        let taken = wire.enqueue(count.max(1), fault)?;
        wire.is_corked = false;
        wire.client.file(file, offset, taken as u64);
        Ok(taken)
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        let wire = &mut *self.0.borrow_mut();
        assert!(!wire.is_shut, "our side ended twice");
        assert!(!wire.is_corked, "a body was announced and never sent");
        assert!(
            wire.client.is_between_responses(),
            "our side ended within a response"
        );
        if wire.is_reset {
            return Err(ErrorKind::NotConnected.into());
        }
        wire.is_shut = true;
        Ok(())
    }
}

/// EIO by its number: the harness needs no crate for one constant.
fn input_output_error() -> io::Error {
    io::Error::from_raw_os_error(5)
}
