//! Answers as they must be, written out apart from the code under test, and a reader of those that
//! came.

use super::{BIG, pattern};

/// The Date of answers at the clock's start.
pub(crate) const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

/// The time of all files.
pub(crate) const MODIFIED: &str = "Sat, 05 Nov 1994 08:49:37 GMT";

/// What a head says when the connection ends.
pub(crate) const CLOSE: &str = "Connection: close\r\n";

/// What a head says when the connection is kept, under the default limits.
pub(crate) fn kept(max: u32) -> String {
    format!("Connection: Keep-Alive\r\nKeep-Alive: timeout=10, max={max}\r\n")
}

/// A head as it must be, written out apart from the code under test.
pub(crate) fn head(status: &str, connection: &str, fields: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\nDate: {DATE}\r\nServer: millpond/{}\r\n{connection}{fields}\
         X-Content-Type-Options: nosniff\r\n\r\n",
        env!("CARGO_PKG_VERSION")
    )
    .into_bytes()
}

/// The tag of a file of this length.
pub(crate) fn tag(length: usize) -> String {
    format!("\"tag-{length}\"")
}

/// The head of a 200.
pub(crate) fn ok_head(media_type: &str, connection: &str, length: usize) -> Vec<u8> {
    let fields = format!(
        "ETag: {}\r\nLast-Modified: {MODIFIED}\r\nContent-Type: {media_type}\r\n\
         Content-Length: {length}\r\nCache-Control: no-cache\r\n",
        tag(length)
    );
    head("200 OK", connection, &fields)
}

/// The answer to a GET of `small.txt`.
pub(crate) fn small(connection: &str) -> Vec<u8> {
    let head = ok_head("text/plain; charset=utf-8", connection, 10);
    [head, b"0123456789".to_vec()].concat()
}

/// The answer to a GET of `big.bin`.
pub(crate) fn big(connection: &str) -> Vec<u8> {
    let head = ok_head("application/octet-stream", connection, BIG);
    [head, pattern(BIG)].concat()
}

/// An error with its page.
pub(crate) fn error_page(status: &str, connection: &str, page: &str) -> Vec<u8> {
    let fields = format!(
        "Content-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n",
        page.len()
    );
    [head(status, connection, &fields), page.into()].concat()
}

/// One response out of a captured output.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// `close`, or the value of Keep-Alive.
    pub(crate) connection: String,
    pub(crate) body: Vec<u8>,
}

/// Splits an output into its responses to GET; whatever is not a whole response fails the test.
pub(crate) fn responses(mut output: &[u8]) -> Vec<Response> {
    let mut found = Vec::new();
    while !output.is_empty() {
        let mut fields = [httparse::EMPTY_HEADER; 16];
        let mut head = httparse::Response::new(&mut fields);
        let parsed = head.parse(output).unwrap();
        assert!(parsed.is_complete(), "the output ends within a head");
        let field = |name: &str| {
            let field = head.headers.iter().find(|field| field.name == name);
            field.map(|field| String::from_utf8(field.value.to_vec()).unwrap())
        };
        let length: usize = field("Content-Length").map_or(0, |text| text.parse().unwrap());
        let (body, rest) = output[parsed.unwrap()..].split_at(length);
        let connection = field("Connection").unwrap();
        found.push(Response {
            status: head.code.unwrap(),
            connection: field("Keep-Alive").unwrap_or(connection),
            body: body.to_vec(),
        });
        output = rest;
    }
    found
}

/// Two outputs are the same; says where they part rather than printing both whole.
#[track_caller]
pub(crate) fn assert_same(found: &[u8], expected: &[u8], context: &str) {
    if found != expected {
        let pairs = found.iter().zip(expected);
        let same = pairs.take_while(|(left, right)| left == right).count();
        let shown = |bytes: &[u8]| bytes[same..].iter().take(400).copied().collect::<Vec<u8>>();
        panic!(
            "{context}: {} bytes where {} were expected, parting at {same}\nfound: {}\nexpected: {}",
            found.len(),
            expected.len(),
            shown(found).escape_ascii(),
            shown(expected).escape_ascii(),
        );
    }
}
