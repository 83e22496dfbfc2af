//! One response as it leaves: what its bytes must be.

use millpond::events::close_reason::CloseReason;
use millpond::http::status::Status;
use millpond::response::pages;

use crate::byteranges::Byteranges;
use crate::plan::Answer;
use crate::versions::{Found, Inode};

/// The source that the bytes of a body must come from.
#[derive(Debug)]
pub enum Body {
    Nothing,
    Page(Vec<u8>),
    /// The bytes of a file from `first` on.
    File {
        generation: usize,
        first: u64,
    },
    /// Several ranges of a file.
    Parts(Box<Byteranges>),
}

impl Body {
    pub fn whole(found: &Found) -> Self {
        Self::File {
            generation: found.inode.generation,
            first: 0,
        }
    }
}

/// What a client needs to ask for more of the same version.
#[derive(Debug)]
pub struct Part {
    pub tag: String,
    /// Content-Range, if there is one.
    pub range: Option<String>,
}

/// One response, as far as it has left.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub body: Body,
    /// How many bytes of the body are to leave, and how many have left.
    pub length: u64,
    pub taken: u64,
    /// Why the connection ends after it, if it does.
    pub ends_for: Option<CloseReason>,
    /// Its cells in the log: method, target, file.
    pub named: [String; 3],
    /// If it is about a version of a file.
    pub part: Option<Part>,
}

impl Response {
    pub fn is_complete(&self) -> bool {
        self.taken == self.length
    }
}

impl Response {
    /// This piece of a file is the next of the body.
    pub fn check_file(&mut self, file: &Inode, offset: u64, count: u64) {
        match &mut self.body {
            Body::File { generation, first } => {
                assert_eq!(*generation, file.generation, "another file");
                assert_eq!(offset, *first + self.taken, "the file's offset");
            }
            Body::Parts(parts) => {
                assert_eq!(parts.generation, file.generation, "another file");
                parts.read_file(offset, count);
            }
            Body::Nothing | Body::Page(_) => panic!("a file is sent where none should be"),
        }
        self.taken += count;
        assert!(self.taken <= self.length, "more than was promised");
    }

    /// These bytes from memory are the next of the body.
    pub fn check(&mut self, bytes: &[u8]) {
        let from = usize::try_from(self.taken).unwrap();
        let is_right = match &mut self.body {
            Body::Nothing => false,
            Body::Page(page) => page.get(from..from + bytes.len()) == Some(bytes),
            Body::Parts(parts) => {
                parts.read(bytes);
                true
            }
            Body::File { generation, first } => {
                let mut offsets = usize::try_from(*first).unwrap() + from..;
                bytes.iter().all(|&byte| {
                    offsets.next().map(|at| Inode::byte(*generation, at)) == Some(byte)
                })
            }
        };
        assert!(is_right, "a body byte at or after {from} is wrong");
        self.taken += bytes.len() as u64;
    }
}

/// The built-in page that goes with an answer.
pub fn page_of(answer: &Answer) -> Vec<u8> {
    match answer {
        Answer::Directory(page) => page.clone().into_bytes(),
        Answer::Moved(to) => pages::link(Status::MovedPermanently, to).into_bytes(),
        Answer::Refused(status) => built_in(*status),
        Answer::Found(..) | Answer::NotFound => built_in(404),
    }
}

/// The built-in page of a status.
pub fn built_in(status: u16) -> Vec<u8> {
    let found = Status::ALL.iter().find(|other| other.code() == status);
    pages::built_in(*found.expect("a status")).into()
}
