//! The bytes of an answer to a viewer.

use std::fmt::Write as _;

use super::page::POLICY;

/// What a viewer does after its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterReply {
    Close,
    /// It watches: it gets pictures until it leaves.
    Watch,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) bytes: String,
    pub(super) after: AfterReply,
    /// The slot whose connection the viewer wants to watch.
    pub(super) slot: Option<usize>,
}

/// The start of each answer: the status line, and the fields that all answers have.
fn head(status: &str, media_type: &str, date: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nDate: {date}\r\nServer: millpond/{}\r\nConnection: close\r\n\
         Content-Type: {media_type}\r\nCache-Control: no-store\r\n\
         Content-Security-Policy: {POLICY}\r\nCross-Origin-Resource-Policy: same-origin\r\n\
         Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n",
        env!("CARGO_PKG_VERSION")
    )
}

impl Reply {
    /// An answer of known length. HEAD has it without its body.
    pub(super) fn whole(
        status: &str,
        media_type: &str,
        date: &str,
        content: &str,
        with_body: bool,
    ) -> Self {
        let mut bytes = head(status, media_type, date);
        if status.starts_with("405") {
            bytes.push_str("Allow: GET, HEAD\r\n");
        }
        // Writing to a String can't fail.
        let _ = write!(bytes, "Content-Length: {}\r\n\r\n", content.len());
        if with_body {
            bytes.push_str(content);
        }
        Self {
            bytes,
            after: AfterReply::Close,
            slot: None,
        }
    }

    /// The start of a stream of events, which ends with the connection.
    pub(super) fn stream(date: &str, slot: Option<usize>, with_body: bool) -> Self {
        let mut bytes = head("200 OK", "text/event-stream", date);
        bytes.push_str("\r\n");
        let mut after = AfterReply::Close;
        if with_body {
            // How soon a browser connects again when the server is gone, in milliseconds.
            bytes.push_str("retry: 1000\n\n");
            after = AfterReply::Watch;
        }
        Self {
            bytes,
            after,
            slot: slot.filter(|_| with_body),
        }
    }
}
