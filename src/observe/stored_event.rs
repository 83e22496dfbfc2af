//! What is kept of an event beyond the call that tells of it.

use std::time::Duration;

use crate::events::event::Event;
use crate::events::id::ConnectionId;

/// The most of a request that is kept, in bytes.
const KEPT: usize = 64;

/// An event, with its time and the beginning of its request.
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

fn cut(text: &str) -> &str {
    // A character is four bytes long at the most.
    let end = (0..=KEPT.min(text.len())).rfind(|&end| text.is_char_boundary(end));
    &text[..end.unwrap_or(0)]
}
