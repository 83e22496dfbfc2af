//! A name below the root becomes an open regular file with its length and modification time.
//!
//! Invariant: no result is older than the validation epoch of its request, and no file outside the
//! root is opened, whatever links do in the meantime (`docs/design.md#the-file-cache`). A log file
//! is absent by any name.
//!
//! Must not know: requests and statuses, connections, the loop. It is told when a turn begins and
//! ends, and when a request may have come after the last look-up.
//!
//! Read in this order: `lookup` ([`DocumentRoot`]: the cached file, or one that is opened now);
//! `root` and `links` (opens beneath the root, and compares); `reader` (what is served of an open
//! file); `hidden` (what the server has written itself); `content_tag` (the entity tag);
//! `fingerprint` (whether a file has changed); `cache` and `negative_cache` (what is kept between
//! turns); `listing` (what is in a folder).

mod cache;
mod content_tag;
mod fingerprint;
mod hidden;
mod links;
mod listing;
mod lookup;
mod negative_cache;
mod reader;
mod root;

pub use self::cache::CacheLimits;
pub use self::lookup::DocumentRoot;
