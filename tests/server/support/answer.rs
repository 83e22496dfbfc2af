//! One whole HTTP answer: read from a stream, or built as the expected one.

use std::fmt;
use std::io::BufRead;
use std::time::{Duration, SystemTime};

use millpond::response::pages;

use super::site::INDEX;

/// The modification time of every file that a [`super::Site`] writes.
pub const MODIFIED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

pub const HTML: &str = "text/html; charset=utf-8";
pub const TEXT: &str = "text/plain; charset=utf-8";

/// Stands for the time of the answer, which is checked when the answer is read.
const NOW: &str = "(now)";

/// Stands for the file's tag, which is checked against the body when it is read.
const TAG: &str = "(tag)";

/// Status line, fields in their order, body.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: String,
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads one answer, and no byte beyond it.
    #[track_caller]
    pub fn read(reader: &mut impl BufRead, method: &str) -> Self {
        let mut answer = Self::read_head(reader);
        answer.check_dates();
        let has_body = method != "HEAD" && !answer.status.contains(" 304 ");
        if let Some(length) = answer.field("Content-Length").filter(|_| has_body) {
            answer.body = vec![0; length.parse().unwrap()];
            reader.read_exact(&mut answer.body).unwrap();
        }
        answer.check_tag(method);
        answer
    }

    /// Reads a head as it is.
    #[track_caller]
    pub fn read_head(reader: &mut impl BufRead) -> Self {
        let status = read_line(reader);
        let lines = std::iter::from_fn(|| Some(read_line(reader)).filter(|line| !line.is_empty()));
        let fields = lines.map(|line| {
            let (name, value) = line.split_once(": ").expect("a field line");
            (name.to_owned(), value.to_owned())
        });
        Self {
            status,
            fields: fields.collect(),
            body: Vec::new(),
        }
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(found, _)| found == name)?;
        Some(&field.1)
    }

    /// 200 with a file, on a connection's first request with the default limits.
    pub fn file(media_type: &str, body: impl AsRef<[u8]>) -> Self {
        Self::expected("200 OK", body.as_ref())
            .with("ETag", TAG)
            .with("Last-Modified", MODIFIED)
            .with("Content-Type", media_type)
            .with("Content-Length", &body.as_ref().len().to_string())
            .with("Cache-Control", "no-cache")
            .with("X-Content-Type-Options", "nosniff")
    }

    /// 200 with the `index.html` of a new [`super::Site`].
    pub fn index() -> Self {
        Self::file(HTML, INDEX)
    }

    /// With a Content-Encoding, which comes after the type.
    pub fn encoded(mut self, encoding: &str) -> Self {
        let mut names = self.fields.iter().map(|(name, _)| name);
        let at = names.position(|name| name == "Content-Type").unwrap() + 1;
        let field = ("Content-Encoding".to_owned(), encoding.to_owned());
        self.fields.insert(at, field);
        self
    }

    /// With another Content-Type.
    pub fn typed(self, media_type: &str) -> Self {
        self.set("Content-Type", media_type)
    }

    /// 304.
    pub fn not_modified() -> Self {
        Self::expected("304 Not Modified", b"")
            .with("ETag", TAG)
            .with("Last-Modified", MODIFIED)
            .with("Cache-Control", "no-cache")
            .with("X-Content-Type-Options", "nosniff")
    }

    /// 400 with the built-in page.
    pub fn bad_request() -> Self {
        Self::page("400 Bad Request", pages::BAD_REQUEST)
    }

    /// 404 with the built-in page.
    pub fn not_found() -> Self {
        Self::page("404 Not Found", pages::NOT_FOUND)
    }

    /// 400 or 404 with a page.
    pub fn page(status: &str, body: impl AsRef<[u8]>) -> Self {
        Self::expected(status, body.as_ref())
            .with("Content-Type", HTML)
            .with("Content-Length", &body.as_ref().len().to_string())
            .with("X-Content-Type-Options", "nosniff")
    }

    fn expected(status: &str, body: &[u8]) -> Self {
        let answer = Self {
            status: format!("HTTP/1.1 {status}"),
            fields: Vec::new(),
            body: body.to_owned(),
        };
        answer
            .with("Date", NOW)
            .with("Server", concat!("millpond/", env!("CARGO_PKG_VERSION")))
            .with("Connection", "Keep-Alive")
            .with("Keep-Alive", "timeout=10, max=997")
    }

    /// With a field more, at the end.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(found, _)| found != name);
        self
    }

    pub fn set(mut self, name: &str, value: &str) -> Self {
        let mut fields = self.fields.iter_mut();
        let field = fields.find(|(found, _)| found == name);
        value.clone_into(&mut field.expect("a field to replace").1);
        self
    }

    /// With a field more, behind those about the connection: where options add theirs.
    pub fn with_extra(mut self, name: &str, value: &str) -> Self {
        let is_of_connection = |(name, _): &(String, String)| {
            ["Date", "Server", "Connection", "Keep-Alive"].contains(&name.as_str())
        };
        let at = self
            .fields
            .iter()
            .take_while(|field| is_of_connection(field))
            .count();
        let mut after = self.fields.split_off(at);
        self.fields.push((name.to_owned(), value.to_owned()));
        self.fields.append(&mut after);
        self
    }

    /// Replaces the number of requests that are left on the connection.
    pub fn left(self, requests: usize) -> Self {
        self.keep_alive(&format!("timeout=10, max={requests}"))
    }

    pub fn keep_alive(self, value: &str) -> Self {
        self.set("Keep-Alive", value)
    }

    /// As the last answer of its connection.
    pub fn closing(self) -> Self {
        self.without("Keep-Alive").set("Connection", "close")
    }

    /// As the answer to HEAD.
    pub fn without_body(mut self) -> Self {
        self.body.clear();
        self
    }

    /// Without a Last-Modified.
    pub fn undated(self) -> Self {
        self.without("Last-Modified")
    }

    /// With a Last-Modified that is the Date.
    pub fn modified_now(self) -> Self {
        self.set("Last-Modified", NOW)
    }

    pub fn modified(self, time: SystemTime) -> Self {
        self.set("Last-Modified", &httpdate::fmt_http_date(time))
    }

    /// Checks `ETag`, and puts a word in its place: that of a body up to 1 MiB is its digest.
    #[track_caller]
    fn check_tag(&mut self, method: &str) {
        let Some(tag) = self.field("ETag").map(str::to_owned) else {
            return;
        };
        let opaque = tag.trim_start_matches("W/").trim_matches('"');
        let is_tag_byte = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
        assert!(opaque.bytes().all(is_tag_byte), "{tag}");
        if method == "GET" && self.status.contains(" 200 ") && self.body.len() <= 1 << 20 {
            let digest = xxhash_rust::xxh3::xxh3_128(&self.body);
            assert_eq!(
                tag,
                format!("\"{digest:032x}\""),
                "not the tag of this body"
            );
        }
        *self = self.clone().set("ETag", TAG);
    }

    /// Checks Date, and puts a word in its place and in that of a Last-Modified of the same time.
    #[track_caller]
    fn check_dates(&mut self) {
        let date = self.field("Date").expect("a Date").to_owned();
        let time = httpdate::parse_http_date(&date).expect("a valid Date");
        assert_eq!(httpdate::fmt_http_date(time), date, "not in IMF-fixdate");
        let now = SystemTime::now();
        // In whole seconds: the date may look up to one second older, and this machine may be slow.
        let range = now - Duration::from_secs(20)..=now;
        assert!(range.contains(&time), "{date} is not now");
        for (name, value) in &mut self.fields {
            if ["Date", "Last-Modified"].contains(&name.as_str()) && *value == date {
                NOW.clone_into(value);
            }
        }
    }
}

impl fmt::Debug for Answer {
    /// The answer as on the wire, but with no more of the body than helps in a failure message.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "\n{}", self.status)?;
        for (name, value) in &self.fields {
            writeln!(formatter, "{name}: {value}")?;
        }
        let shown = &self.body[..self.body.len().min(400)];
        let length = self.body.len();
        write!(formatter, "{length} bytes: {}", shown.escape_ascii())
    }
}

/// Reads a line that ends in CRLF. Returns it without the line end.
#[track_caller]
fn read_line(reader: &mut impl BufRead) -> String {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).unwrap();
    let Some(line) = line.strip_suffix(b"\r\n") else {
        panic!(
            "the answer ends early: {:?}",
            line.escape_ascii().to_string()
        );
    };
    String::from_utf8(line.to_vec()).unwrap()
}
