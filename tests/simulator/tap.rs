//! Reads what the socket takes, at the moment when it takes it, and checks it against the oracle.

use std::time::Duration;

use millpond::events::close_reason::CloseReason;

use crate::plan::{Plan, Request};
use crate::response::{Body, Response};
use crate::scene::Scene;
use crate::versions::Inode;

/// What has left through one connection.
#[derive(Debug, Default)]
pub struct Tap {
    pub responses: Vec<Response>,
    /// A head of which a part has left.
    pub head: Vec<u8>,
    /// For each request that the server has read whole: how often files had changed when it came.
    pub came: Vec<u64>,
    /// Since when a head has been arriving.
    pub head_since: Option<Duration>,
    /// When the last response was complete.
    pub idle_since: Option<Duration>,
    /// When the server last made progress: read a request, or sent something.
    pub progress: Duration,
    /// The body of the last response as far as it has left, if its client puts bodies together.
    pub kept: Option<Vec<u8>>,
}

/// The tap's view of its wire.
pub struct WireView<'a> {
    pub plan: &'a Plan,
    pub scene: &'a Scene,
    /// For each delivery: how much had arrived by then, and how often files had changed.
    pub arrivals: &'a [(usize, u64)],
    /// How much the server has read.
    pub read: usize,
}

impl WireView<'_> {
    /// How often files had changed when the first byte of a request came, after empty lines.
    fn came(&self, request: &Request) -> u64 {
        let bytes = &self.plan.bytes[request.start..];
        let blank = bytes.iter().take_while(|byte| b"\r\n".contains(byte));
        let start = request.start + blank.count();
        let mut deliveries = self.arrivals.iter();
        let first = deliveries.find(|(arrived, _)| *arrived > start);
        first.map_or(0, |(_, changes)| *changes)
    }

    /// Whether a part of this head has been read. Empty lines do not begin a head.
    fn has_begun(&self, index: usize) -> bool {
        let start = self.plan.start(index).min(self.read);
        let part = &self.plan.bytes[start..self.read];
        !part.iter().all(|byte| b"\r\n".contains(byte))
    }
}

impl Tap {
    /// Whether a response has begun and not ended.
    pub fn is_midway(&self) -> bool {
        !self.head.is_empty()
            || self
                .responses
                .last()
                .is_some_and(|last| !last.is_complete())
    }

    /// The close reason of the last response, if it is complete and announces the end.
    pub fn ended_for(&self) -> Option<CloseReason> {
        let last = self.responses.last()?;
        last.ends_for.filter(|_| last.is_complete())
    }

    /// The socket takes bytes from memory.
    pub fn feed(&mut self, mut bytes: &[u8], view: &WireView) {
        self.progress = view.scene.now.get();
        while !bytes.is_empty() {
            match self.responses.last_mut() {
                Some(last) if self.head.is_empty() && !last.is_complete() => {
                    let left = usize::try_from(last.length - last.taken).unwrap();
                    let (now, later) = bytes.split_at(left.min(bytes.len()));
                    last.check(now);
                    bytes = later;
                    if let Some(kept) = &mut self.kept {
                        kept.extend_from_slice(now);
                    }
                    self.note_end(view);
                }
                _ => bytes = self.feed_head(bytes, view),
            }
        }
    }

    /// The socket takes a piece of a file.
    pub fn feed_file(&mut self, file: &Inode, offset: u64, count: u64, view: &WireView) {
        self.progress = view.scene.now.get();
        assert!(self.head.is_empty(), "a file in the middle of a head");
        let last = self.responses.last_mut().expect("a file without a head");
        last.check_file(file, offset, count);
        if let Some(kept) = &mut self.kept {
            let offsets = (offset..offset + count).map(|at| usize::try_from(at).unwrap());
            kept.extend(offsets.map(|at| Inode::byte(file.generation, at)));
        }
        self.note_end(view);
    }

    fn feed_head<'b>(&mut self, bytes: &'b [u8], view: &WireView) -> &'b [u8] {
        if self.head.is_empty() {
            assert_eq!(self.ended_for(), None, "an answer after the last answer");
        }
        let before = self.head.len();
        self.head.extend_from_slice(bytes);
        let end = self.head.windows(4).position(|four| four == b"\r\n\r\n");
        let Some(end) = end.map(|end| end + 4) else {
            return &[];
        };
        self.head.truncate(end);
        let head = std::mem::take(&mut self.head);
        let head = std::str::from_utf8(&head).expect("a head that is not text");
        let response = crate::oracle::begin(self, head, view);
        self.responses.push(response);
        if let Some(kept) = &mut self.kept {
            kept.clear();
        }
        self.note_end(view);
        &bytes[end - before..]
    }

    /// Records the end of a response, if the last one is complete.
    fn note_end(&mut self, view: &WireView) {
        let Some(last) = self.responses.last() else {
            return;
        };
        if last.is_complete() {
            let now = view.scene.now.get();
            if let (Body::Parts(parts), true) = (&last.body, last.length > 0) {
                assert!(parts.is_complete(), "a part or the end is missing");
            }
            view.scene.count(|stats| {
                stats.responses += 1;
                stats.partial += u64::from(last.status == 206);
            });
            self.idle_since = Some(now);
            let more = view.has_begun(self.responses.len());
            self.head_since = more.then_some(now);
        }
    }

    /// The server has read up to `view.read`.
    pub fn read_on(&mut self, view: &WireView) {
        let now = view.scene.now.get();
        while let Some(request) = view.plan.request(self.came.len())
            && request.end <= view.read
        {
            self.came.push(view.came(request));
            self.progress = now;
        }
        if !self.is_midway() && view.has_begun(self.responses.len()) {
            self.head_since.get_or_insert(now);
        }
    }

    /// The request that the next response must answer, if the server has read it whole.
    pub fn owed<'p>(&self, plan: &'p Plan) -> Option<&'p Request> {
        let next = self.responses.len();
        let is_last = self
            .responses
            .last()
            .is_some_and(|last| last.ends_for.is_some());
        plan.request(next)
            .filter(|_| next < self.came.len() && !is_last)
    }
}
