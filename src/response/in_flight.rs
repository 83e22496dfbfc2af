//! A response on its way: what is left to send, and what the log will say of it.

use std::rc::Rc;
use std::time::{Duration, SystemTime};

use crate::events::close_reason::CloseReason;
use crate::http::status::Status;

/// What the log will say of a response, apart from how it ends. While the request is at hand its
/// texts are borrowed from it; a response that has to wait keeps its own.
#[derive(Clone, Copy, Debug)]
pub struct AccessRecord<S> {
    /// The method; empty if it could not be read.
    pub method: S,
    /// The target; empty if it could not be read.
    pub target: S,
    /// The file below the root; empty if none.
    pub file: S,
    /// The status.
    pub status: Status,
    /// The calendar time of the request.
    pub requested_at: SystemTime,
    /// The same moment on the monotonic clock.
    pub started: Duration,
}

impl AccessRecord<&str> {
    /// With texts of its own.
    pub fn to_owned(self) -> AccessRecord<Box<str>> {
        AccessRecord {
            method: self.method.into(),
            target: self.target.into(),
            file: self.file.into(),
            status: self.status,
            requested_at: self.requested_at,
            started: self.started,
        }
    }
}

/// What becomes of the connection after the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterResponse {
    /// It waits for the next request.
    Keep,
    /// It ends, for this cause. The client may be sending still, so our side ends first.
    LingeringClose(CloseReason),
    /// It ends since the client asked for that, in the last bytes that have come from it: it must
    /// not send more (RFC 9112, 9.6). Should more be here all the same, it ends in stages.
    CloseAtOnce,
}

/// A piece of a file: no buffer, just where to go on.
#[derive(Debug)]
pub struct FileRange<F> {
    /// The open file.
    pub file: Rc<F>,
    /// The next byte to send.
    pub offset: u64,
    /// One past the last byte to send.
    pub end: u64,
}

/// A response that the socket has not taken whole.
#[derive(Debug)]
pub struct PendingResponse<F> {
    /// Head, and body if it is in memory; `taken` bytes of it have left.
    pub memory: Box<[u8]>,
    /// How far into `memory` the socket has got.
    pub taken: usize,
    /// The body, if it is a file.
    pub file: Option<FileRange<F>>,
    /// How many bytes of head have not left yet. What leaves beyond them is body.
    pub head_left: usize,
    /// How many bytes of body have left.
    pub body_sent: u64,
    /// For the log.
    pub record: AccessRecord<Box<str>>,
    /// What has been read beyond this request.
    pub leftover: Box<[u8]>,
    /// What comes then.
    pub after: AfterResponse,
}

/// What is to be sent next.
#[derive(Debug)]
pub enum Piece<'a, F> {
    /// Bytes in memory, and whether more bytes follow them at once.
    Memory(&'a [u8], bool),
    /// Bytes of a file: offset and count.
    File(&'a F, u64, u64),
    /// Nothing: the response has left.
    Nothing,
}

impl<F> PendingResponse<F> {
    /// How many descriptors it holds: one if the body is a file.
    pub fn files(&self) -> usize {
        usize::from(self.file.is_some())
    }

    /// The next piece to send.
    pub fn piece(&self) -> Piece<'_, F> {
        if self.taken < self.memory.len() {
            return Piece::Memory(&self.memory[self.taken..], self.file.is_some());
        }
        match &self.file {
            Some(range) if range.offset < range.end => {
                Piece::File(&range.file, range.offset, range.end - range.offset)
            }
            _ => Piece::Nothing,
        }
    }

    /// Takes note that the socket took `count` bytes of the piece.
    pub fn sent(&mut self, count: usize) {
        if self.taken < self.memory.len() {
            self.taken += count;
        } else if let Some(range) = &mut self.file {
            range.offset += count as u64;
        }
        let of_head = count.min(self.head_left);
        self.head_left -= of_head;
        self.body_sent += (count - of_head) as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    /// Sends an exchange in pieces of at most `step` bytes; `file` stands for the file's bytes.
    fn run(memory: &[u8], head: usize, file: Option<&[u8]>, step: usize) -> (Vec<u8>, u64) {
        let record = AccessRecord {
            method: "GET",
            target: "/",
            file: "",
            status: Status::Ok,
            requested_at: UNIX_EPOCH,
            started: Duration::ZERO,
        };
        let mut pending = PendingResponse {
            memory: memory.into(),
            taken: 0,
            file: file.map(|bytes| FileRange {
                file: Rc::new(bytes.to_vec()),
                offset: 1,
                end: bytes.len() as u64,
            }),
            head_left: head,
            body_sent: 0,
            record: record.to_owned(),
            leftover: Box::default(),
            after: AfterResponse::Keep,
        };
        let mut out = Vec::new();
        loop {
            let count = match pending.piece() {
                Piece::Memory(bytes, more) => {
                    assert_eq!(more, file.is_some());
                    let count = bytes.len().min(step);
                    out.extend_from_slice(&bytes[..count]);
                    count
                }
                Piece::File(file, offset, count) => {
                    let offset = usize::try_from(offset).unwrap();
                    let count = usize::try_from(count).unwrap().min(step);
                    out.extend_from_slice(&file[offset..offset + count]);
                    count
                }
                Piece::Nothing => return (out, pending.body_sent),
            };
            pending.sent(count);
        }
    }

    #[test]
    fn every_step_sends_the_same() {
        for step in 1..20 {
            assert_eq!(run(b"headbody", 4, None, step), (b"headbody".into(), 4));
            assert_eq!(
                run(b"head", 4, Some(b"_from one on"), step),
                (b"headfrom one on".into(), 11)
            );
            // The rest of a response whose head and part of whose body have left already.
            assert_eq!(run(b"dy", 0, None, step), (b"dy".into(), 2));
        }
    }
}
