//! What the tests of connections and ponds share: a scripted transport, documents in memory, and
//! readers for what comes out.

mod answers;
pub(crate) mod trace_events;
mod wire;

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

use crate::clock::{Clock, Now};
use crate::config::{Config, Limits};
use crate::connection::context::{Env, LoopContext};
use crate::events::event::Readiness;
use crate::events::id::Peer;
use crate::observe::invariants::Invariants;
use crate::response::resource::{Content, Documents, LookupError, Resource, SMALL};
pub(crate) use answers::{
    CLOSE, DATE, MODIFIED, assert_same, big, error_page, head, kept, ok_head, responses, small,
};
pub(crate) use wire::{Fault, Incoming, MemoryFile, Scripted, Wire};

/// The client of all tests.
pub(crate) fn peer() -> Peer {
    Peer::from(SocketAddr::from(([127, 0, 0, 1], 40_000)))
}

pub(crate) const READABLE: Readiness = Readiness {
    readable: true,
    writable: false,
    read_closed: false,
    urgent: false,
};
pub(crate) const WRITABLE: Readiness = Readiness {
    readable: false,
    writable: true,
    read_closed: false,
    urgent: false,
};
pub(crate) const HALF_CLOSED: Readiness = Readiness {
    readable: true,
    writable: false,
    read_closed: true,
    urgent: false,
};
pub(crate) const BOTH: Readiness = Readiness {
    readable: true,
    writable: true,
    read_closed: false,
    urgent: false,
};

pub(crate) const GET_SMALL: &str = "GET /small.txt HTTP/1.1\r\nHost: h\r\n\r\n";
pub(crate) const GET_BIG: &str = "GET /big.bin HTTP/1.1\r\nHost: h\r\n\r\n";
pub(crate) const LAST_SMALL: &str =
    "GET /small.txt HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
/// The same from a client that goes on sending: it is closed in stages.
pub(crate) const LAST_AND_MORE: &str =
    "GET /small.txt HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n\r\n";

/// The rows that go with them, as [`take_outcomes`] gives them.
pub(crate) const GET_SMALL_ROW: &str = "GET /small.txt small.txt 200 10 complete";
pub(crate) const GET_BIG_ROW: &str = "GET /big.bin big.bin 200 20000 complete";

/// What the tests' ponds are made of.
#[derive(Debug)]
pub(crate) struct TestEnv;

impl Env for TestEnv {
    type File = MemoryFile;
    type Transport = Scripted;
    type Documents = Files;
    type Observer = Invariants;
}

/// Documents in memory: small ones are bytes, larger ones files, as in a real root.
#[derive(Debug, Default)]
pub(crate) struct Files {
    resources: HashMap<String, Rc<Resource<MemoryFile>>>,
    /// So many of the coming look-ups find no descriptor.
    pub(crate) out_of_descriptors: usize,
    pub(crate) lookups: usize,
    /// How often it was told that what it had found may be too old.
    pub(crate) looks: usize,
}

impl Files {
    /// Adds a file, a day older than the clock at its start.
    pub(crate) fn add(&mut self, path: &str, bytes: Vec<u8>) {
        let length = bytes.len() as u64;
        let tag = answers::tag(bytes.len());
        let modified = moment(0).wall - Duration::from_secs(86_400);
        let content = if length <= SMALL {
            Content::Bytes(bytes.into())
        } else {
            Content::File(Rc::new(RefCell::new(bytes)))
        };
        let resource = Resource::of_default_type(path, length, Some(modified), &tag, content);
        self.resources.insert(path.to_owned(), Rc::new(resource));
    }

    /// The large file of this name, to change.
    pub(crate) fn file(&self, path: &str) -> Rc<MemoryFile> {
        match &self.resources[path].content {
            Content::File(file) => Rc::clone(file),
            Content::Bytes(_) => panic!("{path} is small"),
        }
    }
}

impl Documents for Files {
    type File = MemoryFile;

    fn find(&mut self, path: &[u8]) -> Result<Rc<Resource<MemoryFile>>, LookupError> {
        self.lookups += 1;
        if self.out_of_descriptors > 0 {
            self.out_of_descriptors -= 1;
            return Err(LookupError::OutOfDescriptors);
        }
        let path = str::from_utf8(path).map_err(|_| LookupError::NotFound)?;
        self.resources
            .get(path)
            .cloned()
            .ok_or(LookupError::NotFound)
    }

    fn revalidate(&mut self) {
        self.looks += 1;
    }
}

/// A body in which no two places look alike to a test that sends the wrong piece.
pub(crate) fn pattern(length: usize) -> Vec<u8> {
    (0..=250).cycle().take(length).collect()
}

/// So many milliseconds after the start, on both clocks.
pub(crate) fn moment(milliseconds: u64) -> Now {
    let monotonic = Duration::from_millis(milliseconds);
    Now {
        monotonic,
        wall: UNIX_EPOCH + Duration::from_secs(784_111_777) + monotonic,
    }
}

/// What connections share: a clock that stands at the start, and the usual files.
pub(crate) fn context(limits: Limits) -> LoopContext<TestEnv> {
    let mut documents = Files::default();
    documents.add("small.txt", b"0123456789".to_vec());
    documents.add("empty.txt", Vec::new());
    documents.add("big.bin", pattern(BIG));
    documents.add("400.html", BAD_PAGE.into());
    documents.add("404.html", MISSING_PAGE.into());
    let clock = Clock::manual(moment(0));
    let config = Config {
        limits,
        ..Config::default()
    };
    LoopContext::new(config, documents, clock, Invariants::default())
}

/// The root's own pages: ten and eleven bytes.
pub(crate) const BAD_PAGE: &str = "<p>bad</p>";
pub(crate) const MISSING_PAGE: &str = "<p>none</p>";

/// The length of `big.bin`, which is sent as a file.
pub(crate) const BIG: usize = 20_000;

/// Takes the rows that were logged, with all their cells.
pub(crate) fn take_rows(context: &mut LoopContext<TestEnv>) -> Vec<csv::StringRecord> {
    let text = context.log.take();
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_slice())
        .records()
        .map(Result::unwrap)
        .collect()
}

/// Takes the rows that were logged: method, target, file, status, bytes and outcome, with `-` for
/// what is empty.
pub(crate) fn take_outcomes(context: &mut LoopContext<TestEnv>) -> Vec<String> {
    let cell = |row: &csv::StringRecord, index: usize| match &row[index] {
        "" | "'-" => "-".to_owned(),
        text => text.to_owned(),
    };
    take_rows(context)
        .iter()
        .map(|row| [4, 5, 6, 7, 8, 10].map(|index| cell(row, index)).join(" "))
        .collect()
}
