//! An answer of the live view, put together.

use std::fmt::Write as _;

use super::page::POLICY;

/// What comes after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NextStep {
    /// The end.
    Close,
    /// Pictures.
    Timeline,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) bytes: String,
    pub(super) then: NextStep,
    /// The slot whose connection is to be watched.
    pub(super) watch: Option<usize>,
}

/// Whether the body is sent or only told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// GET.
    Sent,
    /// HEAD.
    Withheld,
}

/// Status line and fields, with which each answer begins.
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
    /// An answer with an end.
    pub(super) fn whole(
        status: &str,
        media_type: &str,
        date: &str,
        content: &str,
        body: Body,
    ) -> Self {
        let mut bytes = head(status, media_type, date);
        if status.starts_with("405") {
            bytes.push_str("Allow: GET, HEAD\r\n");
        }
        // Writing to a String can't fail.
        let _ = write!(bytes, "Content-Length: {}\r\n\r\n", content.len());
        if body == Body::Sent {
            bytes.push_str(content);
        }
        Self {
            bytes,
            then: NextStep::Close,
            watch: None,
        }
    }

    /// A stream of events, after which the connection ends.
    pub(super) fn stream(date: &str, watch: Option<usize>, body: Body) -> Self {
        let mut bytes = head("200 OK", "text/event-stream", date);
        bytes.push_str("\r\n");
        let then = match body {
            Body::Sent => {
                // So soon a browser tries again when we are gone, in milliseconds.
                bytes.push_str("retry: 1000\n\n");
                NextStep::Timeline
            }
            Body::Withheld => NextStep::Close,
        };
        Self {
            bytes,
            then,
            watch: watch.filter(|_| body == Body::Sent),
        }
    }
}
