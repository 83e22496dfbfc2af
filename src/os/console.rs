//! Lines for people, on standard output and standard error, that never make the server wait.
//!
//! The reader of our output may stop: a pager, a suspended terminal, a full pipe. A blocking
//! write would then stop every client too. Setting `O_NONBLOCK` on an inherited stream is no
//! solution: the flag belongs to the open file description, which the parent's shell shares.
//! So the console polls the stream before each write, writes pieces that fit, and drops and
//! counts whole lines that no reader takes. A terminal polls as writable with room for a single
//! byte; for a terminal the console therefore opens a description of its own.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use memchr::{memchr_iter, memrchr};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};

/// The most bytes per write. A pipe that polls as writable takes this many without blocking
/// (pipe(7), `PIPE_BUF`).
const PIECE: usize = 4096;

/// The most bytes that wait for a reader. Lines beyond them are dropped.
const WAITING_MAX: usize = 64 * 1024;

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
    stream: OwnedFd,
    waiting: Vec<u8>,
    dropped: u64,
}

impl Console {
    pub(crate) fn standard_output() -> io::Result<Self> {
        Self::new(&io::stdout())
    }

    pub(crate) fn standard_error() -> io::Result<Self> {
        Self::new(&io::stderr())
    }

    /// Writes to `stream`. The process that started us shares it, so its flags stay unchanged.
    fn new(stream: &impl AsFd) -> io::Result<Self> {
        let terminal = rustix::termios::isatty(stream).then(|| reopen(stream.as_fd()));
        let stream = match terminal.flatten() {
            Some(own) => own,
            None => stream.as_fd().try_clone_to_owned()?,
        };
        Ok(Self {
            stream,
            waiting: Vec::new(),
            dropped: 0,
        })
    }

    /// Adds whole lines, each with its line end, and writes as much as the stream takes now. Drops
    /// and counts the lines from the first one that does not fit.
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
        let room = WAITING_MAX - self.waiting.len();
        if lines.len() <= room {
            return lines.len();
        }
        memrchr(b'\n', &lines[..room]).map_or(0, |end| end + 1)
    }

    /// Whether lines wait for their reader.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// How many lines have not reached the stream: dropped or still waiting.
    pub(crate) fn untaken(&self) -> u64 {
        self.dropped + memchr_iter(b'\n', &self.waiting).count() as u64
    }

    /// Writes as much as the stream takes without blocking.
    pub(crate) fn flush(&mut self) {
        let mut written = 0;
        while written < self.waiting.len() && is_writable(self.stream.as_fd()) {
            match rustix::io::write(&self.stream, piece_of(&self.waiting[written..])) {
                Ok(count) => written += count,
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => break,
                Err(_) => {
                    // A closed pipe stays closed: no reader will take these lines.
                    self.dropped += memchr_iter(b'\n', &self.waiting).count() as u64;
                    written = self.waiting.len();
                }
            }
        }
        self.waiting.drain(..written);
    }
}

/// The next piece to write. It ends with a line, so that the output does not end within one if the
/// process ends before the reader takes the rest. Only a line longer than a piece is cut.
fn piece_of(waiting: &[u8]) -> &[u8] {
    let piece = &waiting[..waiting.len().min(PIECE)];
    &piece[..memrchr(b'\n', piece).map_or(piece.len(), |end| end + 1)]
}

/// Whether a write would not block. An error counts as writable: the write then reports it.
fn is_writable(stream: BorrowedFd<'_>) -> bool {
    let mut polled = [PollFd::from_borrowed_fd(stream, PollFlags::OUT)];
    poll(&mut polled, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
}

/// Opens the same terminal again, with a non-blocking description of our own (proc(5),
/// `/proc/self/fd`). `None` where the system does not allow it.
fn reopen(stream: BorrowedFd<'_>) -> Option<OwnedFd> {
    use std::os::fd::AsRawFd as _;
    let path = format!("/proc/self/fd/{}", stream.as_raw_fd());
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty()).ok()
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
