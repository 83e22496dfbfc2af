//! Several ranges of one file as one body: `multipart/byteranges` (RFC 9110, 14.6).

use std::rc::Rc;

use super::piece::{Piece, rest, within};
use super::representation::Representation;
use super::resource::{Content, Resource, SMALL};
use crate::http::multipart::{self, Multipart};
use crate::http::range::ByteRange;

/// The parts: a text in front of each range of the file, and one behind the last. The texts are small; the
/// file is not copied.
#[derive(Debug)]
pub struct Parts<F> {
    resource: Rc<Resource<F>>,
    content_type: Vec<u8>,
    ranges: Vec<(Vec<u8>, ByteRange)>,
    end: Vec<u8>,
}

impl<F> Parts<F> {
    /// These ranges of what was found.
    pub(super) fn new(found: &Representation<F>, ranges: Vec<ByteRange>) -> Self {
        Self::typed(&found.sent, &found.media_type(), ranges)
    }

    /// The same parts with the type that stands in this line of a head.
    pub(super) fn retype(&mut self, found: &Representation<F>, line: &str) {
        let own = found.media_type();
        let encoding = own.find("\r\n").map_or("", |at| &own[at..]);
        let value = line
            .split_once(": ")
            .map_or(line, |(_, value)| value.trim_end());
        let ranges = self.ranges.iter().map(|(_, range)| *range).collect();
        *self = Self::typed(&found.sent, &(value.to_owned() + encoding), ranges);
    }

    /// `media_type` is the value of Content-Type, and what stands behind it.
    fn typed(resource: &Rc<Resource<F>>, media_type: &str, ranges: Vec<ByteRange>) -> Self {
        let text = Multipart {
            content_type: media_type,
            length: resource.length,
            boundary: &multipart::boundary(resource.tag(), resource.length),
        };
        let (mut content_type, mut end) = (Vec::new(), Vec::new());
        text.append_content_type(&mut content_type);
        text.append_end(&mut end);
        let part = |range| {
            let mut head = Vec::new();
            text.append_part_head(&mut head, range);
            (head, range)
        };
        Self {
            resource: Rc::clone(resource),
            content_type,
            ranges: ranges.into_iter().map(part).collect(),
            end,
        }
    }

    /// The value of Content-Type.
    pub(super) fn content_type(&self) -> &[u8] {
        &self.content_type
    }

    /// The length of the whole body.
    pub(super) fn length(&self) -> u64 {
        let part = |(text, range): &(Vec<u8>, ByteRange)| text.len() as u64 + range.length();
        self.ranges.iter().map(part).sum::<u64>() + self.end.len() as u64
    }

    /// Whether a file is open for it.
    pub(super) fn is_file(&self) -> bool {
        matches!(self.resource.content, Content::File(_))
    }

    /// How many bytes of memory its texts take.
    pub(super) fn own_bytes(&self) -> usize {
        let texts = self.ranges.iter().map(|(text, _)| text.len());
        texts.sum::<usize>() + self.content_type.len() + self.end.len()
    }

    /// Appends all of the body if it is small and in memory. Returns whether it is not.
    pub(super) fn append(&self, out: &mut Vec<u8>) -> bool {
        let bytes = match &self.resource.content {
            Content::Bytes(bytes) if bytes.len() as u64 <= SMALL => bytes,
            Content::Bytes(_) | Content::File(_) => return true,
        };
        for (text, range) in &self.ranges {
            out.extend_from_slice(text);
            out.extend_from_slice(&bytes[within(*range, bytes)]);
        }
        out.extend_from_slice(&self.end);
        false
    }

    /// The next piece, when `sent` bytes are sent.
    pub(super) fn piece(&self, mut sent: u64) -> Piece<'_, F> {
        for (text, range) in &self.ranges {
            if let Some(rest) = rest(text, sent) {
                return Piece::Memory(rest, true);
            }
            sent -= text.len() as u64;
            if sent < range.length() {
                return self.of_range(*range, sent);
            }
            sent -= range.length();
        }
        Piece::last(&self.end, sent)
    }

    fn of_range(&self, range: ByteRange, sent: u64) -> Piece<'_, F> {
        let left = ByteRange {
            first: range.first + sent,
            end: range.end,
        };
        match &self.resource.content {
            Content::Bytes(bytes) => Piece::Memory(&bytes[within(left, bytes)], true),
            Content::File(file) => Piece::File(file, left.first, left.length()),
        }
    }
}
