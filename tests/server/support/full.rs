//! Answers of `--http full`, and what the options add to answers.

use super::Answer;

/// No number of requests in the heads, so that tables can be put together in any order.
pub const FULL: [&str; 4] = ["--http", "full", "--keep-alive-requests", "0"];
pub const FOUR: [&str; 4] = ["--http", "four", "--keep-alive-requests", "0"];

/// A built-in page.
pub fn page_text(title: &str, content: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <h1>{title}</h1>\n<p>{content}</p>\n</html>\n"
    )
}

impl Answer {
    /// On a connection for any number of requests.
    pub fn endless(self) -> Self {
        self.keep_alive("timeout=10")
    }

    /// As `--http full` sends a 200.
    pub fn ranged(self) -> Self {
        self.with_extra("Accept-Ranges", "bytes")
    }

    /// 206 with the bytes from `first` to before `end`.
    pub fn part(media_type: &str, content: &[u8], first: usize, end: usize) -> Self {
        let range = format!("bytes {first}-{}/{}", end - 1, content.len());
        let mut answer = Self::file(media_type, &content[first..end]);
        "HTTP/1.1 206 Partial Content".clone_into(&mut answer.status);
        answer.after_type("Content-Range", &range)
    }

    /// 206 with several pieces.
    pub fn parts(
        media_type: &str,
        content: &[u8],
        ranges: &[(usize, usize)],
        boundary: &str,
    ) -> Self {
        let mut body = Vec::new();
        for &(first, end) in ranges {
            let head = format!(
                "\r\n--{boundary}\r\nContent-Type: {media_type}\r\n\
                 Content-Range: bytes {first}-{}/{}\r\n\r\n",
                end - 1,
                content.len()
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(&content[first..end]);
        }
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let media_type = format!("multipart/byteranges; boundary={boundary}");
        let mut answer = Self::file(&media_type, body);
        "HTTP/1.1 206 Partial Content".clone_into(&mut answer.status);
        answer
    }

    /// The boundary of the parts of a file whose tag is its digest.
    pub fn boundary(content: &[u8]) -> String {
        let digest = xxhash_rust::xxh3::xxh3_128(content);
        format!("millpond-{digest:032x}-{}", content.len())
    }

    /// An error with its built-in page, which has the reason phrase as its title.
    pub fn built_in(status: &str, sentence: &str) -> Self {
        Self::page(status, page_text(&status[4..], sentence))
    }

    /// 301 to `location`, which is `link` in HTML.
    pub fn moved(location: &str, link: &str) -> Self {
        let content = format!("This address has changed. It is now <a href=\"{link}\">{link}</a>.");
        Self::page("301 Moved Permanently", page_text("Moved", &content))
            .with_extra("Cache-Control", "no-cache")
            .with_extra("Location", location)
    }

    /// 405.
    pub fn not_allowed() -> Self {
        Self::built_in("405 Method Not Allowed", "Files here can only be read.")
            .with_extra("Allow", "GET, HEAD, OPTIONS")
    }

    /// 412.
    pub fn failed() -> Self {
        let sentence = "The file has changed, or is not the version that was asked for.";
        Self::built_in("412 Precondition Failed", sentence)
    }

    /// 416 of a file of this length.
    pub fn unsatisfiable(length: usize) -> Self {
        let sentence = "The file does not have the part that was asked for.";
        Self::built_in("416 Range Not Satisfiable", sentence)
            .with_extra("Content-Range", &format!("bytes */{length}"))
    }

    /// With a field more, behind Content-Type.
    pub fn after_type(mut self, name: &str, value: &str) -> Self {
        let mut names = self.fields.iter().map(|(name, _)| name);
        let at = names.position(|name| name == "Content-Type").unwrap() + 1;
        self.fields.insert(at, (name.to_owned(), value.to_owned()));
        self
    }

    /// No field is there twice, but for those that have a line for each value.
    #[track_caller]
    pub fn has_no_field_twice(&self) {
        let mut names: Vec<String> = self
            .fields
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        names.sort();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{self:?}");
    }
}
