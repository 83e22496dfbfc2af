//! What a connection needs of a socket: read, write, send a part of a file, end our side.
//!
//! [`Transport`] is all that the state machine knows of the network. The server implements it with
//! mio's `TcpStream`. Tests implement it with scripts that cut input and output anywhere, and the
//! simulator drives a whole connection table without a kernel.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::Shutdown;

use mio::net::TcpStream;

/// A non-blocking byte stream. Every call may fail with [`io::ErrorKind::WouldBlock`], and may
/// transfer fewer bytes than asked.
pub trait Transport {
    /// An open file that this transport can send.
    type File;

    /// Reads bytes that have arrived. `Ok(0)`: the peer has ended its side.
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize>;

    /// Sends from memory. `more` says that more bytes follow at once: the kernel may then wait for
    /// them, and put head and body into one segment (send(2), `MSG_MORE`).
    fn write(&mut self, bytes: &[u8], more: bool) -> io::Result<usize>;

    /// Sends up to `count` bytes of `file`, starting at `offset`. `Ok(0)`: the file ends at `offset`.
    fn send_file(&mut self, file: &Self::File, offset: u64, count: usize) -> io::Result<usize>;

    /// Asks the kernel to read `count` bytes of `file`, starting at `offset`, from the disk if they
    /// are not in memory. Does not wait for them.
    fn read_ahead(&mut self, _file: &Self::File, _offset: u64, _count: u64) {}

    /// Ends our side: the peer reads the end of input after the last byte that was sent.
    fn shutdown_write(&mut self) -> io::Result<()>;
}

impl Transport for TcpStream {
    type File = File;

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        Read::read(self, into)
    }

    #[cfg(target_os = "linux")]
    fn write(&mut self, bytes: &[u8], more: bool) -> io::Result<usize> {
        use rustix::net::{SendFlags, send};
        let mut flags = SendFlags::NOSIGNAL;
        flags.set(SendFlags::MORE, more);
        self.try_io(|| Ok(send(&*self, bytes, flags)?))
    }

    #[cfg(not(target_os = "linux"))]
    fn write(&mut self, bytes: &[u8], _more: bool) -> io::Result<usize> {
        Write::write(self, bytes)
    }

    #[cfg(target_os = "linux")]
    fn send_file(&mut self, file: &File, offset: u64, count: usize) -> io::Result<usize> {
        use rustix::io::Errno;
        let mut position = offset;
        let sent = self.try_io(|| {
            Ok(rustix::fs::sendfile(
                &*self,
                file,
                Some(&mut position),
                count,
            )?)
        });
        match sent {
            // Not every file system supports sendfile(2). All support read(2).
            Err(error)
                if [Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP]
                    .iter()
                    .any(|errno| error.raw_os_error() == Some(errno.raw_os_error())) =>
            {
                copy(self, file, offset, count)
            }
            sent => sent,
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn send_file(&mut self, file: &File, offset: u64, count: usize) -> io::Result<usize> {
        copy(self, file, offset, count)
    }

    #[cfg(target_os = "linux")]
    fn read_ahead(&mut self, file: &File, offset: u64, count: u64) {
        use rustix::fs::{Advice, fadvise};
        if !is_in_memory(file, offset) {
            // An error only means that the next part of the file comes later.
            let _ = fadvise(
                file,
                offset,
                std::num::NonZero::new(count),
                Advice::WillNeed,
            );
        }
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}

/// Whether the byte at `offset` can be read without the disk (preadv2(2), `RWF_NOWAIT`). The advice
/// inspects every page, even if the whole file is in memory; this call inspects one.
#[cfg(target_os = "linux")]
fn is_in_memory(file: &File, offset: u64) -> bool {
    use rustix::io::{Errno, ReadWriteFlags, preadv2};
    let mut byte = [0];
    let mut into = [io::IoSliceMut::new(&mut byte)];
    preadv2(file, &mut into, offset, ReadWriteFlags::NOWAIT) != Err(Errno::AGAIN)
}

/// Sends a part of a file by read and write, where the system can't do it in one call. Bytes that
/// the socket does not take are read again next time, so a connection needs no buffer for them.
fn copy(to: &mut TcpStream, file: &File, offset: u64, count: usize) -> io::Result<usize> {
    let mut buffer = [0; 16 * 1024];
    let piece = count.min(buffer.len());
    let read = read_at(file, &mut buffer[..piece], offset)?;
    if read == 0 {
        return Ok(0);
    }
    match Write::write(to, &buffer[..read])? {
        // Zero bytes written must not look like the end of the file.
        0 => Err(io::ErrorKind::WriteZero.into()),
        written => Ok(written),
    }
}

/// Reads at an offset, and leaves the file's own position: several connections may share the file.
pub fn read_at(file: &File, into: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, into, offset)
}

#[cfg(test)]
mod tests;
