//! The few header fields that this server reads, and whether they make the framing malformed.

use httparse::Header;
use memchr::memchr;

use super::authority;
use super::list::{self, trim};

/// The fields whose values are kept for whoever obeys them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The kinds of document that the client takes (RFC 9110, 12.5.1).
    Accept,
    /// The codings that it takes (RFC 9110, 12.5.3).
    AcceptEncoding,
    /// The tags of the copies that the client has (RFC 9110, 13.1.2).
    IfNoneMatch,
    /// The tags of the versions that the client wants (RFC 9110, 13.1.1).
    IfMatch,
    /// The date of the client's copy (RFC 9110, 13.1.3).
    IfModifiedSince,
    /// The date since when the file must not have changed (RFC 9110, 13.1.4).
    IfUnmodifiedSince,
    /// The version that Range is meant for (RFC 9110, 13.1.5).
    IfRange,
    /// The site whose page asks (<https://fetch.spec.whatwg.org/#origin-header>).
    Origin,
    /// The parts of the file that the client wants (RFC 9110, 14.2).
    Range,
}

impl Field {
    /// How many there are.
    const COUNT: usize = Self::Range as usize + 1;

    /// Its name, in lower case.
    const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::AcceptEncoding => "accept-encoding",
            Self::IfNoneMatch => "if-none-match",
            Self::IfMatch => "if-match",
            Self::IfModifiedSince => "if-modified-since",
            Self::IfUnmodifiedSince => "if-unmodified-since",
            Self::IfRange => "if-range",
            Self::Origin => "origin",
            Self::Range => "range",
        }
    }

    /// The field of this name. The length tells most names apart, so hardly any field costs a comparison
    /// of text.
    fn of(name: &str) -> Option<Self> {
        let field = match name.len() {
            5 => Self::Range,
            6 if name.starts_with(['a', 'A']) => Self::Accept,
            6 => Self::Origin,
            8 if name.ends_with(['h', 'H']) => Self::IfMatch,
            8 => Self::IfRange,
            13 => Self::IfNoneMatch,
            15 => Self::AcceptEncoding,
            17 => Self::IfModifiedSince,
            19 => Self::IfUnmodifiedSince,
            _ => return None,
        };
        name.eq_ignore_ascii_case(field.name()).then_some(field)
    }
}

/// The values of the fields that are kept, of one head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Values<'a> {
    /// The whole head.
    head: &'a [u8],
    /// Where in the head the first line of each field has its value; 0 for a field that is not there. The end
    /// of the value is looked for when it is needed: a request is copied a few times on its way, and hardly any
    /// value is needed.
    first: [u32; Field::COUNT],
    /// The fields that come in several lines: a bit each. That is so rare that the lines are looked for again.
    repeated: u16,
}

impl<'a> Values<'a> {
    /// Whether the field is there.
    pub fn has(&self, field: Field) -> bool {
        self.first[field as usize] != 0
    }

    /// The value of a field that must come in one line. Several are as good as none: which one would
    /// count can't be told.
    pub fn single(&self, field: Field) -> Option<&'a [u8]> {
        let is_repeated = self.repeated & field.bit() != 0;
        self.first(field).filter(|_| !is_repeated)
    }

    /// The values of all lines of a field whose value is a list (RFC 9110, 5.3).
    pub fn all(&self, field: Field) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let is_repeated = self.repeated & field.bit() != 0;
        let first = self.first(field).filter(|_| !is_repeated);
        let head = if is_repeated { self.head } else { b"" };
        first
            .into_iter()
            .chain(list::values(head, field.name().as_bytes()))
    }

    /// The value in the first line of the field.
    fn first(&self, field: Field) -> Option<&'a [u8]> {
        let at = usize::try_from(self.first[field as usize]).ok()?;
        let rest = self.head.get(at..).filter(|_| at > 0)?;
        let end = memchr(b'\r', rest).unwrap_or(rest.len());
        Some(trim(&rest[..end]))
    }

    /// Adds a line with a `value` that lies in the head.
    fn add(&mut self, field: Field, value: &'a [u8]) {
        let at = value
            .as_ptr()
            .addr()
            .saturating_sub(self.head.as_ptr().addr());
        match &mut self.first[field as usize] {
            0 => self.first[field as usize] = u32::try_from(at).unwrap_or(0),
            _ => self.repeated |= field.bit(),
        }
    }
}

impl Field {
    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// Whether a body follows the head. This server reads none: what is asked for is in the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestBody {
    /// There is none.
    None,
    /// One follows, of a length that is told by Content-Length or by its chunks.
    Follows,
}

/// What the fields of one head say.
#[derive(Default)]
pub(super) struct Fields<'a> {
    /// How many Host fields there are: none or one.
    pub(super) hosts: usize,
    content_length: Option<&'a [u8]>,
    is_chunked: bool,
    pub(super) connection_close: bool,
    pub(super) connection_keep_alive: bool,
    pub(super) values: Values<'a>,
}

impl<'a> Fields<'a> {
    /// Reads all fields of `head`. `None` if they make the framing malformed: a second or malformed Host;
    /// a second Content-Length, or one that is no number; any Transfer-Encoding but `chunked` alone.
    pub(super) fn read(headers: &[Header<'a>], head: &'a [u8]) -> Option<Self> {
        let mut fields = Self::default();
        fields.values.head = head;
        for header in headers {
            fields.read_one(header)?;
        }
        Some(fields)
    }

    fn read_one(&mut self, header: &Header<'a>) -> Option<()> {
        let value = trim(header.value);
        match header.name.len() {
            4 if header.name.eq_ignore_ascii_case("host") => {
                self.hosts += 1;
                (self.hosts == 1 && authority::is_valid(value)).then_some(())?;
            }
            10 if header.name.eq_ignore_ascii_case("connection") => self.read_connection(value),
            14 if header.name.eq_ignore_ascii_case("content-length") => {
                let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
                (is_number && self.content_length.is_none()).then_some(())?;
                self.content_length = Some(value);
            }
            17 if header.name.eq_ignore_ascii_case("transfer-encoding") => {
                let is_first = !std::mem::replace(&mut self.is_chunked, true);
                (is_first && value.eq_ignore_ascii_case(b"chunked")).then_some(())?;
            }
            _ => {
                if let Some(field) = Field::of(header.name) {
                    self.values.add(field, header.value);
                }
            }
        }
        Some(())
    }

    /// Whether a body follows a head of HTTP/1.`minor` (RFC 9112, 6.3). `None` if that can't be told for
    /// certain: readers who see it differently would see two different requests.
    pub(super) fn body(&self, minor: u8) -> Option<RequestBody> {
        match (self.content_length, self.is_chunked) {
            (None | Some(b"0"), false) => Some(RequestBody::None),
            (Some(_), false) => Some(RequestBody::Follows),
            (None, true) if minor > 0 => Some(RequestBody::Follows),
            _ => None,
        }
    }

    /// Reads a list of tokens. The field may come in several lines, which add up (RFC 9110, 7.6.1).
    fn read_connection(&mut self, value: &[u8]) {
        for option in value.split(|&byte| byte == b',').map(trim) {
            self.connection_close |= option.eq_ignore_ascii_case(b"close");
            self.connection_keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }
}
