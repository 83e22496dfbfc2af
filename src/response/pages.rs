//! The pages of answers that have no file of their own.

use std::borrow::Cow;
use std::rc::Rc;

use super::resource::{Documents, Resource};
use crate::http::status::Status;

/// The longest page of the root's own for an error, such as `404.html`, that is used, in bytes. A longer
/// one is no page for people, and would be sent to every scanner that guesses names.
pub(super) const OWN_PAGE_MAX: u64 = 256 * 1024;

/// The page of an answer.
#[derive(Debug)]
pub enum Page<F> {
    /// The root's own.
    Own(Rc<Resource<F>>),
    /// A built-in one.
    BuiltIn(Cow<'static, str>),
}

impl<F> Page<F> {
    /// The built-in page for a `status`.
    pub(super) fn built_in(status: Status) -> Self {
        Self::BuiltIn(Cow::Borrowed(built_in(status)))
    }
}

/// The page for a `status`: the root's own if it is usable.
pub(super) fn for_status<D: Documents>(documents: &mut D, status: Status) -> Page<D::File> {
    let mut name = *b"000.html";
    let mut code = status.code();
    for digit in name[..3].iter_mut().rev() {
        *digit += u8::try_from(code % 10).unwrap_or(0);
        code /= 10;
    }
    match documents.find(&name) {
        Ok(page) if page.length <= OWN_PAGE_MAX => Page::Own(page),
        _ => Page::built_in(status),
    }
}

/// A built-in page from its title and its sentence.
macro_rules! page {
    ($title:literal, $sentence:literal) => {
        concat!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>",
            $title,
            "</title>\n<h1>",
            $title,
            "</h1>\n<p>",
            $sentence,
            "</p>\n</html>\n"
        )
    };
}

/// The built-in page of a 400.
pub const BAD_REQUEST: &str = page!(
    "Bad Request",
    "This server could not understand the request, or does not do what it asks."
);

/// The built-in page of a 404.
pub const NOT_FOUND: &str = page!("File Not Found", "There is no such file here.");

/// The built-in page for a status; empty for those that have no page.
pub fn built_in(status: Status) -> &'static str {
    match status {
        Status::Ok | Status::NoContent | Status::PartialContent | Status::NotModified => "",
        Status::MovedPermanently => page!("Moved", "This is a folder: its name ends with a slash."),
        Status::BadRequest => BAD_REQUEST,
        Status::NotFound => NOT_FOUND,
        Status::MethodNotAllowed => page!("Method Not Allowed", "Files here can only be read."),
        Status::RequestTimeout => page!("Request Timeout", "The request took too long to arrive."),
        Status::PreconditionFailed => page!(
            "Precondition Failed",
            "The file has changed, or is not the version that was asked for."
        ),
        Status::UriTooLong => page!("URI Too Long", "The address is too long."),
        Status::RangeNotSatisfiable => page!(
            "Range Not Satisfiable",
            "The file does not have the part that was asked for."
        ),
        Status::FieldsTooLarge => page!(
            "Request Header Fields Too Large",
            "The head of the request is too long, or has too many fields."
        ),
        Status::NotImplemented => page!("Not Implemented", "This server does not know the method."),
        Status::ServiceUnavailable => page!(
            "Service Unavailable",
            "The server has too much to do. Please try again in a few seconds."
        ),
        Status::VersionNotSupported => {
            page!("HTTP Version Not Supported", "This server speaks HTTP/1.1.")
        }
    }
}

/// The page that leads to `url`.
pub fn link(status: Status, url: &str) -> String {
    let (title, sentence, end) = match status {
        Status::NotFound => ("File Not Found", "This is a directory. Did you mean", '?'),
        _ => ("Moved", "This address has changed. It is now", '.'),
    };
    // A query may hold anything visible.
    let url = url
        .replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <title>{title}</title>\n<h1>{title}</h1>\n\
         <p>{sentence} <a href=\"{url}\">{url}</a>{end}</p>\n</html>\n"
    )
}

/// The page of a 404 for a directory that was asked for without its last slash, at `url`.
pub fn directory(url: &str) -> String {
    link(Status::NotFound, &format!("{url}/"))
}
