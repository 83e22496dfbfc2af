//! Turns input bytes into the events of a connection, step by step. Every input is a script. Steps
//! that most runs need are short to encode, so that a random change of a byte makes another
//! sensible run.

use std::time::Duration;

use super::wire::Fault;

/// One step of a script.
#[derive(Debug)]
pub(crate) enum Step {
    Feed(Vec<u8>),
    End,
    Room(usize),
    ReadFault(Fault),
    WriteFault(Fault),
    Wait(Duration),
    Shrink(usize, u64),
    /// This many lookups find no descriptor.
    Exhaust(u32),
    /// All descriptors are taken, or released.
    Descriptors(bool),
    /// A spurious event: readable, writable, end of input.
    Spurious(u8),
    /// An event for an earlier connection in the slot.
    Late,
    /// A turn in which other connections have used up the turn's budget.
    BusyTurn,
    MakeRoom,
    Stop,
}

/// A step, and whether the loop has a turn after it.
#[derive(Debug)]
pub(crate) struct Move {
    pub(crate) step: Step,
    pub(crate) has_turn: bool,
}

/// The requests of an ordinary run, and some malformed ones.
const REQUESTS: [&str; 24] = [
    "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /small HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /large HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /huge HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /empty HTTP/1.1\r\nHost:\r\n\r\n",
    "GET /brim HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /future HTTP/1.1\r\nHost: h\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
    "GET /small HTTP/1.1\r\nHost: h\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
    "GET /undated HTTP/1.1\r\nHost: h\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
    "HEAD /large HTTP/1.1\r\nHost: h\r\n\r\n",
    "HEAD /small HTTP/1.1\r\nHost: h\r\n\r\n",
    "HEAD /none HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /none HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /folder HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /%2e%2e/x HTTP/1.1\r\nHost: h\r\n\r\n",
    "POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    "GET /small HTTP/1.0\r\n\r\n",
    "GET /large HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    "GET http://h/small?q HTTP/1.1\r\nHost: h\r\n\r\n",
    "HEAD / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
    "GET / HTTP/1.1\nHost: h\n\n",
    "\r\n",
];

/// Space in a send buffer, in bytes.
const ROOMS: [usize; 8] = [1, 7, 100, 300, 1_000, 20_000, 262_144, 1_000_000];

/// Waits, in milliseconds.
const WAITS: [u64; 8] = [30, 100, 450, 600, 1_900, 2_100, 9_500, 31_000];

/// The most input that a script may feed, so that the cost of a run is bounded.
const FED_MAX: usize = 48 * 1024;

/// Reads steps from the input.
pub(crate) struct Script<'a> {
    rest: &'a [u8],
    fed: usize,
    /// The rest of a request that was cut.
    remainder: &'static str,
}

impl<'a> Script<'a> {
    pub(crate) fn new(rest: &'a [u8]) -> Self {
        Self {
            rest,
            fed: 0,
            remainder: "",
        }
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else {
            return 0;
        };
        self.rest = rest;
        *first
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.byte()) % choices.len()]
    }

    fn raw(&mut self) -> Vec<u8> {
        let count = usize::from(self.byte()).min(self.rest.len());
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        taken.to_vec()
    }

    fn fault(&mut self) -> Fault {
        let byte = self.byte();
        match byte % 8 {
            0 => Fault::WouldBlock,
            1 => Fault::Interrupted,
            2 => Fault::Reset,
            3 => Fault::InputOutput,
            _ => Fault::Short(1 << (byte >> 4)),
        }
    }

    fn feed(&mut self, kind: u8) -> Vec<u8> {
        match kind {
            0 => self.raw(),
            1 | 2 => self.one_of(&REQUESTS).as_bytes().to_vec(),
            3 => {
                let request = self.one_of(&REQUESTS);
                let (first, rest) = request.split_at(usize::from(self.byte()) % request.len());
                self.remainder = rest;
                first.as_bytes().to_vec()
            }
            4 => std::mem::take(&mut self.remainder).as_bytes().to_vec(),
            // Enough to use up a turn's budget, or a buffer.
            5 => self
                .one_of(&REQUESTS)
                .repeat(usize::from(self.byte() % 40))
                .into_bytes(),
            _ => vec![b'a'; usize::from(self.byte()) * 64],
        }
    }
}

impl Iterator for Script<'_> {
    type Item = Move;

    fn next(&mut self) -> Option<Move> {
        if self.rest.is_empty() {
            return None;
        }
        let kind = self.byte();
        let step = match kind & 0x1f {
            feed @ 0..=6 => {
                let mut bytes = self.feed(feed);
                bytes.truncate(FED_MAX - self.fed);
                self.fed += bytes.len();
                Step::Feed(bytes)
            }
            7..=11 => Step::Room(self.one_of(&ROOMS)),
            12..=14 => Step::ReadFault(self.fault()),
            15..=18 => Step::WriteFault(self.fault()),
            19..=21 => Step::Wait(Duration::from_millis(self.one_of(&WAITS))),
            22 => Step::Shrink(usize::from(self.byte()), u64::from(self.byte()) * 3_000),
            23 => Step::Exhaust(u32::from(self.byte() % 8)),
            24 => Step::Descriptors(true),
            25 => Step::Descriptors(false),
            26 => Step::Spurious(self.byte()),
            27 => Step::BusyTurn,
            28 => Step::MakeRoom,
            29 => Step::Late,
            30 => Step::End,
            _ => Step::Stop,
        };
        let has_turn = kind & 0x80 == 0;
        Some(Move { step, has_turn })
    }
}
