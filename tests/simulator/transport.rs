//! The server's end of a wire: the socket that the connection table uses.

use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::rc::Rc;

use millpond::os::transport::Transport;

use crate::tap::Tap;
use crate::versions::Inode;
use crate::wire::Wire;

/// A simulated socket.
pub struct Socket(pub Rc<RefCell<Wire>>);

impl Transport for Socket {
    type File = Inode;

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut wire = self.0.borrow_mut();
        let result = wire.read_into(into);
        wire.scene
            .trace(|| format!("client {} is read: {result:?}", wire.number));
        let count = result?;
        wire.scene.count(|stats| stats.read += count as u64);
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8], _more: bool) -> io::Result<usize> {
        let mut wire = self.0.borrow_mut();
        let result = wire.enqueue(bytes.len());
        wire.scene.trace(|| {
            let text = bytes[..bytes.len().min(90)].escape_ascii();
            format!("client {} is written to: {result:?} of {text}", wire.number)
        });
        let count = result?;
        wire.scene.count(|stats| stats.wrote += count as u64);
        // From memory, less than asked means that the queue is full (send(2)).
        wire.is_full_reported |= count < bytes.len();
        wire.tapped(|tap, view| tap.feed(&bytes[..count], view));
        Ok(count)
    }

    fn send_file(&mut self, file: &Inode, offset: u64, count: usize) -> io::Result<usize> {
        let mut wire = self.0.borrow_mut();
        let rate = wire.scene.rates.get().disk;
        if wire.random.one_in(rate) {
            file.is_harmed.set(true);
            wire.scene.count(|stats| stats.disk += 1);
            return Err(io::Error::from_raw_os_error(EIO));
        }
        let left = file.length.get().saturating_sub(offset);
        let count = count.min(usize::try_from(left).unwrap_or(usize::MAX));
        if count == 0 {
            return Ok(0);
        }
        // A short count does not mean that here: the pipe of sendfile may have been the limit.
        let piece = match wire.random.below(4) {
            0 => count.min(65_536),
            1 => wire.random.between(1, count),
            _ => count,
        };
        let result = wire.enqueue(piece);
        wire.scene.trace(|| {
            let end = offset + piece as u64;
            format!("client {} is sent {offset}..{end}: {result:?}", wire.number)
        });
        let count = result?;
        wire.scene.count(|stats| stats.wrote += count as u64);
        wire.tapped(|tap, view| tap.feed_file(file, offset, count as u64, view));
        Ok(count)
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        let mut wire = self.0.borrow_mut();
        wire.scene.called();
        assert!(!wire.tap.is_midway(), "ended in the middle of a response");
        let is_last = wire.tap.ended_for().is_some();
        assert!(is_last || wire.scene.is_stopping.get(), "ended though kept");
        assert_eq!(wire.shutdown, None, "ended twice");
        let rate = wire.scene.rates.get().broken;
        if wire.is_error_told || wire.random.one_in(rate) {
            wire.is_shutdown_failed = true;
            return Err(ErrorKind::NotConnected.into());
        }
        wire.shutdown = Some(wire.scene.now.get());
        Ok(())
    }
}

/// Linux's number for an error of the disk.
const EIO: i32 = 5;

impl Drop for Socket {
    fn drop(&mut self) {
        // While a panic unwinds, the wire may still be borrowed.
        if let Ok(mut wire) = self.0.try_borrow_mut() {
            wire.is_dropped = true;
        }
    }
}

impl Wire {
    /// Faults that may strike any call.
    fn strike(&mut self) -> io::Result<()> {
        let scene = self.scene.clone();
        scene.called();
        let rates = scene.rates.get();
        if self.random.one_in(rates.interrupted) {
            scene.count(|stats| stats.interrupted += 1);
            return Err(ErrorKind::Interrupted.into());
        }
        if !self.is_gone() && self.random.one_in(rates.broken) {
            let kind = self.random.pick(&[
                ErrorKind::ConnectionReset,
                ErrorKind::TimedOut,
                ErrorKind::BrokenPipe,
                ErrorKind::HostUnreachable,
            ]);
            self.break_off(kind);
        }
        Ok(())
    }

    fn read_into(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.is_told = false;
        self.strike()?;
        assert!(!self.is_end_seen, "read after the end of input");
        // A reset may overtake bytes that came before it.
        if self.unread() == 0 || self.random.one_in(2) {
            self.tell_error()?;
        }
        let rate = self.scene.rates.get().hidden;
        if self.unread() > 0 && (self.is_hidden || self.random.one_in(rate)) && !self.is_ended {
            self.is_hidden = true;
            self.scene.count(|stats| stats.hidden += 1);
            return Err(ErrorKind::WouldBlock.into());
        }
        let count = into.len().min(self.unread());
        if count == 0 {
            return self.read_end();
        }
        into[..count].copy_from_slice(&self.plan.bytes[self.read..self.read + count]);
        self.read += count;
        self.last_read = self.scene.now.get();
        self.tapped(Tap::read_on);
        Ok(count)
    }

    /// There is nothing to read: is that the end, or not yet?
    fn read_end(&mut self) -> io::Result<usize> {
        if self.is_ended || self.is_error_told {
            self.is_end_seen = true;
            return Ok(0);
        }
        Err(ErrorKind::WouldBlock.into())
    }

    fn tell_error(&mut self) -> io::Result<()> {
        match self.error.take() {
            Some(kind) => {
                self.is_error_told = true;
                Err(kind.into())
            }
            None => Ok(()),
        }
    }

    /// How many of `wanted` bytes the send queue takes.
    fn enqueue(&mut self, wanted: usize) -> io::Result<usize> {
        if !self.is_write_pending && !self.tap.is_midway() {
            self.tap.progress = self.scene.now.get();
        }
        self.is_write_pending = true;
        self.strike()?;
        assert!(self.shutdown.is_none(), "written after the shutdown");
        self.tell_error()?;
        if self.is_error_told {
            return Err(ErrorKind::BrokenPipe.into());
        }
        let rate = self.scene.rates.get().pressure;
        let is_struck = self.random.one_in(rate);
        if is_struck {
            self.scene.count(|stats| stats.pressure += 1);
        }
        if self.is_pressed || self.room() == 0 || (is_struck && self.random.one_in(2)) {
            self.is_pressed |= is_struck;
            self.is_full_reported = true;
            return Err(ErrorKind::WouldBlock.into());
        }
        let most = wanted.min(self.room());
        let count = if is_struck {
            self.random.between(1, most)
        } else {
            most
        };
        self.is_pressed |= is_struck;
        self.queued += count;
        self.is_write_pending = false;
        Ok(count)
    }
}
