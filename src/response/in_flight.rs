//! A response that the socket has not taken whole: what is left to send, and what the log will say
//! of it.

use std::time::{Duration, SystemTime};

use super::body::Body;
use super::piece::Piece;
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

impl<F> PendingResponse<F> {
    /// A response of which the socket has taken so many bytes at once, of its head and then of its body.
    pub fn begun(
        head: &[u8],
        taken: usize,
        body: Body<F>,
        record: AccessRecord<Box<[u8]>>,
        after: AfterResponse,
    ) -> Self {
        Self {
            head: head[taken.min(head.len())..].into(),
            head_taken: 0,
            body,
            body_sent: taken.saturating_sub(head.len()) as u64,
            record,
            leftover: Box::default(),
            after,
        }
    }

    /// How many descriptors it holds: one if the body is a file.
    pub fn files(&self) -> usize {
        usize::from(self.body.is_file())
    }

    /// How many bytes of memory it holds that it shares with no other response.
    pub fn own_bytes(&self) -> usize {
        let record = &self.record;
        let texts = record.method.len() + record.target.len() + record.file.len();
        size_of::<Self>() + self.head.len() + texts + self.leftover.len() + self.body.own_bytes()
    }

    /// How many bytes of the response the socket has taken since the response became pending.
    pub fn sent_bytes(&self) -> u64 {
        self.head_taken as u64 + self.body_sent
    }

    /// The next piece to send.
    pub fn piece(&self) -> Piece<'_, F> {
        let body = self.body.piece(self.body_sent);
        if self.head_taken < self.head.len() {
            let more = !matches!(body, Piece::Nothing);
            return Piece::Memory(&self.head[self.head_taken..], more);
        }
        body
    }

    /// The socket took `count` bytes of the piece.
    pub fn sent(&mut self, count: usize) {
        if self.head_taken < self.head.len() {
            self.head_taken += count;
        } else {
            self.body_sent += count as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use std::rc::Rc;

    use super::super::resource::{Content, Resource};
    use super::*;
    use crate::http::range::ByteRange;

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
        Body::Memory(Rc::new(resource), 0..bytes.len())
    }

    fn file(bytes: &[u8], offset: u64) -> Body<Vec<u8>> {
        let range = ByteRange {
            first: offset,
            end: bytes.len() as u64,
        };
        Body::File(Rc::new(bytes.to_vec()), range)
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
