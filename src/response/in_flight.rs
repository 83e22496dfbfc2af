//! A response that the socket has not taken whole: what is left to send, and what the log will say
//! of it.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use super::resource::Resource;
use crate::events::close_reason::CloseReason;
use crate::http::status::Status;

/// What the log will say of a response, apart from how it ends. While the request is in the read
/// buffer the texts are borrowed from it; a response that has to wait owns its texts.
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

impl<S: AsRef<[u8]>> AccessRecord<S> {
    /// The same, with texts that are borrowed from this one.
    pub fn borrowed(&self) -> AccessRecord<&[u8]> {
        AccessRecord {
            method: self.method.as_ref(),
            target: self.target.as_ref(),
            file: self.file.as_ref(),
            status: self.status,
            requested_at: self.requested_at,
            started: self.started,
        }
    }
}

impl AccessRecord<&[u8]> {
    /// The same, with texts of its own.
    pub fn to_owned(self) -> AccessRecord<Box<[u8]>> {
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
    /// It ends, for this reason. The client may still be sending, so our side ends first.
    LingeringClose(CloseReason),
    /// It ends because the client asked for that, in the last bytes that have come from it: it must
    /// not send more (RFC 9112, 9.6). If more has come all the same, the close lingers.
    CloseAtOnce,
}

/// A part of a file: no buffer, only where to go on.
#[derive(Debug)]
pub struct FileRange<F> {
    /// The open file.
    pub file: Rc<F>,
    /// The offset of the next byte to send.
    pub offset: u64,
    /// The offset behind the last byte to send.
    pub end: u64,
}

/// The body of a response, as far as it is still to be sent.
#[derive(Debug)]
pub enum Body<F> {
    /// There is none: HEAD, or a 304.
    None,
    /// A small file that was read at its look-up. The bytes are shared with the cache and with every
    /// other response from them: a client that reads slowly holds no copy.
    Resource(Rc<Resource<F>>),
    /// A built-in page.
    Page(Cow<'static, str>),
    /// A part of a file.
    File(FileRange<F>),
}

impl<F> Body<F> {
    /// What is in memory of it.
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Resource(resource) => resource.bytes(),
            Self::Page(page) => page.as_bytes(),
            Self::None | Self::File(_) => &[],
        }
    }
}

/// A response that the socket has not taken whole.
#[derive(Debug)]
pub struct PendingResponse<F> {
    /// The head, or what the socket did not take of it at once.
    pub head: Box<[u8]>,
    /// How many bytes of `head` the socket has taken.
    pub head_taken: usize,
    /// The body.
    pub body: Body<F>,
    /// How many bytes of the body the socket has taken.
    pub body_sent: u64,
    /// For the log.
    pub record: AccessRecord<Box<[u8]>>,
    /// Input that was read behind this request.
    pub leftover: Box<[u8]>,
    /// What becomes of the connection when all is sent.
    pub after: AfterResponse,
}

/// What is to be sent next.
#[derive(Debug)]
pub enum Piece<'a, F> {
    /// Bytes in memory, and whether more of the response follows them at once.
    Memory(&'a [u8], bool),
    /// Bytes of a file: offset and count.
    File(&'a F, u64, u64),
    /// Nothing: all of the response is sent.
    Nothing,
}

impl<F> PendingResponse<F> {
    /// How many descriptors it holds: one if the body is a file.
    pub fn files(&self) -> usize {
        usize::from(matches!(self.body, Body::File(_)))
    }

    /// How many bytes of memory it holds that it shares with no other response.
    pub fn own_bytes(&self) -> usize {
        let record = &self.record;
        let texts = record.method.len() + record.target.len() + record.file.len();
        size_of::<Self>() + self.head.len() + texts + self.leftover.len()
    }

    /// How many bytes of the response the socket has taken since the response became pending.
    pub fn sent_bytes(&self) -> u64 {
        self.head_taken as u64 + self.body_sent
    }

    /// The next piece to send.
    pub fn piece(&self) -> Piece<'_, F> {
        let body = self.body_piece();
        if self.head_taken < self.head.len() {
            let more = !matches!(body, Piece::Nothing);
            return Piece::Memory(&self.head[self.head_taken..], more);
        }
        body
    }

    fn body_piece(&self) -> Piece<'_, F> {
        if let Body::File(range) = &self.body {
            return match range.end - range.offset {
                0 => Piece::Nothing,
                left => Piece::File(&range.file, range.offset, left),
            };
        }
        let sent = usize::try_from(self.body_sent).unwrap_or(usize::MAX);
        match self.body.bytes().get(sent..) {
            None | Some([]) => Piece::Nothing,
            Some(rest) => Piece::Memory(rest, false),
        }
    }

    /// The socket took `count` bytes of the piece.
    pub fn sent(&mut self, count: usize) {
        if self.head_taken < self.head.len() {
            self.head_taken += count;
            return;
        }
        self.body_sent += count as u64;
        if let Body::File(range) = &mut self.body {
            range.offset += count as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::super::resource::Content;
    use super::*;

    fn pending(head: &[u8], body: Body<Vec<u8>>, body_sent: u64) -> PendingResponse<Vec<u8>> {
        let record = AccessRecord {
            method: &b"GET"[..],
            target: b"/",
            file: b"",
            status: Status::Ok,
            requested_at: UNIX_EPOCH,
            started: Duration::ZERO,
        };
        PendingResponse {
            head: head.into(),
            head_taken: 0,
            body,
            body_sent,
            record: record.to_owned(),
            leftover: Box::default(),
            after: AfterResponse::Keep,
        }
    }

    /// Sends a response in pieces of at most `step` bytes. Returns the bytes, and how many of them
    /// were counted as body.
    fn run(mut pending: PendingResponse<Vec<u8>>, step: usize) -> (Vec<u8>, u64) {
        let mut out = Vec::new();
        loop {
            let count = match pending.piece() {
                Piece::Memory(bytes, _) => {
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

    fn resource(bytes: &[u8]) -> Body<Vec<u8>> {
        let content = Content::Bytes(bytes.into());
        let resource =
            Resource::of_default_type("a.txt", bytes.len() as u64, None, "\"t\"", content);
        Body::Resource(Rc::new(resource))
    }

    fn file(bytes: &[u8], offset: u64) -> Body<Vec<u8>> {
        Body::File(FileRange {
            file: Rc::new(bytes.to_vec()),
            offset,
            end: bytes.len() as u64,
        })
    }

    #[test]
    fn a_response_in_small_pieces_is_the_same_response() {
        for step in 1..20 {
            let whole = pending(b"head", resource(b"body"), 0);
            assert_eq!(run(whole, step), (b"headbody".into(), 4));
            let of_file = pending(b"head", file(b"_from one on", 1), 0);
            assert_eq!(run(of_file, step), (b"headfrom one on".into(), 11));
            let page = pending(b"head", Body::Page("page".into()), 0);
            assert_eq!(run(page, step), (b"headpage".into(), 4));
            // The head and two bytes of the body were taken at once.
            let rest = pending(b"", resource(b"body"), 2);
            assert_eq!(run(rest, step), (b"dy".into(), 4));
            assert_eq!(
                run(pending(b"head", Body::None, 0), step),
                (b"head".into(), 0)
            );
        }
    }

    #[test]
    fn more_is_announced_only_when_it_follows_at_once() {
        let more = |pending: &PendingResponse<Vec<u8>>| match pending.piece() {
            Piece::Memory(_, more) => more,
            piece => panic!("{piece:?}"),
        };
        assert!(more(&pending(b"head", file(b"body", 0), 0)));
        assert!(more(&pending(b"head", resource(b"body"), 0)));
        assert!(!more(&pending(b"head", Body::None, 0)));
        assert!(!more(&pending(b"head", resource(b""), 0)));
        assert!(!more(&pending(b"head", file(b"", 0), 0)));
        assert!(!more(&pending(b"", resource(b"body"), 0)));
    }
}
