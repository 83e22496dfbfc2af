//! Request → what is answered: the one place where a status is chosen.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::SystemTime;

use crate::dates;
use crate::pages;
use crate::request::{Method, Request};
use crate::resource::{Content, Documents, Missing, Resource};
use crate::status::Status;
use crate::target::{self, DotFiles, Unresolved};

/// The longest `400.html` or `404.html` that is used, in bytes. It is meant to be a page, and
/// every scanner's request would send it.
const ERROR_PAGE_MAX: u64 = 256 * 1024;

/// An answer, before it has a head.
#[derive(Debug)]
pub enum Answer<F> {
    /// 200.
    File(Rc<Resource<F>>),
    /// 304: the client's copy is as new as this file.
    NotModified(Rc<Resource<F>>),
    /// 400 or 404, with the root's own page.
    OwnPage(Status, Rc<Resource<F>>),
    /// 400 or 404, with a page of ours.
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

    /// The file that it rests on.
    pub fn resource(&self) -> Option<&Rc<Resource<F>>> {
        match self {
            Self::File(resource) | Self::NotModified(resource) | Self::OwnPage(_, resource) => {
                Some(resource)
            }
            Self::BuiltInPage(..) => None,
        }
    }
}

/// There is no descriptor or memory to open the file with. Saying "not found" would be a lie
/// that caches keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted;

/// Answers a request with a sound frame.
pub fn to_request<D: Documents>(
    request: &Request,
    documents: &mut D,
    dot_files: DotFiles,
    now: SystemTime,
) -> Result<Answer<D::File>, Exhausted> {
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
        Err(Missing::NotFound) => Ok(not_found(documents)),
        Err(Missing::IsDirectory) => Ok(directory(&target.path)),
        Err(Missing::Exhausted) => Err(Exhausted),
    }
}

/// Answers what can't be trusted, or can't be read.
pub fn bad_request<D: Documents>(documents: &mut D) -> Answer<D::File> {
    error_page(
        documents,
        Status::BadRequest,
        "400.html",
        pages::BAD_REQUEST,
    )
}

/// The same without a look at the root's own page.
pub fn built_in_bad_request<F>() -> Answer<F> {
    Answer::BuiltInPage(Status::BadRequest, Cow::Borrowed(pages::BAD_REQUEST))
}

fn not_found<D: Documents>(documents: &mut D) -> Answer<D::File> {
    error_page(documents, Status::NotFound, "404.html", pages::NOT_FOUND)
}

fn error_page<D: Documents>(
    documents: &mut D,
    status: Status,
    own: &str,
    built_in: &'static str,
) -> Answer<D::File> {
    match documents.find(own) {
        Ok(page) if page.length <= ERROR_PAGE_MAX => Answer::OwnPage(status, page),
        _ => Answer::BuiltInPage(status, Cow::Borrowed(built_in)),
    }
}

/// There is no redirect among our statuses; a page with a link is the next best thing. It is ours
/// even if the root has its own, which can't know the link.
fn directory<F>(path: &str) -> Answer<F> {
    let url = target::to_url(path);
    Answer::BuiltInPage(Status::NotFound, Cow::Owned(pages::directory(&url)))
}

/// RFC 9110, 13.1.3: the client's date is at or after the file's, a date in the future included.
fn is_not_modified<F>(request: &Request, resource: &Resource<F>, now: SystemTime) -> bool {
    let (Some(since), Some(modified)) = (request.if_modified_since, last_modified(resource, now))
    else {
        return false;
    };
    // Nearly all clients give back what they were told, letter for letter: reading a date takes
    // more than a thousand instructions.
    since.as_bytes() == resource.last_modified_text()
        || dates::parse(since).is_some_and(|since| modified <= since)
}

/// The file's time as it is told, in whole seconds: never later than the answer's own Date
/// (RFC 9110, 8.8.2.1). A file from the future therefore has a new time each second, and a 304
/// only within the second.
pub fn last_modified<F>(resource: &Resource<F>, now: SystemTime) -> Option<SystemTime> {
    let date = dates::whole_seconds(now);
    resource.modified.map(|modified| modified.min(date))
}

#[cfg(test)]
mod tests;
