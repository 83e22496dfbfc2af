//! A request gets its answer here: the one place where a status is chosen.

use std::time::SystemTime;

use super::conditions::{self, Verdict};
use super::pages::{self, Page};
use super::parts::Parts;
use super::representation::{self, Representation};
use super::resource::Documents;
pub use super::selection::NoAnswerYet;
use super::selection::{self, Selected};
use super::serving::Serving;
use crate::http::method::Method;
use crate::http::profile::Profile;
use crate::http::range::{ByteRange, Ranges};
use crate::http::request::{Refusal, Request, RequestBody, TARGET_MAX};
use crate::http::status::Status;

/// An answer, before it has a head.
#[derive(Debug)]
pub enum Answer<F> {
    /// 200, with this file.
    File(Representation<F>),
    /// 206, with these bytes of the file.
    Part(Representation<F>, ByteRange),
    /// 206, with several ranges of the file.
    Parts(Representation<F>, Box<Parts<F>>),
    /// 304: the client's copy is this file.
    NotModified(Representation<F>),
    /// 204: what may be asked for.
    Options,
    /// 301: path and query of the other name, and the page that links to it.
    Moved(Box<str>, Page<F>),
    /// 416: the length of the file.
    Unsatisfiable(u64, Page<F>),
    /// An error.
    Error(Status, Page<F>),
}

impl<F> Answer<F> {
    /// Its status.
    pub fn status(&self) -> Status {
        match self {
            Self::File(_) => Status::Ok,
            Self::Part(..) | Self::Parts(..) => Status::PartialContent,
            Self::NotModified(_) => Status::NotModified,
            Self::Options => Status::NoContent,
            Self::Moved(..) => Status::MovedPermanently,
            Self::Unsatisfiable(..) => Status::RangeNotSatisfiable,
            Self::Error(status, _) => *status,
        }
    }
}

/// Answers a request whose framing is well formed.
pub fn to_request<D: Documents>(
    request: &Request,
    documents: &mut D,
    serving: &Serving,
    now: SystemTime,
) -> Result<Answer<D::File>, NoAnswerYet> {
    if let Some(status) = refused(request, serving.profile) {
        return Ok(error(documents, status, serving.profile));
    }
    if request.method == Method::Options {
        return Ok(Answer::Options);
    }
    let (file, choice) = match selection::select(request, documents, serving)? {
        Selected::File(file, choice) => (file, choice),
        Selected::Moved(url) => return Ok(moved(url, serving.profile)),
        Selected::Nothing(status) => return Ok(error(documents, status, serving.profile)),
    };
    let found = representation::choose(file, choice, request, documents, serving.coding)?;
    Ok(
        match conditions::evaluate(request, &found.sent, serving.profile, now) {
            Verdict::Failed => error(documents, Status::PreconditionFailed, serving.profile),
            Verdict::NotModified => Answer::NotModified(found),
            Verdict::Send(Ranges::Ignored) => Answer::File(found),
            Verdict::Send(Ranges::One(range)) => Answer::Part(found, range),
            Verdict::Send(Ranges::Several(ranges)) => {
                let parts = Parts::new(&found, ranges);
                Answer::Parts(found, Box::new(parts))
            }
            Verdict::Send(Ranges::Unsatisfiable) => {
                let page = pages::for_status(documents, Status::RangeNotSatisfiable);
                Answer::Unsatisfiable(found.sent.length, page)
            }
        },
    )
}

/// The status for a head that is not read.
pub fn status_of(refusal: Refusal) -> Status {
    match refusal {
        Refusal::Malformed => Status::BadRequest,
        Refusal::LongTarget => Status::UriTooLong,
        Refusal::LongHead => Status::FieldsTooLarge,
        Refusal::Version => Status::VersionNotSupported,
    }
}

/// What is wrong with a request, whatever there is by the name that it asks for.
fn refused(request: &Request, profile: Profile) -> Option<Status> {
    let is_long = profile == Profile::Full && request.line.target.len() > TARGET_MAX;
    match (request.method, request.body, request.path) {
        _ if is_long => Some(Status::UriTooLong),
        (Method::Get | Method::Head, RequestBody::None, Some(_)) => None,
        (Method::Get | Method::Head, _, _) => Some(Status::BadRequest),
        (Method::Options, _, _) if profile == Profile::Full => None,
        (Method::Options | Method::NotAllowed, _, _) => Some(Status::MethodNotAllowed),
        (Method::Unknown, _, _) => Some(Status::NotImplemented),
    }
}

/// An error.
pub fn error<D: Documents>(documents: &mut D, status: Status, profile: Profile) -> Answer<D::File> {
    let status = told(status, profile);
    Answer::Error(status, pages::for_status(documents, status))
}

/// An error without the root's own page.
pub fn built_in_error<F>(status: Status, profile: Profile) -> Answer<F> {
    let status = told(status, profile);
    Answer::Error(status, Page::built_in(status))
}

/// The status that stands for an error in this profile: of four, 400 stands for all that are wrong with a
/// request.
fn told(status: Status, profile: Profile) -> Status {
    match (profile, status) {
        (Profile::Full, _) | (Profile::Four, Status::NotFound) => status,
        (Profile::Four, _) => Status::BadRequest,
    }
}

/// Another name for what was asked for. Four statuses have no redirect, so the answer is a page with a link.
/// It is the built-in page even if the root has its own, which can't know the link.
fn moved<F>(url: String, profile: Profile) -> Answer<F> {
    let page = |status| Page::BuiltIn(pages::link(status, &url).into());
    match profile {
        Profile::Full => {
            let page = page(Status::MovedPermanently);
            Answer::Moved(url.into(), page)
        }
        Profile::Four => Answer::Error(Status::NotFound, page(Status::NotFound)),
    }
}

#[cfg(test)]
mod tests;
