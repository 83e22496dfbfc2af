//! What is kept of an event beyond the call that tells of it.

use std::time::Duration;

use crate::key::Key;
use crate::observer::Event;

/// The most of a request that is kept, in bytes.
const KEPT: usize = 64;

/// An event, with its time and the beginning of its request.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) at: Duration,
    pub(super) key: Option<Key>,
    pub(super) event: Event,
    request: Option<Box<str>>,
}

impl Kept {
    pub(super) fn new(at: Duration, key: Option<Key>, event: Event, request: &str) -> Self {
        Self {
            at,
            key,
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
