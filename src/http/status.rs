//! The four response statuses that this server sends.

/// A response status. There are four and no more: this is the contract of the reference server, and
/// RFC 9110 allows it (400 may stand for 405, 413, 414, 431, 501 and 505, and 404 for 403).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 200: the file follows, or for HEAD would follow.
    Ok,
    /// 304: the file is not newer than the client's copy (RFC 9110, 15.4.5).
    NotModified,
    /// 400: the request is malformed, or is not GET or HEAD of a path.
    BadRequest,
    /// 404: there is no such file, or it must not be served.
    NotFound,
}

impl Status {
    /// Every status, in the order of the variants: `ALL[status as usize]` is `status`.
    pub const ALL: [Self; 4] = [
        Self::Ok,
        Self::NotModified,
        Self::BadRequest,
        Self::NotFound,
    ];

    /// The three-digit code (RFC 9110, 15).
    pub const fn code(self) -> u16 {
        match self {
            Self::Ok => 200,
            Self::NotModified => 304,
            Self::BadRequest => 400,
            Self::NotFound => 404,
        }
    }

    /// The status line with its line end (RFC 9112, 4). The version is the server's own, whatever
    /// the client's (RFC 9110, 2.5).
    pub(crate) const fn line(self) -> &'static str {
        match self {
            Self::Ok => "HTTP/1.1 200 OK\r\n",
            Self::NotModified => "HTTP/1.1 304 Not Modified\r\n",
            Self::BadRequest => "HTTP/1.1 400 Bad Request\r\n",
            Self::NotFound => "HTTP/1.1 404 Not Found\r\n",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_is_at_its_index_and_its_line_holds_its_code() {
        for (index, status) in Status::ALL.into_iter().enumerate() {
            assert_eq!(status as usize, index, "{status:?}");
            let start = format!("HTTP/1.1 {} ", status.code());
            assert!(status.line().starts_with(&start), "{status:?}");
            assert!(status.line().ends_with("\r\n"), "{status:?}");
        }
    }
}
