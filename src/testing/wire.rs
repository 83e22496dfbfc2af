//! A transport that follows a script.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::rc::Rc;

use super::WRITABLE;
use crate::events::event::Readiness;
use crate::os::transport::Transport;

/// A file of the scripted transport: it may change while it is being sent.
pub(crate) type MemoryFile = RefCell<Vec<u8>>;

/// Makes an error; `io::Error` can't be copied into a script.
pub(crate) type Fault = fn() -> io::Error;

/// What a read finds.
#[derive(Debug)]
pub(crate) enum Incoming {
    Bytes(Vec<u8>),
    WouldBlock,
    End,
}

/// The far side of a [`Scripted`] transport: what it gives, what it takes, what it saw.
///
/// It holds the connection to the rules of edges: a call that can only block, because the last
/// one blocked or came back short and no event has been told since, fails the test.
#[derive(Debug)]
pub(crate) struct Wire {
    incoming: VecDeque<Incoming>,
    /// How many bytes the send queue still takes.
    pub(crate) room: usize,
    /// The peer breaks off when so many bytes have left.
    pub(crate) breaks_at: Option<(usize, ErrorKind)>,
    /// The call of this number, counted from zero over reads and writes, fails.
    pub(crate) fault: Option<(usize, Fault)>,
    pub(crate) shutdown_fails: bool,
    pub(crate) output: Vec<u8>,
    pub(crate) reads: usize,
    pub(crate) writes: usize,
    pub(crate) sends: usize,
    /// Where what is to be read ahead begins, and how long it is.
    pub(crate) ahead: Vec<(u64, u64)>,
    pub(crate) shutdowns: usize,
    /// What events have told, and calls have not used up.
    pub(crate) told: Readiness,
    input_ended: bool,
    broken: bool,
}

impl Wire {
    pub(crate) fn new() -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self {
            incoming: VecDeque::new(),
            room: usize::MAX,
            breaks_at: None,
            fault: None,
            shutdown_fails: false,
            output: Vec::new(),
            reads: 0,
            writes: 0,
            sends: 0,
            ahead: Vec::new(),
            shutdowns: 0,
            told: WRITABLE,
            input_ended: false,
            broken: false,
        }))
    }

    pub(crate) fn arrive(&mut self, bytes: &[u8]) {
        self.incoming.push_back(Incoming::Bytes(bytes.to_vec()));
    }

    pub(crate) fn script(&mut self, script: impl IntoIterator<Item = Incoming>) {
        self.incoming.extend(script);
    }

    pub(crate) fn end(&mut self) {
        self.incoming.push_back(Incoming::End);
    }

    pub(crate) fn has_input(&self) -> bool {
        !self.incoming.is_empty()
    }

    /// An event is told, or a try without one is allowed.
    pub(crate) fn tell(&mut self, event: Readiness) {
        self.told.readable |= event.readable;
        self.told.writable |= event.writable;
        self.told.read_closed |= event.read_closed;
    }

    /// How many calls there have been, a shutdown apart.
    pub(crate) fn calls(&self) -> usize {
        self.reads + self.writes + self.sends
    }

    fn planted_fault(&mut self, call: usize) -> io::Result<()> {
        match self.fault {
            Some((number, fault)) if number == call => Err(fault()),
            _ => Ok(()),
        }
    }

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let call = self.calls();
        self.reads += 1;
        assert!(self.told.readable, "a read that can only block");
        assert!(!self.input_ended, "a read after the end of input");
        assert!(!self.broken, "a read from a broken connection");
        assert!(
            !into.is_empty(),
            "a read of nothing looks like the end of input"
        );
        self.planted_fault(call)?;
        match self.incoming.pop_front() {
            None | Some(Incoming::WouldBlock) => Err(ErrorKind::WouldBlock.into()),
            Some(Incoming::End) => {
                self.input_ended = true;
                Ok(0)
            }
            Some(Incoming::Bytes(mut bytes)) => {
                let count = bytes.len().min(into.len());
                into[..count].copy_from_slice(&bytes[..count]);
                let rest = bytes.split_off(count);
                if !rest.is_empty() {
                    self.incoming.push_front(Incoming::Bytes(rest));
                }
                Ok(count)
            }
        }
    }

    /// What the send queue does with `wanted` bytes.
    fn take(&mut self, wanted: usize, call: usize) -> io::Result<usize> {
        assert!(self.told.writable, "a write that can only block");
        assert!(!self.broken, "a write to a broken connection");
        assert_eq!(self.shutdowns, 0, "a write after the end of our side");
        assert!(wanted > 0, "a write of nothing");
        self.planted_fault(call)?;
        let mut count = wanted.min(self.room);
        if let Some((at, kind)) = self.breaks_at {
            if self.output.len() == at {
                return Err(kind.into());
            }
            count = count.min(at - self.output.len());
        }
        if count == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.room -= count;
        Ok(count)
    }

    /// Takes note of how a call ended; gives the result on.
    fn note(
        &mut self,
        result: &io::Result<usize>,
        drained: bool,
        which: fn(&mut Self) -> &mut bool,
    ) {
        match result {
            Ok(_) if drained => *which(self) = false,
            Ok(_) => {}
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock => *which(self) = false,
                ErrorKind::Interrupted => {}
                _ => self.broken = true,
            },
        }
    }
}

/// The transport under test's end of a [`Wire`].
#[derive(Debug)]
pub(crate) struct Scripted(pub(crate) Rc<RefCell<Wire>>);

impl Transport for Scripted {
    type File = MemoryFile;

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut wire = self.0.borrow_mut();
        let result = wire.read(into);
        // epoll(7), question 9; but after the peer's end a short read leaves that end to be read.
        let drained = matches!(result, Ok(count) if count < into.len()) && !wire.told.read_closed;
        wire.note(&result, drained, |wire| &mut wire.told.readable);
        result
    }

    fn write(&mut self, bytes: &[u8], _more: bool) -> io::Result<usize> {
        let mut wire = self.0.borrow_mut();
        let call = wire.calls();
        wire.writes += 1;
        let result = wire.take(bytes.len(), call);
        let full = matches!(result, Ok(count) if count < bytes.len());
        wire.note(&result, full, |wire| &mut wire.told.writable);
        if let Ok(count) = result {
            wire.output.extend_from_slice(&bytes[..count]);
        }
        result
    }

    fn send_file(&mut self, file: &MemoryFile, offset: u64, count: usize) -> io::Result<usize> {
        let mut wire = self.0.borrow_mut();
        let call = wire.calls();
        wire.sends += 1;
        let file = file.borrow();
        let rest = file.get(usize::try_from(offset).unwrap()..).unwrap_or(&[]);
        let piece = &rest[..count.min(rest.len())];
        // A call past the end of the file does not come to the socket.
        let result = match piece.len() {
            0 => Ok(0),
            wanted => wire.take(wanted, call),
        };
        // A short answer may mean the end of the file as well, so it says nothing of the room.
        wire.note(&result, false, |wire| &mut wire.told.writable);
        if let Ok(count) = result {
            wire.output.extend_from_slice(&piece[..count]);
        }
        result
    }

    fn read_ahead(&mut self, _file: &MemoryFile, offset: u64, count: u64) {
        self.0.borrow_mut().ahead.push((offset, count));
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        let mut wire = self.0.borrow_mut();
        wire.shutdowns += 1;
        assert_eq!(wire.shutdowns, 1, "our side ends once");
        assert!(!wire.broken, "an end on a broken connection");
        if wire.shutdown_fails {
            return Err(ErrorKind::NotConnected.into());
        }
        Ok(())
    }
}
