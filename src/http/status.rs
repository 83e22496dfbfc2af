//! The response statuses that this server sends.

/// A response status. By default four of them leave the server: 200, 304, 400 and 404; see
/// [`super::profile::Profile`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 200: the file follows, or for HEAD would follow.
    Ok,
    /// 204: what may be asked for (RFC 9110, 9.3.7).
    NoContent,
    /// 206: a part of the file, or several (RFC 9110, 15.3.7).
    PartialContent,
    /// 301: the name of a folder ends with a slash (RFC 9110, 15.4.2).
    MovedPermanently,
    /// 304: the client's copy is the present one (RFC 9110, 15.4.5).
    NotModified,
    /// 400: the request is malformed, or is not GET or HEAD of a path.
    BadRequest,
    /// 404: there is no such file, or it must not be served.
    NotFound,
    /// 405: the method is known, and not for files (RFC 9110, 15.5.6).
    MethodNotAllowed,
    /// 408: the head has begun, and is late (RFC 9110, 15.5.9).
    RequestTimeout,
    /// 412: a condition of the request does not hold (RFC 9110, 15.5.13).
    PreconditionFailed,
    /// 414: the target is too long (RFC 9110, 15.5.15).
    UriTooLong,
    /// 416: the file has none of the bytes that were asked for (RFC 9110, 15.5.17).
    RangeNotSatisfiable,
    /// 431: the head is too long, or has too many fields (RFC 6585, 5).
    FieldsTooLarge,
    /// 501: the method is unknown (RFC 9110, 15.6.2).
    NotImplemented,
    /// 503: no descriptor was free in time to open the file (RFC 9110, 15.6.4).
    ServiceUnavailable,
    /// 505: HTTP/2.0 or later (RFC 9110, 15.6.6).
    VersionNotSupported,
}

impl Status {
    /// Every status, in the order of the variants: `ALL[status as usize]` is `status`.
    pub const ALL: [Self; 16] = [
        Self::Ok,
        Self::NoContent,
        Self::PartialContent,
        Self::MovedPermanently,
        Self::NotModified,
        Self::BadRequest,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::PreconditionFailed,
        Self::UriTooLong,
        Self::RangeNotSatisfiable,
        Self::FieldsTooLarge,
        Self::NotImplemented,
        Self::ServiceUnavailable,
        Self::VersionNotSupported,
    ];

    /// The three-digit code (RFC 9110, 15).
    pub const fn code(self) -> u16 {
        match self {
            Self::Ok => 200,
            Self::NoContent => 204,
            Self::PartialContent => 206,
            Self::MovedPermanently => 301,
            Self::NotModified => 304,
            Self::BadRequest => 400,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::RequestTimeout => 408,
            Self::PreconditionFailed => 412,
            Self::UriTooLong => 414,
            Self::RangeNotSatisfiable => 416,
            Self::FieldsTooLarge => 431,
            Self::NotImplemented => 501,
            Self::ServiceUnavailable => 503,
            Self::VersionNotSupported => 505,
        }
    }

    /// The status line with its line end (RFC 9112, 4). The version is the server's own, whatever
    /// the client's (RFC 9110, 2.5).
    pub(crate) const fn line(self) -> &'static str {
        match self {
            Self::Ok => "HTTP/1.1 200 OK\r\n",
            Self::NoContent => "HTTP/1.1 204 No Content\r\n",
            Self::PartialContent => "HTTP/1.1 206 Partial Content\r\n",
            Self::MovedPermanently => "HTTP/1.1 301 Moved Permanently\r\n",
            Self::NotModified => "HTTP/1.1 304 Not Modified\r\n",
            Self::BadRequest => "HTTP/1.1 400 Bad Request\r\n",
            Self::NotFound => "HTTP/1.1 404 Not Found\r\n",
            Self::MethodNotAllowed => "HTTP/1.1 405 Method Not Allowed\r\n",
            Self::RequestTimeout => "HTTP/1.1 408 Request Timeout\r\n",
            Self::PreconditionFailed => "HTTP/1.1 412 Precondition Failed\r\n",
            Self::UriTooLong => "HTTP/1.1 414 URI Too Long\r\n",
            Self::RangeNotSatisfiable => "HTTP/1.1 416 Range Not Satisfiable\r\n",
            Self::FieldsTooLarge => "HTTP/1.1 431 Request Header Fields Too Large\r\n",
            Self::NotImplemented => "HTTP/1.1 501 Not Implemented\r\n",
            Self::ServiceUnavailable => "HTTP/1.1 503 Service Unavailable\r\n",
            Self::VersionNotSupported => "HTTP/1.1 505 HTTP Version Not Supported\r\n",
        }
    }

    /// Whether it is the client's error or the server's: 400 and above.
    pub const fn is_error(self) -> bool {
        self.code() >= 400
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
