//! The header fields that count, and whether they leave the frame sound.

use httparse::Header;

use crate::http::authority;

/// What the header fields say, as far as we listen.
#[derive(Default)]
pub(super) struct Fields<'a> {
    pub(super) hosts: usize,
    content_lengths: usize,
    pub(super) connection_close: bool,
    pub(super) connection_keep_alive: bool,
    if_none_match: bool,
    if_modified_since: IfModifiedSince<'a>,
}

/// The If-Modified-Since lines of one head.
#[derive(Default)]
enum IfModifiedSince<'a> {
    #[default]
    NegativeCache,
    /// One line, and what it says if that is text.
    Once(Option<&'a str>),
    Repeated,
}

impl<'a> Fields<'a> {
    /// `None` when a field makes the frame unsound.
    pub(super) fn read(headers: &[Header<'a>]) -> Option<Self> {
        let mut fields = Self::default();
        for header in headers {
            fields.read_one(header)?;
        }
        Some(fields)
    }

    fn read_one(&mut self, header: &Header<'a>) -> Option<()> {
        let value = trim(header.value);
        // The length tells most names apart, which spares nearly all comparisons.
        match header.name.len() {
            4 if header.name.eq_ignore_ascii_case("host") => {
                self.hosts += 1;
                (self.hosts == 1 && authority::is_valid(value)).then_some(())?;
            }
            10 if header.name.eq_ignore_ascii_case("connection") => self.read_connection(value),
            13 if header.name.eq_ignore_ascii_case("if-none-match") => self.if_none_match = true,
            14 if header.name.eq_ignore_ascii_case("content-length") => {
                self.content_lengths += 1;
                (self.content_lengths == 1 && value == b"0").then_some(())?;
            }
            17 if header.name.eq_ignore_ascii_case("transfer-encoding") => return None,
            17 if header.name.eq_ignore_ascii_case("if-modified-since") => {
                self.if_modified_since = match self.if_modified_since {
                    IfModifiedSince::NegativeCache => {
                        IfModifiedSince::Once(std::str::from_utf8(value).ok())
                    }
                    _ => IfModifiedSince::Repeated,
                };
            }
            _ => {}
        }
        Some(())
    }

    /// A list of tokens; the field may come in several lines (RFC 9110, 7.6.1).
    fn read_connection(&mut self, value: &[u8]) {
        for option in value.split(|&byte| byte == b',').map(trim) {
            self.connection_close |= option.eq_ignore_ascii_case(b"close");
            self.connection_keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    /// What If-Modified-Since says, if it counts. If-None-Match, even though we send no `ETag` for it
    /// to match, switches it off (RFC 9110, 13.1.3).
    pub(super) fn condition(&self) -> Option<&'a str> {
        match self.if_modified_since {
            IfModifiedSince::Once(date) if !self.if_none_match => date,
            _ => None,
        }
    }
}

/// Optional white space around a value is not part of it (RFC 9110, 5.6.3).
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}
