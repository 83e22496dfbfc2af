//! A request gets its answer here: the one place where a status is chosen.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::SystemTime;

use super::in_flight::{Body, FileRange};
use super::resource::{Content, Documents, LookupError, Resource};
use crate::http::date;
use crate::http::request::{Method, Request};
use crate::http::status::Status;
use crate::http::target::{self, DotFiles, Unresolved};

/// The longest `400.html` or `404.html` that is used, in bytes. A longer one is no page for people,
/// and would be sent to every scanner that guesses names.
const ERROR_PAGE_MAX: u64 = 256 * 1024;

/// An answer, before it has a head.
#[derive(Debug)]
pub enum Answer<F> {
    /// 200, with this file.
    File(Rc<Resource<F>>),
    /// 304: the client's copy is as new as this file.
    NotModified(Rc<Resource<F>>),
    /// 400 or 404, with the root's own page.
    OwnPage(Status, Rc<Resource<F>>),
    /// 400 or 404, with a built-in page.
    BuiltInPage(Status, Cow<'static, str>),
}

impl<F> Answer<F> {
    /// Its status.
    pub fn status(&self) -> Status {
        match self {
            Self::File(_) => Status::Ok,
            Self::NotModified(_) => Status::NotModified,
            Self::OwnPage(status, _) | Self::BuiltInPage(status, _) => *status,
        }
    }

    /// Whether a file stays open while the answer to `method` is sent.
    pub fn keeps_file(&self, method: Method) -> bool {
        let (Self::File(resource) | Self::OwnPage(_, resource)) = self else {
            return false;
        };
        method != Method::Head && matches!(resource.content, Content::File(_))
    }

    /// Appends the body to `out` if it is in memory. Returns whether it is a file instead, which is
    /// to be sent after `out`.
    pub fn append_body(&self, out: &mut Vec<u8>) -> bool {
        match self {
            Self::File(resource) | Self::OwnPage(_, resource) => {
                out.extend_from_slice(resource.bytes());
                matches!(resource.content, Content::File(_))
            }
            Self::NotModified(_) => false,
            Self::BuiltInPage(_, page) => {
                out.extend_from_slice(page.as_bytes());
                false
            }
        }
    }

    /// The body, to be sent later.
    pub fn body(&self) -> Body<F> {
        match self {
            Self::File(resource) | Self::OwnPage(_, resource) => match &resource.content {
                Content::Bytes(_) => Body::Resource(Rc::clone(resource)),
                Content::File(file) => Body::File(FileRange {
                    file: Rc::clone(file),
                    offset: 0,
                    end: resource.length,
                }),
            },
            Self::NotModified(_) => Body::None,
            Self::BuiltInPage(_, page) => Body::Page(page.clone()),
        }
    }

    /// The file that the answer was made from.
    pub fn resource(&self) -> Option<&Rc<Resource<F>>> {
        match self {
            Self::File(resource) | Self::NotModified(resource) | Self::OwnPage(_, resource) => {
                Some(resource)
            }
            Self::BuiltInPage(..) => None,
        }
    }
}

/// There is no descriptor or memory to open the file with. "Not found" would be a false answer that
/// caches store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfDescriptors;

/// Answers a request whose framing is well formed.
pub fn to_request<D: Documents>(
    request: &Request,
    documents: &mut D,
    dot_files: DotFiles,
    now: SystemTime,
) -> Result<Answer<D::File>, OutOfDescriptors> {
    let (Method::Get | Method::Head, Some(path)) = (request.method, request.path) else {
        return Ok(bad_request(documents));
    };
    let target = match target::resolve(path, dot_files) {
        Ok(target) => target,
        Err(Unresolved::Malformed) => return Ok(bad_request(documents)),
        Err(Unresolved::NoSuchFile) => return Ok(not_found(documents)),
    };
    match documents.find(&target.path) {
        Ok(resource) if is_not_modified(request, &resource, now) => {
            Ok(Answer::NotModified(resource))
        }
        Ok(resource) => Ok(Answer::File(resource)),
        // Only a listing is not yet known.
        Err(LookupError::NotFound | LookupError::NotYet) => Ok(not_found(documents)),
        Err(LookupError::IsDirectory) => Ok(directory(&target.path)),
        Err(LookupError::OutOfDescriptors) => Err(OutOfDescriptors),
    }
}

/// Answers malformed framing, and a request that can't be read.
pub fn bad_request<D: Documents>(documents: &mut D) -> Answer<D::File> {
    error_page(documents, Status::BadRequest, "400.html", BAD_REQUEST_PAGE)
}

/// The same answer without the root's own page.
pub fn built_in_bad_request<F>() -> Answer<F> {
    Answer::BuiltInPage(Status::BadRequest, Cow::Borrowed(BAD_REQUEST_PAGE))
}

fn not_found<D: Documents>(documents: &mut D) -> Answer<D::File> {
    error_page(documents, Status::NotFound, "404.html", NOT_FOUND_PAGE)
}

fn error_page<D: Documents>(
    documents: &mut D,
    status: Status,
    own: &str,
    built_in: &'static str,
) -> Answer<D::File> {
    match documents.find(own.as_bytes()) {
        Ok(page) if page.length <= ERROR_PAGE_MAX => Answer::OwnPage(status, page),
        _ => Answer::BuiltInPage(status, Cow::Borrowed(built_in)),
    }
}

/// The four statuses have no redirect, so the answer is a page with a link. It is the built-in page
/// even if the root has its own, which can't know the link.
fn directory<F>(path: &[u8]) -> Answer<F> {
    let url = target::to_url(path);
    Answer::BuiltInPage(Status::NotFound, Cow::Owned(directory_page(&url)))
}

/// Whether the client's copy is the present one (RFC 9110, 13.2.2). Tags decide alone if there are
/// any; a date decides if it is at or after the file's, a date in the future included, unless the
/// file may still change within the second of that date.
fn is_not_modified<F>(request: &Request, resource: &Resource<F>, now: SystemTime) -> bool {
    if request.none_match.is_present() {
        return request.none_match.matches(resource.fields.tag());
    }
    let (Some(since), Some(modified)) = (request.if_modified_since, resource.modified) else {
        return false;
    };
    // Nearly all clients give back what they were told, letter for letter: reading a date takes
    // more than a thousand instructions.
    let is_at_or_after = since.as_bytes() == resource.fields.last_modified_text()
        || date::parse(since).is_some_and(|since| modified <= since);
    is_at_or_after && !resource.is_within_its_second(now)
}

/// The built-in page of a 400.
pub const BAD_REQUEST_PAGE: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n",
    "<title>Bad Request</title>\n<h1>Bad Request</h1>\n",
    "<p>This server could not understand the request, or does not do what it asks.</p>\n</html>\n"
);

/// The built-in page of a 404.
pub const NOT_FOUND_PAGE: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n",
    "<title>File Not Found</title>\n<h1>File Not Found</h1>\n",
    "<p>There is no such file here.</p>\n</html>\n"
);

/// The page of a 404 for a directory that was asked for without its last slash. `url` must be
/// percent-encoded, so that it needs no escaping in HTML.
pub fn directory_page(url: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <title>File Not Found</title>\n<h1>File Not Found</h1>\n\
         <p>This is a directory. Did you mean <a href=\"{url}/\">{url}/</a>?</p>\n</html>\n"
    )
}

#[cfg(test)]
mod tests;
