//! The head of an answer, read with as little code as possible.

/// What of a head is looked at.
pub struct Head<'a> {
    pub status: u16,
    pub length: Option<u64>,
    pub connection: &'a str,
    pub keep_alive: Option<&'a str>,
    pub tag: Option<&'a str>,
    pub modified: Option<&'a str>,
    pub content_type: Option<&'a str>,
    pub content_range: Option<&'a str>,
    pub coding: Option<&'a str>,
    pub vary: Option<&'a str>,
    pub accept_ranges: Option<&'a str>,
    pub location: Option<&'a str>,
}

impl<'a> Head<'a> {
    pub fn read(text: &'a str) -> Self {
        let field = |name: &str| {
            let found = text.split("\r\n").find_map(|line| line.strip_prefix(name));
            found.map(str::trim)
        };
        let status = text
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3));
        Self {
            status: status
                .and_then(|code| code.parse().ok())
                .expect("a status line"),
            length: field("Content-Length:").map(|length| length.parse().expect("a length")),
            connection: field("Connection:").expect("a Connection field"),
            keep_alive: field("Keep-Alive:"),
            tag: field("ETag:"),
            modified: field("Last-Modified:"),
            content_type: field("Content-Type:"),
            content_range: field("Content-Range:"),
            coding: field("Content-Encoding:"),
            vary: field("Vary:"),
            accept_ranges: field("Accept-Ranges:"),
            location: field("Location:"),
        }
    }
}
