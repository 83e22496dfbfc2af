//! The body of a response, and which piece of it is to be sent next.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use super::parts::Parts;
use super::piece::{Piece, within};
use super::resource::{Content, Resource};
use crate::http::range::ByteRange;

/// The body of a response.
#[derive(Debug)]
pub enum Body<F> {
    /// There is none: HEAD, 204, 304.
    None,
    /// These bytes of a small file that was read at its look-up. The bytes are shared with the cache and with
    /// every other response from them: a client that reads slowly holds no copy.
    Memory(Rc<Resource<F>>, Range<usize>),
    /// A built-in page.
    Page(Cow<'static, str>),
    /// These bytes of a file: no buffer, only where to go on.
    File(Rc<F>, ByteRange),
    /// Several ranges of one file.
    Parts(Box<Parts<F>>),
}

impl<F> Body<F> {
    /// These bytes of a file.
    pub fn of(resource: &Rc<Resource<F>>, range: ByteRange) -> Self {
        match &resource.content {
            Content::Bytes(bytes) => Self::Memory(Rc::clone(resource), within(range, bytes)),
            Content::File(file) => Self::File(Rc::clone(file), range),
        }
    }

    /// Whether a file is open for it.
    pub fn is_file(&self) -> bool {
        match self {
            Self::None | Self::Memory(..) | Self::Page(_) => false,
            Self::File(..) => true,
            Self::Parts(parts) => parts.is_file(),
        }
    }

    /// How many bytes of memory it holds, beyond its own size, that it shares with no other response.
    pub fn own_bytes(&self) -> usize {
        match self {
            Self::Parts(parts) => parts.own_bytes(),
            Self::Page(Cow::Owned(page)) => page.len(),
            _ => 0,
        }
    }

    /// The next piece, when `sent` bytes of it are sent.
    pub fn piece(&self, sent: u64) -> Piece<'_, F> {
        match self {
            Self::None => Piece::Nothing,
            Self::Memory(resource, range) => Piece::last(&resource.bytes()[range.clone()], sent),
            Self::Page(page) => Piece::last(page.as_bytes(), sent),
            Self::File(file, range) => match range.end - range.first - sent {
                0 => Piece::Nothing,
                left => Piece::File(file, range.first + sent, left),
            },
            Self::Parts(parts) => parts.piece(sent),
        }
    }
}
