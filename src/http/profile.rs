//! How many statuses leave the server.

/// The set of statuses that answers may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// 200, 304, 400 and 404: the contract of the reference server. RFC 9110 allows it: Range may be
    /// ignored, and 400 may stand for 405, 414, 431, 501 and 505.
    #[default]
    Four,
    /// All that RFC 9110 has for files.
    Full,
}
