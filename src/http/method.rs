//! The request method, as far as the answer depends on it (RFC 9110, 9).

/// What a method token asks for. Tokens are case-sensitive: `get` is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Asks for the file.
    Get,
    /// Asks for the head that GET would get, without the body (RFC 9110, 9.3.2).
    Head,
    /// Asks what may be asked for (RFC 9110, 9.3.7).
    Options,
    /// A method that changes something, or searches: known, and not for files.
    NotAllowed,
    /// TRACE, CONNECT, and every token that names no method that is known here.
    Unknown,
}

/// The methods of IANA's registry that a server of files knows and does not allow. CONNECT is for
/// proxies, and TRACE gives back what it was sent, cookies included: both are as good as unknown.
const KNOWN: [&str; 17] = [
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
    "QUERY",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "REPORT",
    "SEARCH",
    "LINK",
    "UNLINK",
    "MERGE",
];

impl Method {
    /// What `token` asks for.
    #[inline]
    pub fn of(token: &str) -> Self {
        match token {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "OPTIONS" => Self::Options,
            _ if KNOWN.contains(&token) => Self::NotAllowed,
            _ => Self::Unknown,
        }
    }
}
