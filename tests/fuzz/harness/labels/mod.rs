//! The names that contents go by: entity tags in If-None-Match, and encodings that documents declare.
//! The first byte says which.

mod encoding;
mod entity_tag;

/// Panics if a parser breaks a promise on `bytes`.
pub(crate) fn check(bytes: &[u8]) {
    match bytes.split_first() {
        Some((kind, rest)) if kind % 2 == b'e' % 2 => encoding::check(rest),
        Some((_, rest)) => entity_tag::check(rest),
        None => {}
    }
}
