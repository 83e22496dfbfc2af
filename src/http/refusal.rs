//! Why a head is not read.

/// The longest target for which there is no answer of its own, in bytes.
pub const TARGET_MAX: usize = 8 * 1024;

/// Why a head is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its framing is malformed.
    Malformed,
    /// It is longer than it may be, for its target is longer than [`TARGET_MAX`].
    LongTarget,
    /// It is longer than it may be, or has more fields.
    LongHead,
    /// It is of HTTP/2.0 or later.
    Version,
}
