//! The head of an answer: status line and header fields. Pure.

use std::time::{Duration, SystemTime};

use super::answer::Answer;
use super::resource::Resource;
use crate::http::date;

// Every answer pays for its head, so it is put together from texts that are whole fields, and copied
// rather than formatted.

/// What follows the date, up to the fields about the connection.
const SERVER: &str = concat!("\r\nServer: millpond/", env!("CARGO_PKG_VERSION"), "\r\n");

/// The last fields of a 200 and a 304.
const END_OF_FILE_FIELDS: &str =
    "Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n\r\n";

/// The last field of an error page. With it a browser believes the type that we declare, and does not
/// find a script in an image.
const END_OF_PAGE_FIELDS: &str = "X-Content-Type-Options: nosniff\r\n\r\n";

/// What a head says about the connection's future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionField {
    /// It ends after this answer.
    Close,
    /// It is kept.
    KeepAlive {
        /// How many seconds after this answer.
        timeout: u64,
        /// For how many further requests; `None` is any number.
        max: Option<u32>,
    },
}

/// Appends the head of `answer`, its empty line included. HEAD gets the same bytes as GET.
///
/// `date` is the text of `now`. No field holds anything that came from the client.
pub fn append_head<F>(
    out: &mut Vec<u8>,
    answer: &Answer<F>,
    connection: ConnectionField,
    date: &str,
    now: SystemTime,
) {
    append(out, &[answer.status().line(), "Date: ", date, SERVER]);
    append_connection(out, connection);
    match answer {
        Answer::File(resource) => append_fields_of(out, resource, now),
        Answer::NotModified(resource) => {
            // Content-Type and Content-Length would describe a body that is not there
            // (RFC 9110, 15.4.5).
            append_validators(out, resource, now);
            append(out, &[END_OF_FILE_FIELDS]);
        }
        Answer::OwnPage(_, page) => {
            // Its own type: like any document it may declare another encoding than UTF-8.
            out.extend_from_slice(page.fields.content());
            append(out, &[END_OF_PAGE_FIELDS]);
        }
        Answer::BuiltInPage(_, page) => append_page_fields(out, page.len() as u64),
    }
}

fn append_connection(out: &mut Vec<u8>, connection: ConnectionField) {
    let ConnectionField::KeepAlive { timeout, max } = connection else {
        return append(out, &["Connection: close\r\n"]);
    };
    append(out, &["Connection: Keep-Alive\r\nKeep-Alive: timeout="]);
    append_number(out, timeout);
    if let Some(max) = max {
        append(out, &[", max="]);
        append_number(out, max.into());
    }
    append(out, &["\r\n"]);
}

fn append_fields_of<F>(out: &mut Vec<u8>, resource: &Resource<F>, now: SystemTime) {
    if is_date_told(resource, now) {
        out.extend_from_slice(resource.fields.all());
    } else {
        append_validators(out, resource, now);
        out.extend_from_slice(resource.fields.content());
    }
    append(out, &[END_OF_FILE_FIELDS]);
}

/// `ETag`, and Last-Modified unless the file may still change within the second of that date. It is
/// never later than the answer's own Date (RFC 9110, 8.8.2.1).
fn append_validators<F>(out: &mut Vec<u8>, resource: &Resource<F>, now: SystemTime) {
    if is_date_told(resource, now) {
        return out.extend_from_slice(resource.fields.validators());
    }
    out.extend_from_slice(resource.fields.tag_field());
    if !resource.is_within_its_second(now) {
        let date = date::write(date::whole_seconds(now)).to_string();
        append(out, &["Last-Modified: ", &date, "\r\n"]);
    }
}

/// Whether the Last-Modified that was written at the look-up holds: the second of that date is over.
fn is_date_told<F>(resource: &Resource<F>, now: SystemTime) -> bool {
    let is_over = |modified| now >= modified + Duration::from_secs(1);
    resource.modified.is_none_or(is_over)
}

fn append_page_fields(out: &mut Vec<u8>, length: u64) {
    append(
        out,
        &["Content-Type: text/html; charset=utf-8\r\nContent-Length: "],
    );
    append_number(out, length);
    append(out, &["\r\n", END_OF_PAGE_FIELDS]);
}

fn append_number(out: &mut Vec<u8>, number: u64) {
    append(out, &[itoa::Buffer::new().format(number)]);
}

fn append(out: &mut Vec<u8>, texts: &[&str]) {
    for text in texts {
        out.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::rc::Rc;
    use std::time::{Duration, UNIX_EPOCH};

    use super::super::resource::{Content, Resource};
    use super::*;
    use crate::http::status::Status;

    const DATE: &str = "Mon, 07 Nov 1994 08:49:37 GMT";

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(784_111_777 + 86_400)
    }

    fn resource(modified: Option<SystemTime>) -> Rc<Resource<()>> {
        named("a.css", modified)
    }

    fn named(path: &str, modified: Option<SystemTime>) -> Rc<Resource<()>> {
        Rc::new(Resource::of_default_type(
            path,
            1234,
            modified,
            "\"tag\"",
            Content::File(Rc::new(())),
        ))
    }

    fn head(answer: &Answer<()>, connection: ConnectionField) -> String {
        let mut out = Vec::new();
        append_head(&mut out, answer, connection, DATE, now());
        String::from_utf8(out).unwrap()
    }

    const KEEP: ConnectionField = ConnectionField::KeepAlive {
        timeout: 10,
        max: Some(997),
    };

    const START: &str = concat!(
        "Date: Mon, 07 Nov 1994 08:49:37 GMT\r\nServer: millpond/",
        env!("CARGO_PKG_VERSION"),
        "\r\n"
    );

    #[test]
    fn a_head_tells_what_its_answer_is_and_what_becomes_of_the_connection() {
        let day_before = Some(now() - Duration::from_secs(86_400));
        let day_after = Some(now() + Duration::from_secs(86_400));
        let page = || Cow::Borrowed("page");
        let table = [
            (
                Answer::File(resource(day_before)),
                KEEP,
                "HTTP/1.1 200 OK\r\n",
                "Connection: Keep-Alive\r\nKeep-Alive: timeout=10, max=997\r\n\
                 ETag: \"tag\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                 Content-Type: text/css; charset=utf-8\r\nContent-Length: 1234\r\n\
                 Cache-Control: no-cache\r\n",
            ),
            (
                Answer::File(resource(day_after)),
                ConnectionField::Close,
                "HTTP/1.1 200 OK\r\n",
                "Connection: close\r\n\
                 ETag: \"tag\"\r\nLast-Modified: Mon, 07 Nov 1994 08:49:37 GMT\r\n\
                 Content-Type: text/css; charset=utf-8\r\nContent-Length: 1234\r\n\
                 Cache-Control: no-cache\r\n",
            ),
            // Its second still runs.
            (
                Answer::File(resource(Some(now()))),
                ConnectionField::Close,
                "HTTP/1.1 200 OK\r\n",
                "Connection: close\r\nETag: \"tag\"\r\n\
                 Content-Type: text/css; charset=utf-8\r\nContent-Length: 1234\r\n\
                 Cache-Control: no-cache\r\n",
            ),
            (
                Answer::File(resource(None)),
                ConnectionField::KeepAlive {
                    timeout: 3,
                    max: None,
                },
                "HTTP/1.1 200 OK\r\n",
                "Connection: Keep-Alive\r\nKeep-Alive: timeout=3\r\nETag: \"tag\"\r\n\
                 Content-Type: text/css; charset=utf-8\r\nContent-Length: 1234\r\n\
                 Cache-Control: no-cache\r\n",
            ),
            (
                Answer::File(named("a.svgz", None)),
                ConnectionField::Close,
                "HTTP/1.1 200 OK\r\n",
                "Connection: close\r\nETag: \"tag\"\r\nContent-Type: image/svg+xml\r\n\
                 Content-Encoding: gzip\r\nContent-Length: 1234\r\n\
                 Cache-Control: no-cache\r\n",
            ),
            (
                Answer::NotModified(resource(day_before)),
                KEEP,
                "HTTP/1.1 304 Not Modified\r\n",
                "Connection: Keep-Alive\r\nKeep-Alive: timeout=10, max=997\r\n\
                 ETag: \"tag\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                 Cache-Control: no-cache\r\n",
            ),
            (
                Answer::NotModified(resource(Some(now()))),
                KEEP,
                "HTTP/1.1 304 Not Modified\r\n",
                "Connection: Keep-Alive\r\nKeep-Alive: timeout=10, max=997\r\n\
                 ETag: \"tag\"\r\nCache-Control: no-cache\r\n",
            ),
            (
                Answer::OwnPage(Status::NotFound, named("404.html", day_before)),
                ConnectionField::Close,
                "HTTP/1.1 404 Not Found\r\n",
                "Connection: close\r\nContent-Type: text/html; charset=utf-8\r\n\
                 Content-Length: 1234\r\n",
            ),
            (
                Answer::BuiltInPage(Status::BadRequest, page()),
                ConnectionField::Close,
                "HTTP/1.1 400 Bad Request\r\n",
                "Connection: close\r\nContent-Type: text/html; charset=utf-8\r\n\
                 Content-Length: 4\r\n",
            ),
        ];
        for (answer, connection, line, fields) in table {
            let expected = format!("{line}{START}{fields}X-Content-Type-Options: nosniff\r\n\r\n");
            assert_eq!(head(&answer, connection), expected);
        }
    }
}
