//! What a response must look like: the contract from the client's side.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use millpond::http::date;
use millpond::http::entity_tag::list_matches_weakly;
use millpond::http::header_fields::Field;
use millpond::http::method::Method;
use millpond::http::request::{Persistence, Request, RequestLine};
use millpond::http::target::{DotFiles, Unresolved, resolve};
use millpond::response::pages;

use super::client::{Response, is_content};
use super::files::{DIRECTORY, TAG, known};

/// The wall clock's time, which stands still, so that two runs write the same dates.
pub(crate) fn wall() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_750_000_000)
}

/// The request that a response answers.
#[derive(Debug)]
pub(crate) enum Expected<'a> {
    Answer(Request<'a>),
    /// Malformed framing.
    Refusal(Option<RequestLine<'a>>),
    /// A head that was too slow; its first line may have arrived.
    Early(Option<RequestLine<'a>>),
}

impl<'a> Expected<'a> {
    pub(crate) fn line(&self) -> (&'a str, &'a str) {
        match self {
            Self::Answer(Request { line, .. })
            | Self::Refusal(Some(line))
            | Self::Early(Some(line)) => (line.method, line.target),
            _ => ("", ""),
        }
    }
}

/// The settings that a client can observe from outside.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) keep_alive: bool,
    pub(crate) requests: Option<u32>,
    /// The length of the root's own error pages, if they are used.
    pub(crate) page: Option<u64>,
    pub(crate) stopping: bool,
}

/// The content of a head.
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) closes: bool,
    /// How many bytes follow.
    pub(crate) body: u64,
}

impl Rules {
    /// Reads a head, which is the answer to `expected`, after `before` others.
    pub(crate) fn check_head(&self, head: &str, expected: &Expected, before: usize) -> Said {
        let mut lines = head
            .strip_suffix("\r\n\r\n")
            .unwrap_or_default()
            .split("\r\n");
        let status = match lines.next() {
            Some("HTTP/1.1 200 OK") => 200,
            Some("HTTP/1.1 304 Not Modified") => 304,
            Some("HTTP/1.1 400 Bad Request") => 400,
            Some("HTTP/1.1 404 Not Found") => 404,
            line => panic!("status line {line:?}"),
        };
        assert_eq!(status, status_of(expected), "for {expected:?}");
        let mut fields: Vec<(&str, &str)> = Vec::new();
        for line in lines {
            let (name, value) = line.split_once(": ").expect("a field without colon");
            assert!(
                value
                    .bytes()
                    .all(|byte| byte == b' ' || byte.is_ascii_graphic()),
                "{line:?}"
            );
            assert!(fields.iter().all(|field| field.0 != name), "{name} twice");
            fields.push((name, value));
        }
        let get = |name| {
            fields
                .iter()
                .find(|field| field.0 == name)
                .map(|field| field.1)
        };
        assert_eq!(get("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(get("Date"), Some("Sun, 15 Jun 2025 15:06:40 GMT"));
        assert!(get("Server").is_some());
        assert_eq!(get("Cache-Control").is_some(), matches!(status, 200 | 304));
        assert_eq!(get("Content-Type").is_some(), status != 304);
        let tag = matches!(status, 200 | 304).then_some(TAG);
        assert_eq!(get("ETag"), tag);
        let promised = get("Content-Length").map(|text| text.parse::<u64>().expect("a length"));
        assert_eq!(
            promised.is_some(),
            status != 304,
            "Content-Length with {status}"
        );
        let closes = self.check_connection(get("Connection"), get("Keep-Alive"), expected, before);
        let (method, _) = expected.line();
        let is_bare = status == 304 || method == "HEAD";
        if let (Some((length, _)), 200) = (file_of(expected), status) {
            assert_eq!(promised, Some(length), "for {expected:?}");
        }
        let body = if is_bare { 0 } else { promised.unwrap_or(0) };
        Said {
            status,
            closes,
            body,
        }
    }

    /// Connection and Keep-Alive.
    fn check_connection(
        &self,
        connection: Option<&str>,
        keep_alive: Option<&str>,
        expected: &Expected,
        before: usize,
    ) -> bool {
        let number = u32::try_from(before + 1).unwrap_or(u32::MAX);
        let asked = match expected {
            Expected::Answer(request) => request.persistence == Persistence::Close,
            _ => true,
        };
        let used_up = self.requests.is_some_and(|most| number >= most) || !self.keep_alive;
        let closes = asked || used_up;
        match connection {
            Some("close") => assert!(closes || self.stopping, "closes for no reason"),
            // The server may have composed it before the stop.
            Some("Keep-Alive") => assert!(!closes, "keeps what it must close"),
            other => panic!("Connection: {other:?}"),
        }
        let is_kept = connection == Some("Keep-Alive");
        let promise = match self.requests {
            Some(most) => format!("timeout=10, max={}", most.saturating_sub(number)),
            None => "timeout=10".to_owned(),
        };
        assert_eq!(keep_alive, is_kept.then_some(promise.as_str()));
        !is_kept
    }

    /// A body from memory is the file's, or a page.
    pub(crate) fn check_body(&self, response: &Response, bytes: &[u8]) {
        let built_in = match response.status {
            200 => {
                let path = resolve_line(&response.target).unwrap_or_default();
                let (length, _) = known(&path).expect("a 200 for no file");
                return assert!(is_content(length, response.body, bytes), "bytes of {path}");
            }
            304 => panic!("a 304 with a body"),
            400 => pages::BAD_REQUEST,
            _ => pages::NOT_FOUND,
        };
        if resolve_line(&response.target).as_deref() == Some(DIRECTORY) && response.status == 404 {
            return;
        }
        let is_own = self
            .page
            .is_some_and(|length| is_content(length, response.body, bytes));
        let offset = usize::try_from(response.body).unwrap_or(usize::MAX);
        let left = built_in.as_bytes().get(offset..);
        let is_built_in = left.is_some_and(|left| left.starts_with(bytes));
        // While descriptors are short, a bad request gets the built-in page: the server does not
        // open the root's own page for it.
        let may_be_built_in = self.page.is_none() || response.status == 400;
        assert!(is_own || (is_built_in && may_be_built_in), "a page");
    }

    /// A body from a file is from the right one.
    pub(crate) fn check_file(&self, response: &Response, name: &str) {
        match response.status {
            200 => assert_eq!(resolve_line(&response.target).as_deref(), Some(name)),
            400 => assert!(name == "400.html" && self.page.is_some()),
            404 => assert!(name == "404.html" && self.page.is_some()),
            status => panic!("a file with {status}"),
        }
    }
}

fn resolve_line(target: &str) -> Option<String> {
    let path = match millpond::http::target::form(target) {
        millpond::http::target::Form::Origin(path)
        | millpond::http::target::Form::Absolute(_, path) => path,
        millpond::http::target::Form::Other => return None,
    };
    resolve(path, DotFiles::Hidden)
        .ok()
        .map(|target| String::from_utf8_lossy(&target.path).into_owned())
}

/// The file that a request is for, if there is one.
fn file_of(expected: &Expected) -> Option<(u64, Option<SystemTime>)> {
    let Expected::Answer(request) = expected else {
        return None;
    };
    let target = resolve(request.path?, DotFiles::Hidden).ok()?;
    known(str::from_utf8(&target.path).ok()?)
}

fn status_of(expected: &Expected) -> u16 {
    let Expected::Answer(request) = expected else {
        return 400;
    };
    let (Method::Get | Method::Head, Some(path)) = (request.method, request.path) else {
        return 400;
    };
    match (resolve(path, DotFiles::Hidden), file_of(expected)) {
        (Err(Unresolved::Malformed), _) => 400,
        (Ok(_), Some(_)) if request.fields.has(Field::IfNoneMatch) => {
            let tags = request.fields.all(Field::IfNoneMatch);
            if list_matches_weakly(tags, TAG.as_bytes()) {
                304
            } else {
                200
            }
        }
        (Ok(_), Some((_, Some(modified))))
            if request
                .fields
                .single(Field::IfModifiedSince)
                .and_then(|since| date::parse(str::from_utf8(since).ok()?))
                .is_some_and(|since| since >= modified) =>
        {
            304
        }
        (Ok(_), Some(_)) => 200,
        _ => 404,
    }
}
