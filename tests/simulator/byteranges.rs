//! Reads a body of type multipart/byteranges as a client does, byte by byte as the socket takes it
//! (RFC 9110, 14.6; RFC 2046, 5.1.1).

use std::collections::VecDeque;

use crate::ranges::Bytes;
use crate::versions::Inode;

#[derive(Debug)]
pub struct Byteranges {
    /// The file whose bytes the parts are, and its length.
    pub generation: usize,
    length: u64,
    /// Its coding, which each part tells.
    coding: Option<&'static str>,
    boundary: String,
    /// The parts that are still to come.
    expected: VecDeque<Bytes>,
    /// What has come since the last part.
    between: Vec<u8>,
    /// What is missing of the present part.
    part: Bytes,
    is_over: bool,
}

impl Byteranges {
    pub fn new(
        content_type: &str,
        parts: &[Bytes],
        (generation, length): (usize, u64),
        coding: Option<&'static str>,
    ) -> Self {
        let boundary = content_type.strip_prefix("multipart/byteranges; boundary=");
        let boundary = boundary.expect("several parts are of another type");
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        assert!(boundary.bytes().all(is_name), "{boundary}");
        assert!((1..=70).contains(&boundary.len()), "{boundary}");
        Self {
            generation,
            length,
            coding,
            boundary: boundary.to_owned(),
            expected: parts.iter().copied().collect(),
            between: Vec::new(),
            part: (0, 0),
            is_over: false,
        }
    }

    /// All parts have come, and the end.
    pub fn is_complete(&self) -> bool {
        self.is_over && self.expected.is_empty()
    }

    /// Bytes from memory.
    pub fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let left = usize::try_from(self.part.1 - self.part.0).unwrap();
            let (now, later) = bytes.split_at(left.min(bytes.len()));
            for &byte in now {
                let at = usize::try_from(self.part.0).unwrap();
                let right = Inode::byte(self.generation, at);
                assert_eq!(byte, right, "a byte of a part, at {at}");
                self.part.0 += 1;
            }
            bytes = later;
            if let Some((&byte, later)) = bytes.split_first() {
                self.read_between(byte);
                bytes = later;
            }
        }
    }

    /// Bytes of the file.
    pub fn read_file(&mut self, offset: u64, count: u64) {
        assert_eq!(offset, self.part.0, "the file's offset in a part");
        self.part.0 += count;
        assert!(self.part.0 <= self.part.1, "more than a part");
    }

    fn read_between(&mut self, byte: u8) {
        assert!(!self.is_over, "bytes behind the last part");
        self.between.push(byte);
        let text = String::from_utf8_lossy(&self.between).into_owned();
        // The line end before the first delimiter may be missing.
        let text = text.strip_prefix("\r\n").unwrap_or(&text);
        let delimiter = format!("--{}", self.boundary);
        if text == format!("{delimiter}--\r\n") {
            self.is_over = true;
        } else if text.ends_with("\r\n\r\n") {
            let head = text.strip_prefix(&format!("{delimiter}\r\n"));
            self.begin_part(head.expect("a part without its delimiter"));
            self.between.clear();
        }
        assert!(self.between.len() < 500, "no part begins in {text:?}");
    }

    fn begin_part(&mut self, head: &str) {
        let (first, end) = self.expected.pop_front().expect("one part too many");
        let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
        let right = format!("bytes {first}-{}/{}", end - 1, self.length);
        assert_eq!(field("Content-Range: "), Some(right.as_str()), "{head}");
        assert!(field("Content-Type: ").is_some(), "a part has no type");
        assert_eq!(field("Content-Encoding: "), self.coding, "a part's coding");
        self.part = (first, end);
    }
}
