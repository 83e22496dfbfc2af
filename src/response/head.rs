//! The head of an answer: status line and header fields. Pure.

use std::time::SystemTime;

use super::answer::Answer;
use super::extra::Extra;
use super::pages::Page;
use super::representation::Representation;
use super::resource::Resource;
use crate::http::header_rules::effects::OwnField;
use crate::http::status::Status;
use crate::http::{date, range};

// Every answer pays for its head, so it is put together from texts that are whole fields, and copied
// rather than formatted.

const SERVER: &str = concat!("\r\nServer: millpond/", env!("CARGO_PKG_VERSION"), "\r\n");

/// A cache asks each time whether the file is still the same.
macro_rules! no_cache {
    () => {
        "Cache-Control: no-cache\r\n"
    };
}

/// With it a browser believes the type that we declare, and does not find a script in an image.
macro_rules! no_sniff {
    () => {
        "X-Content-Type-Options: nosniff\r\n"
    };
}

const NO_CACHE: &str = no_cache!();
const NO_SNIFF: &str = no_sniff!();

/// The end of a head with a file if no option adds anything: both, and the empty line.
const USUAL_END: &str = concat!(no_cache!(), no_sniff!(), "\r\n");

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

/// What a head says beyond its answer.
#[derive(Clone, Debug)]
pub struct Terms<'a> {
    /// What becomes of the connection.
    pub connection: ConnectionField,
    /// The time of the answer.
    pub now: SystemTime,
    /// The text of that time.
    pub date: &'a str,
    /// What options add.
    pub extra: Option<Extra>,
}

/// Puts head and, if that is in memory, body together in `output`, in place of what is there. Returns the
/// head's length, and whether a body follows that is a file.
pub fn compose<F>(
    output: &mut Vec<u8>,
    answer: &Answer<F>,
    with_body: bool,
    terms: &Terms,
) -> (usize, bool) {
    output.clear();
    append_head(output, answer, terms);
    let head = output.len();
    let more = with_body && answer.append_body(output);
    (head, more)
}

/// Appends the head of `answer`, its empty line included. HEAD gets the same bytes as GET. No field holds
/// anything that came from the client, but for Location: a part of its target, in visible ASCII.
pub fn append_head<F>(out: &mut Vec<u8>, answer: &Answer<F>, terms: &Terms) {
    let server = if terms.replaces(OwnField::Server) {
        "\r\n"
    } else {
        SERVER
    };
    append(out, &[answer.status().line(), "Date: ", terms.date, server]);
    append_connection(out, terms.connection);
    if let Some(extra) = &terms.extra {
        extra.append(out, answer);
    }
    match answer {
        Answer::File(found) => append_file_fields(out, found, terms),
        Answer::Part(found, range) => {
            append_validators(out, &found.sent, terms.now);
            append_media_type(out, found, terms);
            append(out, &["Content-Range: "]);
            range.append_content_range(out, found.sent.length);
            append(out, &["\r\n"]);
            append_length(out, range.length());
        }
        Answer::Parts(found, parts) => {
            append_validators(out, &found.sent, terms.now);
            append(out, &["Content-Type: "]);
            out.extend_from_slice(parts.content_type());
            append(out, &["\r\n"]);
            append_length(out, parts.length());
        }
        // Content-Type and Content-Length would describe a body that is not there (RFC 9110, 15.4.5).
        Answer::NotModified(found) => append_validators(out, &found.sent, terms.now),
        // No Content-Length either (RFC 9110, 8.6).
        Answer::Options => return append(out, &[ALLOW, "\r\n"]),
        Answer::Moved(location, page) => {
            append(out, &["Location: ", location, "\r\n"]);
            // A client may keep a 301 for ever, and the folder may become a file.
            let extra = terms.extra.as_ref();
            if !extra.is_some_and(Extra::has_error_cache_control) {
                append(out, &[NO_CACHE]);
            }
            append_page_fields(out, page);
        }
        Answer::Unsatisfiable(length, page) => {
            append(out, &["Content-Range: "]);
            range::append_unsatisfied(out, *length);
            append(out, &["\r\n"]);
            append_page_fields(out, page);
        }
        Answer::Error(status, page) => {
            append(out, &[fields_of(*status)]);
            append_page_fields(out, page);
        }
    }
    append_end(out, answer, terms);
}

/// The last fields, and the empty line.
fn append_end<F>(out: &mut Vec<u8>, answer: &Answer<F>, terms: &Terms) {
    if answer.representation().is_some() {
        match &terms.extra {
            None => return append(out, &[USUAL_END]),
            Some(extra) => extra.append_cache_control(out, NO_CACHE),
        }
    }
    if !terms.replaces(OwnField::ContentTypeOptions) {
        append(out, &[NO_SNIFF]);
    }
    append(out, &["\r\n"]);
}

impl Terms<'_> {
    fn replaces(&self, field: OwnField) -> bool {
        self.extra
            .as_ref()
            .is_some_and(|extra| extra.replaces(field))
    }

    fn content_type(&self) -> Option<&str> {
        self.extra.as_ref()?.content_type()
    }
}

/// What may be asked for.
const ALLOW: &str = "Allow: GET, HEAD, OPTIONS\r\n";

/// The fields that an error has whatever its page.
fn fields_of(status: Status) -> &'static str {
    match status {
        Status::MethodNotAllowed => ALLOW,
        Status::ServiceUnavailable => "Retry-After: 5\r\nCache-Control: no-store\r\n",
        _ => "",
    }
}

#[inline]
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

fn append_file_fields<F>(out: &mut Vec<u8>, found: &Representation<F>, terms: &Terms) {
    let fields = &found.sent.fields;
    let is_usual = found.coded.is_none() && terms.content_type().is_none();
    if is_usual && found.sent.is_date_told(terms.now) {
        return out.extend_from_slice(fields.all());
    }
    append_validators(out, &found.sent, terms.now);
    append_media_type(out, found, terms);
    out.extend_from_slice(fields.length());
}

/// Content-Type and Content-Encoding: a rule may have replaced the type, and a compressed form has that of
/// its file.
fn append_media_type<F>(out: &mut Vec<u8>, found: &Representation<F>, terms: &Terms) {
    let fields = &found.file().fields;
    match terms.content_type() {
        None => out.extend_from_slice(fields.media_type()),
        Some(line) => {
            append(out, &[line]);
            out.extend_from_slice(fields.encoding());
        }
    }
    if let Some((coding, _)) = &found.coded {
        append(out, &["Content-Encoding: ", coding.token(), "\r\n"]);
    }
}

/// `ETag`, and Last-Modified unless the file may still change within the second of that date. It is
/// never later than the answer's own Date (RFC 9110, 8.8.2.1).
fn append_validators<F>(out: &mut Vec<u8>, resource: &Resource<F>, now: SystemTime) {
    if resource.is_date_told(now) {
        return out.extend_from_slice(resource.fields.validators());
    }
    out.extend_from_slice(resource.fields.tag_field());
    if !resource.is_within_its_second(now) {
        let date = date::write(date::whole_seconds(now)).to_string();
        append(out, &["Last-Modified: ", &date, "\r\n"]);
    }
}

fn append_page_fields<F>(out: &mut Vec<u8>, page: &Page<F>) {
    match page {
        // Its own type: like any document it may declare another encoding than UTF-8.
        Page::Own(page) => out.extend_from_slice(page.fields.content()),
        Page::BuiltIn(page) => {
            append(out, &["Content-Type: text/html; charset=utf-8\r\n"]);
            append_length(out, page.len() as u64);
        }
    }
}

fn append_length(out: &mut Vec<u8>, length: u64) {
    append(out, &["Content-Length: "]);
    append_number(out, length);
    append(out, &["\r\n"]);
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
mod tests;
