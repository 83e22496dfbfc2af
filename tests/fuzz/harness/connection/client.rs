//! The client's reader: takes the bytes that the server sends, and checks each response against the
//! request that it answers. It never relies on the server for its position in the input.

use millpond::http::request::{DEFAULT_HEAD_MAX, Parsed, RequestBody, line_of, parse};

use super::expected::{Expected, Rules};
use super::files::{Body, content};

/// A stretch of the output. Bytes of a file are recorded by name, offset and count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Bytes(Vec<u8>),
    File(&'static str, u64, u64),
}

/// The request that a response answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    Request,
    /// Malformed framing.
    MalformedHead,
    /// A head that never became complete.
    LateHead,
}

impl Answers {
    fn of(expected: &Expected) -> Self {
        match expected {
            Expected::Answer(_) => Self::Request,
            Expected::Refusal(_) => Self::MalformedHead,
            Expected::Early(_) => Self::LateHead,
        }
    }
}

/// A response, as far as it has arrived.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    /// Where it begins in the output.
    pub(crate) begins: usize,
    pub(crate) status: u16,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) is_whole: bool,
    /// Whether it announces the end of the connection.
    pub(crate) closes: bool,
    pub(crate) answers: Answers,
    /// Bytes of the body that have arrived, and that are still to come.
    pub(crate) body: u64,
    left: u64,
}

#[derive(Debug)]
pub(crate) struct Client {
    rules: Rules,
    pub(crate) output: Vec<Piece>,
    /// The length of `output` in bytes.
    pub(crate) length: usize,
    /// The current head, and where it begins.
    head: Vec<u8>,
    pub(crate) responses: Vec<Response>,
    /// How far into the input requests have been answered.
    answered_to: usize,
}

impl Client {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            rules,
            output: Vec::new(),
            length: 0,
            head: Vec::new(),
            responses: Vec::new(),
            answered_to: 0,
        }
    }

    pub(crate) fn is_between_responses(&self) -> bool {
        self.head.is_empty() && self.responses.last().is_none_or(|last| last.is_whole)
    }

    /// How far into the input all requests have been answered.
    pub(crate) fn answered_to(&self) -> usize {
        self.answered_to
    }

    /// The last response of which a byte has arrived, even if its head was cut: where it begins,
    /// and what it answers. `read` is everything that the server has read.
    pub(crate) fn last_begun(&self, read: &[u8]) -> Option<(usize, Answers)> {
        if self.head.is_empty() {
            return self
                .responses
                .last()
                .map(|last| (last.begins, last.answers));
        }
        let mut copies = Default::default();
        let (expected, _) = expected(&read[self.answered_to..], &mut copies);
        Some((self.length - self.head.len(), Answers::of(&expected)))
    }

    pub(crate) fn stopping(&mut self) {
        self.rules.stopping = true;
    }

    /// Takes bytes from memory; `read` is everything that the server has read so far.
    pub(crate) fn memory(&mut self, mut bytes: &[u8], read: &[u8]) {
        self.keep(bytes);
        while !bytes.is_empty() {
            if self.is_between_responses() {
                assert!(
                    !self.responses.last().is_some_and(|last| last.closes),
                    "output after Connection: close: {}",
                    bytes.escape_ascii()
                );
            }
            match self.responses.last_mut().filter(|last| !last.is_whole) {
                Some(last) => {
                    let count = usize::try_from(last.left)
                        .unwrap_or(usize::MAX)
                        .min(bytes.len());
                    self.rules.check_body(last, &bytes[..count]);
                    last.take(count as u64);
                    bytes = &bytes[count..];
                }
                None => bytes = self.more_of_head(bytes, read),
            }
        }
    }

    /// Takes a piece of a file.
    pub(crate) fn file(&mut self, body: &Body, offset: u64, count: u64) {
        self.length += usize::try_from(count).unwrap_or(usize::MAX);
        match self.output.last_mut() {
            Some(Piece::File(name, from, length))
                if *name == body.name && *from + *length == offset =>
            {
                *length += count;
            }
            _ => self.output.push(Piece::File(body.name, offset, count)),
        }
        let last = self.responses.last_mut().filter(|last| !last.is_whole);
        let last = last.expect("a file's bytes outside of a body");
        assert_eq!(
            last.body, offset,
            "bytes of {} left out or sent twice",
            body.name
        );
        assert!(
            count <= last.left,
            "more bytes of {} than were promised",
            body.name
        );
        self.rules.check_file(last, body.name);
        last.take(count);
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.length += bytes.len();
        match self.output.last_mut() {
            Some(Piece::Bytes(previous)) => previous.extend_from_slice(bytes),
            _ => self.output.push(Piece::Bytes(bytes.to_vec())),
        }
    }

    /// Takes the bytes that belong to the head. Returns the rest.
    fn more_of_head<'a>(&mut self, bytes: &'a [u8], read: &[u8]) -> &'a [u8] {
        let begun = self.head.len();
        self.head.extend_from_slice(bytes);
        let from = begun.saturating_sub(3);
        let Some(end) = self.head[from..]
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
        else {
            assert!(self.head.len() < 1024, "a head without end");
            return &[];
        };
        let end = from + end + 4;
        let rest = &bytes[end - begun..];
        self.head.truncate(end);
        let head = std::mem::take(&mut self.head);
        let begins = self.length - rest.len() - end;
        let text = std::str::from_utf8(&head).expect("a head in ASCII");
        let unanswered = &read[self.answered_to..];
        let mut copies = Default::default();
        let (request, length) = expected(unanswered, &mut copies);
        let said = self.rules.check_head(text, &request, self.responses.len());
        let (method, target) = request.line();
        self.answered_to += length;
        self.responses.push(Response {
            begins,
            status: said.status,
            method: method.to_owned(),
            target: target.to_owned(),
            is_whole: said.body == 0,
            closes: said.closes,
            answers: Answers::of(&request),
            body: 0,
            left: said.body,
        });
        rest
    }

    /// The output as it was up to `length` bytes.
    pub(crate) fn first(&self, length: usize) -> Vec<Piece> {
        let mut left = length;
        let mut pieces = Vec::new();
        for piece in &self.output {
            if left == 0 {
                break;
            }
            let taken = match piece {
                Piece::Bytes(bytes) => Piece::Bytes(bytes[..left.min(bytes.len())].to_vec()),
                Piece::File(name, offset, count) => {
                    Piece::File(name, *offset, (*count).min(left as u64))
                }
            };
            left -= match &taken {
                Piece::Bytes(bytes) => bytes.len(),
                Piece::File(_, _, count) => usize::try_from(*count).unwrap_or(left),
            };
            pieces.push(taken);
        }
        pieces
    }
}

impl Response {
    fn take(&mut self, count: u64) {
        self.body += count;
        self.left -= count;
        self.is_whole = self.left == 0;
    }
}

/// What the next response must answer if `unanswered` is what the server has read and not answered,
/// and how long that request is. `copies` are for a raw target.
fn expected<'a>(unanswered: &'a [u8], copies: &'a mut [Vec<u8>; 2]) -> (Expected<'a>, usize) {
    let [copy, copy_of_line] = copies;
    match parse(unanswered, 0, DEFAULT_HEAD_MAX, copy) {
        // Nothing behind a head with a body is a request.
        Parsed::Complete(request, _) if request.body == RequestBody::Follows => {
            (Expected::Refusal(Some(request.line)), 0)
        }
        Parsed::Complete(request, length) => (Expected::Answer(request), length),
        Parsed::Rejected(line, _) => (Expected::Refusal(line), 0),
        Parsed::Partial { .. } => (Expected::Early(line_of(unanswered, copy_of_line)), 0),
    }
}

/// Whether the bytes of a file from `offset` on are these.
pub(crate) fn is_content(length: u64, offset: u64, bytes: &[u8]) -> bool {
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    content(length).get(offset..offset + bytes.len()) == Some(bytes)
}
