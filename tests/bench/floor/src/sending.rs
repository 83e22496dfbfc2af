//! The constant answer, and how far a connection has sent it.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::sendfile;
use rustix::io::Errno;
use rustix::net::{SendFlags, send};

/// The answer to every request.
pub struct Answer {
    /// Sent from memory.
    bytes: Vec<u8>,
    /// Sent after it, with its length, from a descriptor that is open from the start.
    file: Option<(File, u64)>,
    /// Whether the connection ends with the answer.
    pub after: AfterAnswer,
}

/// What comes after an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum AfterAnswer {
    /// The next request.
    KeepAlive,
    /// The end of the connection.
    Close,
}

/// How much of its answer a connection has sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Everything is sent.
    Done,
    /// The socket is full; the file goes on from this offset.
    At(u64),
}

impl Answer {
    /// Reads the arguments of the command line.
    pub fn from_arguments(arguments: &[String]) -> io::Result<Self> {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (bytes, file, after) = match words[..] {
            ["bytes", bytes] => (bytes, None, AfterAnswer::KeepAlive),
            ["close", bytes] => (bytes, None, AfterAnswer::Close),
            ["file", head, file] => (head, Some(file), AfterAnswer::KeepAlive),
            _ => return Err(io::Error::other("no such mode")),
        };
        let open = |path: &str| -> io::Result<(File, u64)> {
            let file = File::open(path)?;
            let length = file.metadata()?.len();
            Ok((file, length))
        };
        Ok(Self {
            bytes: fs::read(bytes)?,
            file: file.map(open).transpose()?,
            after,
        })
    }

    /// Starts an answer: one send carries everything from memory, which an empty socket buffer
    /// always takes whole.
    pub fn start(&self, socket: &OwnedFd) -> io::Result<Progress> {
        let flags = match self.file {
            // The head leaves in one packet with the beginning of the file.
            Some(_) => SendFlags::NOSIGNAL | SendFlags::MORE,
            None => SendFlags::NOSIGNAL,
        };
        if send(socket, &self.bytes, flags)? != self.bytes.len() {
            return Err(io::Error::other("a short send of a small answer"));
        }
        self.go_on(socket, 0)
    }

    /// Sends the file from `offset` until it ends or the socket is full.
    pub fn go_on(&self, socket: &OwnedFd, mut offset: u64) -> io::Result<Progress> {
        let Some((file, length)) = &self.file else {
            return Ok(Progress::Done);
        };
        while offset < *length {
            let lookup_error = usize::try_from(length - offset).unwrap_or(usize::MAX);
            match sendfile(socket, file, Some(&mut offset), lookup_error) {
                Ok(0) => return Err(io::Error::other("the file shrank")),
                Ok(_) => {}
                Err(Errno::AGAIN) => return Ok(Progress::At(offset)),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Progress::Done)
    }
}
