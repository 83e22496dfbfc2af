//! Lines for people, on standard output and standard error, that never make the server wait.
//!
//! A reader of our output may stop: a pager, a suspended terminal, a full pipe. A blocking write would
//! then stop every client with it. Setting `O_NONBLOCK` on what we inherited is not the way out: the flag
//! belongs to the open file description, which our parent's shell shares. Polling first is not enough
//! either: another process that writes to the same pipe may fill it between the poll and the write. So
//! each kind of stream is written to in its own way that does not wait (see [`Way`]), and lines for which
//! there is no room are dropped and counted, whole.

use std::io;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use memchr::{memchr, memchr_iter, memrchr};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, FileType, Mode, OFlags, fstat, openat};
use rustix::io::Errno;
use rustix::net::{SendFlags, send};

use super::file_identity::FileIdentity;

/// The most that is written at once: a pipe takes so much wholly or not at all, whatever others write to
/// it (pipe(7), `PIPE_BUF`).
const PIECE: usize = 4096;

/// The most that waits for a reader, unless [`Console::set_room`] says otherwise. What comes on top is
/// dropped.
const ROOM: usize = 64 * 1024;

/// Prints one line on standard error, after the program's name. A failure has nowhere to be
/// reported, so there is none to return.
pub(crate) fn print_notice(line: &str) {
    if let Ok(mut console) = Console::standard_error() {
        console.print(format!("millpond: {line}\n").as_bytes());
    }
}

/// Lines on their way to one stream.
#[derive(Debug)]
pub(crate) struct Console {
    stream: Stream,
    room: usize,
    waiting: Vec<u8>,
    /// Whether the stream has the beginning of a line whose rest waits.
    has_begun_line: bool,
    dropped: u64,
}

impl Console {
    pub(crate) fn standard_output() -> io::Result<Self> {
        Self::new(&io::stdout())
    }

    pub(crate) fn standard_error() -> io::Result<Self> {
        Self::new(&io::stderr())
    }

    /// Writes to `stream`, which belongs to the process that started us: it is left as it is.
    fn new(stream: &impl AsFd) -> io::Result<Self> {
        Ok(Self {
            stream: Stream::new(stream.as_fd())?,
            room: ROOM,
            waiting: Vec::new(),
            has_begun_line: false,
            dropped: 0,
        })
    }

    /// From now on, up to `bytes` wait for the reader.
    pub(crate) fn set_room(&mut self, bytes: usize) {
        self.room = bytes;
    }

    /// Which file the stream is; `None` if it is no regular file.
    pub(crate) fn file_identity(&self) -> Option<FileIdentity> {
        let stat = fstat(&self.stream.descriptor).ok()?;
        let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        is_file.then(|| FileIdentity::from(&stat))
    }

    /// Adds whole lines, each with its end, and writes out what the stream takes now. What is too
    /// much is dropped, from the first line on that does not fit.
    pub(crate) fn print(&mut self, mut lines: &[u8]) {
        while !lines.is_empty() {
            let (fitting, beyond) = lines.split_at(self.fitting(lines));
            self.waiting.extend_from_slice(fitting);
            let before = self.waiting.len();
            self.flush();
            lines = beyond;
            if self.waiting.len() == before {
                self.dropped += memchr_iter(b'\n', lines).count() as u64;
                return;
            }
        }
    }

    /// The number of bytes at the start of `lines` that fit, in whole lines.
    fn fitting(&self, lines: &[u8]) -> usize {
        let room = self.room.saturating_sub(self.waiting.len());
        if lines.len() <= room {
            return lines.len();
        }
        memrchr(b'\n', &lines[..room]).map_or(0, |end| end + 1)
    }

    /// Whether lines wait for their reader.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// How many lines were dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How many lines no reader took, those included that still wait.
    pub(crate) fn untaken(&self) -> u64 {
        self.dropped + memchr_iter(b'\n', &self.waiting).count() as u64
    }

    /// Writes out what waits, for which it may wait until `patience` is over. Not in the loop.
    pub(crate) fn finish(&mut self, patience: Duration) {
        let begin = Instant::now();
        self.flush();
        while self.is_waiting() {
            let left = patience.saturating_sub(begin.elapsed());
            if left.is_zero() || !wait_until_writable(self.stream.descriptor.as_fd(), left) {
                return;
            }
            self.flush();
        }
    }

    /// Writes out what the stream takes without waiting.
    pub(crate) fn flush(&mut self) {
        let mut written = 0;
        while written < self.waiting.len() {
            match self.stream.write(piece_of(&self.waiting[written..])) {
                Ok(0) | Err(Errno::AGAIN) => break,
                Ok(count) => written += count,
                Err(Errno::INTR) => continue,
                Err(error) => {
                    let begun = match error {
                        // A closed pipe stays closed: there is no reader for the rest of a line.
                        Errno::PIPE | Errno::CONNRESET | Errno::NOTCONN => 0,
                        // A full disk may have room again: the next line must not follow half a one.
                        _ if self.has_begun_line => end_of_line(&self.waiting[written..]),
                        _ => 0,
                    };
                    let lost = self.waiting.split_off(written + begun);
                    self.dropped += memchr_iter(b'\n', &lost).count() as u64;
                    break;
                }
            }
            self.has_begun_line = written > 0 && self.waiting[written - 1] != b'\n';
        }
        self.waiting.drain(..written);
    }
}

/// How many bytes the first line has, with its end.
fn end_of_line(lines: &[u8]) -> usize {
    memchr(b'\n', lines).map_or(lines.len(), |end| end + 1)
}

/// The most that is written at once: whole lines, so that no half of one is left when the end comes
/// before the reader. Only a line that is longer than a piece is cut.
fn piece_of(waiting: &[u8]) -> &[u8] {
    let piece = &waiting[..waiting.len().min(PIECE)];
    &piece[..memrchr(b'\n', piece).map_or(piece.len(), |end| end + 1)]
}

/// A stream, and how to write to it without waiting.
#[derive(Debug)]
struct Stream {
    descriptor: OwnedFd,
    way: Way,
}

/// How a write to a stream is kept from waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// An open file description of our own, with `O_NONBLOCK`: a terminal or a pipe that could be opened
    /// again. (A terminal polls as writable with room for a single byte.)
    OwnDescription,
    /// A socket: each call says that it must not wait (`MSG_DONTWAIT`).
    Send,
    /// A pipe or terminal that can't be opened again, such as one of another user: each call says that
    /// it must not wait (`RWF_NOWAIT`).
    NoWait,
    /// A file, which waits for nothing but its disk, or a kernel without `RWF_NOWAIT` for pipes (before
    /// Linux 6.5): polled first. There another process may fill the pipe between the poll and the write.
    Polled,
}

impl Stream {
    fn new(inherited: BorrowedFd<'_>) -> io::Result<Self> {
        let kind = FileType::from_raw_mode(fstat(inherited)?.st_mode);
        let may_wait = kind == FileType::Fifo || rustix::termios::isatty(inherited);
        let way = match kind {
            FileType::Socket => Way::Send,
            _ if may_wait => Way::NoWait,
            _ => Way::Polled,
        };
        if may_wait && let Some(descriptor) = reopen(inherited) {
            return Ok(Self {
                descriptor,
                way: Way::OwnDescription,
            });
        }
        Ok(Self {
            descriptor: inherited.try_clone_to_owned()?,
            way,
        })
    }

    /// Writes as much as there is room for now; `AGAIN` if there is none.
    fn write(&mut self, bytes: &[u8]) -> rustix::io::Result<usize> {
        match self.way {
            Way::Send => send(&self.descriptor, bytes, SendFlags::DONTWAIT),
            Way::NoWait => match write_no_wait(&self.descriptor, bytes) {
                Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL | Errno::SPIPE) => {
                    self.way = Way::Polled;
                    Err(Errno::INTR)
                }
                written => written,
            },
            Way::Polled if !is_writable(self.descriptor.as_fd()) => Err(Errno::AGAIN),
            Way::OwnDescription | Way::Polled => rustix::io::write(&self.descriptor, bytes),
        }
    }
}

/// One write that does not wait (pwritev2(2), `RWF_NOWAIT`).
#[cfg(target_os = "linux")]
fn write_no_wait(descriptor: &OwnedFd, bytes: &[u8]) -> rustix::io::Result<usize> {
    // This offset stands for the current one: a pipe has no other.
    let offset = u64::MAX;
    let bytes = [io::IoSlice::new(bytes)];
    let flags = rustix::io::ReadWriteFlags::NOWAIT;
    rustix::io::pwritev2(descriptor, &bytes, offset, flags)
}

#[cfg(not(target_os = "linux"))]
fn write_no_wait(_: &OwnedFd, _: &[u8]) -> rustix::io::Result<usize> {
    Err(Errno::NOSYS)
}

/// Whether a write would not block. An error counts as writable: the write then tells it.
fn is_writable(stream: BorrowedFd<'_>) -> bool {
    wait_until_writable(stream, Duration::ZERO)
}

fn wait_until_writable(stream: BorrowedFd<'_>, timeout: Duration) -> bool {
    let mut polled = [PollFd::from_borrowed_fd(stream, PollFlags::OUT)];
    let timeout = Timespec::try_from(timeout).unwrap_or_default();
    poll(&mut polled, Some(&timeout)).is_ok_and(|ready| ready > 0)
}

/// A non-blocking description of our own for the same terminal or pipe, where the system gives one
/// (proc(5), `/proc/self/fd`).
fn reopen(stream: BorrowedFd<'_>) -> Option<OwnedFd> {
    let path = format!("/proc/self/fd/{}", stream.as_raw_fd());
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    openat(CWD, path, flags, Mode::empty()).ok()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read;

    use super::*;

    fn pipe() -> (File, Console) {
        let (reader, writer) = rustix::pipe::pipe().unwrap();
        (File::from(reader), Console::new(&writer).unwrap())
    }

    #[test]
    fn lines_arrive_in_order() {
        let (mut reader, mut console) = pipe();
        console.print(b"GET / 200\n");
        console.print(b"GET /a 404\nGET /b 404\n");
        assert!(!console.is_waiting());
        drop(console);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "GET / 200\nGET /a 404\nGET /b 404\n");
    }

    #[test]
    fn a_stopped_reader_loses_whole_lines_and_blocks_nothing() {
        let (mut reader, mut console) = pipe();
        let line = |number: usize| format!("GET /{number:059} 200\n");
        let printed = 10_000;
        for number in 0..printed {
            console.print(line(number).as_bytes());
        }
        assert!(console.is_waiting() && console.dropped > 0);
        // The reader reads again: it gets the lines that waited, and then the new ones.
        let mut text = Vec::new();
        let mut read_while_waiting = |console: &mut Console| {
            while console.is_waiting() {
                let mut piece = [0; 4096];
                let read = reader.read(&mut piece).unwrap();
                text.extend_from_slice(&piece[..read]);
                console.flush();
            }
        };
        read_while_waiting(&mut console);
        console.print(b"the end\n");
        read_while_waiting(&mut console);
        let dropped = console.dropped;
        drop(console);
        reader.read_to_end(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.last(), Some(&"the end"));
        assert_eq!((lines.len() - 1) as u64 + dropped, printed as u64);
        assert!(lines[..lines.len() - 1].iter().all(|line| line.len() == 68));
        assert!(text.starts_with(&line(0)));
    }

    #[test]
    fn output_ends_with_a_whole_line_when_the_reader_stays_stopped() {
        let (mut reader, mut console) = pipe();
        for number in 0..1_000 {
            console.print(format!("{}\n", "x".repeat(number)).as_bytes());
        }
        assert!(console.is_waiting());
        drop(console);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert!(text.ends_with("x\n"));
    }

    #[test]
    fn a_closed_reader_is_not_an_error() {
        let (reader, mut console) = pipe();
        drop(reader);
        console.print(b"GET / 200\n");
        assert!(!console.is_waiting());
        assert_eq!(console.untaken(), 1);
    }

    /// Another process may fill a pipe at any time, also between a poll and the write after it.
    #[test]
    fn a_write_to_a_pipe_that_others_have_filled_does_not_wait() {
        let (_reader, writer) = rustix::pipe::pipe().unwrap();
        let mut own = Stream::new(writer.as_fd()).unwrap();
        assert_eq!(own.way, Way::OwnDescription);
        let mut inherited = Stream {
            descriptor: writer.try_clone().unwrap(),
            way: Way::NoWait,
        };
        while own.write(&[0; PIECE]).is_ok() {}
        assert_eq!(own.write(b"line\n"), Err(Errno::AGAIN));
        let refused = match inherited.write(b"line\n") {
            // A kernel without RWF_NOWAIT for pipes.
            Err(Errno::INTR) => inherited.write(b"line\n"),
            refused => refused,
        };
        assert_eq!(refused, Err(Errno::AGAIN));
        // What we were given is as it was: blocking.
        let flags = rustix::fs::fcntl_getfl(&writer).unwrap();
        assert!(!flags.contains(OFlags::NONBLOCK));
    }

    #[test]
    fn a_socket_whose_reader_has_stopped_does_not_block_and_gets_whole_lines() {
        let (mut reader, writer) = std::os::unix::net::UnixStream::pair().unwrap();
        let mut console = Console::new(&writer).unwrap();
        for number in 0..50_000 {
            console.print(format!("line {number}\n").as_bytes());
        }
        assert!(console.is_waiting() && console.dropped > 0);
        let flags = rustix::fs::fcntl_getfl(&writer).unwrap();
        assert!(!flags.contains(OFlags::NONBLOCK));
        let mut text = Vec::new();
        while console.is_waiting() {
            let mut piece = [0; 4096];
            let read = reader.read(&mut piece).unwrap();
            text.extend_from_slice(&piece[..read]);
            console.flush();
        }
        let dropped = console.untaken();
        drop((console, writer));
        reader.read_to_end(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let is_whole = |line: &str| line.starts_with("line ");
        assert!(text.ends_with('\n') && text.lines().all(is_whole));
        assert_eq!(text.lines().count() as u64 + dropped, 50_000);
    }

    #[test]
    fn a_stopped_terminal_does_not_block() {
        use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
        let leader = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&leader).unwrap();
        unlockpt(&leader).unwrap();
        let name = ptsname(&leader, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let terminal = rustix::fs::open(name, flags, Mode::empty()).unwrap();
        let mut console = Console::new(&terminal).unwrap();
        for _ in 0..10_000 {
            console.print(b"GET /a-name-that-does-not-divide-the-buffer 200\n");
        }
        assert!(console.dropped > 0);
        // The inherited description still blocks.
        let inherited = rustix::fs::fcntl_getfl(&terminal).unwrap();
        assert!(!inherited.contains(OFlags::NONBLOCK));
    }
}
