//! A name below the root becomes an open regular file, never older than the request for it.
//!
//! Invariant: nothing outside the root is opened, and nothing that was found before the present
//! validation epoch is returned without comparing it with the file system: see [`DocumentRoot`].
//!
//! Must not know: requests, connections, and the answer that a file is for.
//!
//! Read in this order: `lookup` (what is remembered, or opened and read), `root` (what is opened in
//! the folder, and compared with it), `fingerprint` (how a change of a file shows), `cache` and
//! `negative_cache` (what is remembered from turn to turn, and what is dropped first).

mod cache;
mod fingerprint;
mod lookup;
mod negative_cache;
mod root;

pub use self::cache::CacheLimits;
pub use self::fingerprint::Identity;
pub use self::lookup::DocumentRoot;
