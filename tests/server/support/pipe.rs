//! A child's output, read only when a test asks for it: otherwise it fills up like any pipe.

use std::io::Read;
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::PATIENCE;

/// The reading end of a child's standard output or standard error.
pub struct Pipe<R> {
    stream: R,
    waiting: Vec<u8>,
}

impl<R: Read + AsFd> Pipe<R> {
    pub fn new(stream: R) -> Self {
        Self {
            stream,
            waiting: Vec::new(),
        }
    }

    /// The next line without its end; `None` once the child has closed its side.
    #[track_caller]
    pub fn next_line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.waiting.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.waiting.drain(..=end).collect();
                return Some(String::from_utf8(line[..end].to_vec()).unwrap());
            }
            if self.fill() == 0 {
                assert_eq!(self.waiting, b"", "the last line has no end");
                return None;
            }
        }
    }

    /// All lines to the end.
    #[track_caller]
    pub fn rest(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.next_line()).collect()
    }

    /// Reads the bytes that are there; waits for some, but not forever.
    #[track_caller]
    fn fill(&mut self) -> usize {
        let timeout = Timespec::try_from(PATIENCE).unwrap();
        let mut polled = [PollFd::new(&self.stream, PollFlags::IN)];
        let ready = poll(&mut polled, Some(&timeout)).unwrap();
        assert_eq!(ready, 1, "the server printed nothing more");
        let mut buffer = [0; 8 * 1024];
        let count = self.stream.read(&mut buffer).unwrap();
        self.waiting.extend_from_slice(&buffer[..count]);
        count
    }
}
