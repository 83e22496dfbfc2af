//! An event that is kept, with the beginning of its request.

use std::time::Duration;

use crate::events::event::Event;
use crate::events::id::ConnectionId;

/// How much text of a request is kept, in bytes.
const REQUEST_MAX: usize = 64;

#[derive(Debug)]
pub(super) struct StoredEvent {
    pub(super) at: Duration,
    pub(super) id: Option<ConnectionId>,
    pub(super) event: Event,
    request: Option<Box<str>>,
}

impl StoredEvent {
    pub(super) fn new(at: Duration, id: Option<ConnectionId>, event: Event, request: &str) -> Self {
        Self {
            at,
            id,
            event,
            request: (!request.is_empty()).then(|| cut(request).into()),
        }
    }

    pub(super) fn request(&self) -> &str {
        self.request.as_deref().unwrap_or_default()
    }
}

/// The longest start of `text` of whole characters and at most [`REQUEST_MAX`] bytes.
fn cut(text: &str) -> &str {
    let end = (0..=REQUEST_MAX.min(text.len())).rfind(|&end| text.is_char_boundary(end));
    &text[..end.unwrap_or(0)]
}
