//! What a client will send, byte by byte, and how each request must be answered.
//!
//! This is the oracle. It knows each request because it composes it itself; it has no parser.

use millpond::http::profile::Profile;

use crate::ask::Ask;
use crate::random::Random;
use crate::scene::Scene;
use crate::targets::{MALFORMED, any_target};

/// What the answer must be, apart from the content that the file happens to have at the time.
#[derive(Clone, Debug)]
pub enum Answer {
    /// What this file calls for, or 404 if it does not exist by then.
    Found(&'static str, Box<Ask>),
    NotFound,
    /// 404 with this page, even if the root has a page of its own for 404.
    Directory(String),
    /// 301 to this place.
    Moved(String),
    /// An error that does not depend on files.
    Refused(u16),
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where it begins and ends in the client's bytes, including empty lines before it.
    pub start: usize,
    pub end: usize,
    pub answer: Answer,
    /// Whether its answer comes without a body, whatever Content-Length says.
    pub is_head: bool,
    /// Whether the request itself asks for the connection to close.
    pub asks_close: bool,
    /// Whether its framing is malformed: it is the last request, and the server may refuse it
    /// before it is complete.
    pub is_malformed: bool,
    /// Method and target as the log has them.
    pub method: &'static str,
    pub target: String,
}

/// Everything that a client will send.
#[derive(Debug, Default)]
pub struct Plan {
    pub bytes: Vec<u8>,
    pub requests: Vec<Request>,
}

impl Plan {
    pub fn any(random: &mut Random, scene: &Scene) -> Self {
        let mut plan = Self::default();
        let count = match random.below(20) {
            0 => 0,
            1 => random.between(33, 90),
            2..=9 => 1,
            _ => random.between(2, 6),
        };
        let is_burst = count > 32;
        for _ in 0..count {
            plan.add(random, is_burst, scene);
        }
        plan.add_tail(random);
        plan
    }

    /// A request of any kind.
    fn add(&mut self, random: &mut Random, is_burst: bool, scene: &Scene) {
        let start = self.bytes.len();
        for _ in 0..if random.one_in(10) {
            random.between(1, 4)
        } else {
            0
        } {
            self.bytes.extend_from_slice(b"\r\n");
        }
        let is_last_kind = random.one_in(if is_burst { 300 } else { 12 });
        if is_last_kind && !self.is_over() {
            self.add_malformed(start, random, scene.serving.profile);
        } else {
            self.add_sound(start, random, is_burst, scene);
        }
    }

    /// Whether an earlier request ends the connection by its framing.
    fn is_over(&self) -> bool {
        self.requests.iter().any(|request| request.is_malformed)
    }

    fn add_malformed(&mut self, start: usize, random: &mut Random, profile: Profile) {
        let (text, method, target) = random.pick(&MALFORMED);
        let is_full = profile == Profile::Full;
        let refused = |full| Answer::Refused(if is_full { full } else { 400 });
        if random.one_in(8) {
            // Too long, and it never ends.
            self.bytes
                .extend_from_slice(b"GET / HTTP/1.1\r\nHost: h\r\nX: ");
            self.bytes.resize(self.bytes.len() + 17_000, b'x');
            self.push(start, refused(431), "GET", "/".to_owned(), (true, true));
        } else {
            let answer = refused(match method {
                "POST" => 405,
                _ if text.contains("HTTP/2.0") => 505,
                _ => 400,
            });
            self.bytes.extend_from_slice(text.as_bytes());
            self.push(start, answer, method, target.to_owned(), (true, true));
        }
    }

    fn add_sound(&mut self, start: usize, random: &mut Random, is_burst: bool, scene: &Scene) {
        let is_full = scene.serving.profile == Profile::Full;
        let (mut answer, target) = any_target(random, is_burst, is_full);
        let method = match random.below(12) {
            0..=7 => "GET",
            8..=10 => "HEAD",
            _ => random.pick(&["POST", "DELETE", "get"]),
        };
        let mut fields = String::new();
        if let Answer::Found(path, ask) = &mut answer {
            ask.any_conditions(path, random, &scene.files.borrow());
            // What came later has a generator of its own.
            let mut more = random.beside();
            if more.one_in(if scene.is_plain() { 12 } else { 2 }) {
                ask.any_more(path, &scene.files.borrow(), &mut more);
            }
            ask.is_head = method == "HEAD";
            fields.clone_from(&ask.text);
        }
        match method {
            "GET" | "HEAD" => {}
            "get" if is_full => answer = Answer::Refused(501),
            _ if is_full => answer = Answer::Refused(405),
            _ => answer = Answer::Refused(400),
        }
        let (version, connection, asks_close) = match random.below(if is_burst { 200 } else { 14 })
        {
            0 => (1, "Connection: close\r\n", true),
            1 => (0, "", true),
            2 => (0, "Connection: keep-alive\r\n", false),
            3 => (1, "Connection: x, cLoSe\r\n", true),
            _ => (1, "", false),
        };
        let text =
            format!("{method} {target} HTTP/1.{version}\r\nHost: h\r\n{connection}{fields}\r\n");
        self.bytes.extend_from_slice(text.as_bytes());
        self.push(start, answer, method, target, (asks_close, false));
    }

    /// One more request for `path` by a client that waits for each answer.
    pub fn ask(&mut self, path: &'static str, ask: Ask) {
        let start = self.bytes.len();
        let text = format!("GET /{path} HTTP/1.1\r\nHost: h\r\n{}\r\n", ask.text);
        self.bytes.extend_from_slice(text.as_bytes());
        let answer = Answer::Found(path, Box::new(ask));
        self.push(start, answer, "GET", format!("/{path}"), (false, false));
    }

    fn push(
        &mut self,
        start: usize,
        answer: Answer,
        method: &'static str,
        target: String,
        (asks_close, is_malformed): (bool, bool),
    ) {
        self.requests.push(Request {
            start,
            end: self.bytes.len(),
            answer,
            is_head: method == "HEAD",
            asks_close,
            is_malformed,
            method,
            target,
        });
    }

    /// Adds what comes after the last request: mostly nothing, or the beginning of a request, or
    /// rubbish that the server must not read as one.
    fn add_tail(&mut self, random: &mut Random) {
        match random.below(16) {
            0 => self.bytes.extend_from_slice(b"\r\n"),
            1 => self.bytes.extend_from_slice(b"GET / HTTP/1.1\r\nHo"),
            2 => self.bytes.extend_from_slice(b"G"),
            3 if self.is_over() => {
                let more = if random.one_in(8) { 1_200_000 } else { 20_000 };
                self.bytes.resize(self.bytes.len() + more, b'z');
            }
            _ => {}
        }
    }

    /// The request at `index`, if the client has one.
    pub fn request(&self, index: usize) -> Option<&Request> {
        self.requests.get(index)
    }

    /// Where the request at `index` begins, or what follows the last one.
    pub fn start(&self, index: usize) -> usize {
        match (self.requests.get(index), self.requests.last()) {
            (Some(request), _) => request.start,
            (None, Some(last)) => last.end,
            (None, None) => 0,
        }
    }
}
