//! The few header fields that this server reads, and whether they make the framing malformed.

use httparse::Header;

use super::authority;
use super::entity_tag::NoneMatch;

/// What those fields of one head say.
#[derive(Default)]
pub(super) struct Fields<'a> {
    /// How many Host fields there are: none or one.
    pub(super) hosts: usize,
    content_lengths: usize,
    pub(super) connection_close: bool,
    pub(super) connection_keep_alive: bool,
    none_match: NoneMatch<'a>,
    if_modified_since: IfModifiedSince<'a>,
}

/// The If-Modified-Since lines of one head.
#[derive(Default)]
enum IfModifiedSince<'a> {
    #[default]
    Absent,
    /// One line, and its value if that is UTF-8.
    Once(Option<&'a str>),
    Repeated,
}

impl<'a> Fields<'a> {
    /// Reads all fields. `None` if one makes the framing malformed: a second or malformed Host, any
    /// Content-Length but a single `0`, any Transfer-Encoding.
    pub(super) fn read(headers: &[Header<'a>]) -> Option<Self> {
        let mut fields = Self::default();
        for header in headers {
            fields.read_one(header)?;
        }
        Some(fields)
    }

    fn read_one(&mut self, header: &Header<'a>) -> Option<()> {
        let value = trim(header.value);
        // The length tells most names apart, so hardly any field costs a comparison of text.
        match header.name.len() {
            4 if header.name.eq_ignore_ascii_case("host") => {
                self.hosts += 1;
                (self.hosts == 1 && authority::is_valid(value)).then_some(())?;
            }
            10 if header.name.eq_ignore_ascii_case("connection") => self.read_connection(value),
            13 if header.name.eq_ignore_ascii_case("if-none-match") => {
                self.none_match = match self.none_match {
                    NoneMatch::Absent => NoneMatch::Once(value),
                    _ => NoneMatch::Repeated(b""),
                };
            }
            14 if header.name.eq_ignore_ascii_case("content-length") => {
                self.content_lengths += 1;
                (self.content_lengths == 1 && value == b"0").then_some(())?;
            }
            17 if header.name.eq_ignore_ascii_case("transfer-encoding") => return None,
            17 if header.name.eq_ignore_ascii_case("if-modified-since") => {
                self.if_modified_since = match self.if_modified_since {
                    IfModifiedSince::Absent => {
                        IfModifiedSince::Once(std::str::from_utf8(value).ok())
                    }
                    _ => IfModifiedSince::Repeated,
                };
            }
            _ => {}
        }
        Some(())
    }

    /// Reads a list of tokens. The field may come in several lines, which add up (RFC 9110, 7.6.1).
    fn read_connection(&mut self, value: &[u8]) {
        for option in value.split(|&byte| byte == b',').map(trim) {
            self.connection_close |= option.eq_ignore_ascii_case(b"close");
            self.connection_keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    /// If-None-Match, as it stands in `head`.
    pub(super) fn none_match(&self, head: &'a [u8]) -> NoneMatch<'a> {
        match self.none_match {
            NoneMatch::Repeated(_) => NoneMatch::Repeated(head),
            other => other,
        }
    }

    /// The value of If-Modified-Since, if it is there exactly once and is UTF-8.
    pub(super) fn if_modified_since(&self) -> Option<&'a str> {
        match self.if_modified_since {
            IfModifiedSince::Once(date) => date,
            _ => None,
        }
    }
}

/// Removes optional white space, which is not part of a value (RFC 9110, 5.6.3).
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}
