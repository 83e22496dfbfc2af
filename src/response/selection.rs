//! The name that a request asks for → the file that is served for it, or another name, or nothing.

use std::rc::Rc;

use super::listing::{ListingFormat, place};
use super::redirect;
use super::resource::{Documents, LookupError, Resource};
use super::serving::{CleanUrls, Folders, Serving};
use crate::http::accept;
use crate::http::header_fields::Field;
use crate::http::profile::Profile;
use crate::http::request::Request;
use crate::http::status::Status;
use crate::http::target::{self, Target, TargetKind, Unresolved};

/// What has decided on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Its name.
    ByName,
    /// What kinds of document the client takes, too: another client may get another answer.
    ByAccept,
    /// The same, and it is no file but a listing.
    Listing,
}

/// What a request is about.
pub(super) enum Selected<F> {
    /// This file.
    File(Rc<Resource<F>>, Choice),
    /// What is at another name: its path and query.
    Moved(String),
    /// Nothing that is served: 400 or 404.
    Nothing(Status),
}

/// Why there is no answer yet. "Not found" would be a false answer that caches store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswerYet {
    /// There is no descriptor or memory to open the file with.
    OutOfDescriptors,
    /// The document is being made: the next turn goes on with it.
    Unfinished,
}

impl From<LookupError> for NoAnswerYet {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::NotYet => Self::Unfinished,
            _ => Self::OutOfDescriptors,
        }
    }
}

/// Selects by the name, and by what may stand for it.
#[inline]
pub(super) fn select<D: Documents>(
    request: &Request,
    documents: &mut D,
    serving: &Serving,
) -> Result<Selected<D::File>, NoAnswerYet> {
    let Some(path) = request.path else {
        return Ok(Selected::Nothing(Status::BadRequest));
    };
    let target = match target::resolve(path, serving.dot_files) {
        Ok(target) => target,
        Err(Unresolved::Malformed) => return Ok(Selected::Nothing(Status::BadRequest)),
        Err(Unresolved::EmptyName) if serving.profile == Profile::Full => {
            return Ok(Selected::Moved(redirect::without_empty_names(path)));
        }
        Err(Unresolved::EmptyName | Unresolved::NoSuchFile) => {
            return Ok(Selected::Nothing(Status::NotFound));
        }
    };
    match documents.find(&target.path) {
        Ok(file) => match shorter_name(path, &target, documents, serving) {
            Some(url) => Ok(Selected::Moved(url)),
            None => Ok(Selected::File(file, Choice::ByName)),
        },
        Err(LookupError::IsDirectory) => Ok(Selected::Moved(match serving.profile {
            Profile::Full => redirect::with_slash(path),
            Profile::Four => target::to_url(&target.path) + "/",
        })),
        Err(LookupError::NotFound) => absent(request, &target, documents, serving),
        Err(error) => Err(error.into()),
    }
}

/// With clean URLs, the name without `.html` or `index.html` of a file that was asked for with it.
fn shorter_name<D: Documents>(
    path: &str,
    target: &Target,
    documents: &mut D,
    serving: &Serving,
) -> Option<String> {
    let is_on = serving.clean_urls == CleanUrls::On && serving.profile == Profile::Full;
    if !is_on || target.kind == TargetKind::Folder {
        return None;
    }
    if target.path.ends_with(b"/index.html") || &*target.path == b"index.html" {
        return redirect::without_suffix(path, "index.html");
    }
    // Something else may be at the shorter name, or nothing may be left of it.
    let shorter = target.path.strip_suffix(b".html")?;
    if shorter.is_empty() || shorter.ends_with(b"/") {
        return None;
    }
    let is_free = documents.find(shorter).err() == Some(LookupError::NotFound);
    is_free.then(|| redirect::without_suffix(path, ".html"))?
}

/// Nothing is at the name itself.
fn absent<D: Documents>(
    request: &Request,
    target: &Target,
    documents: &mut D,
    serving: &Serving,
) -> Result<Selected<D::File>, NoAnswerYet> {
    if serving.clean_urls == CleanUrls::On && target.kind == TargetKind::Name {
        let name = [&target.path, &b".html"[..]].concat();
        if let Some(file) = found(documents.find(&name))? {
            return Ok(Selected::File(file, Choice::ByName));
        }
    }
    if serving.folders == Folders::Listed
        && let Some(folder) = target.folder()
        && let Some(list) = found(list(request, folder, documents))?
    {
        return Ok(Selected::File(list, Choice::Listing));
    }
    if let Some(fallback) = &serving.fallback
        && is_a_page(request, target)
        && let Some(file) = found(documents.find(fallback))?
    {
        return Ok(Selected::File(file, Choice::ByAccept));
    }
    Ok(Selected::Nothing(Status::NotFound))
}

/// The page of a listing that the request asks for.
fn list<D: Documents>(
    request: &Request,
    folder: &[u8],
    documents: &mut D,
) -> Result<Rc<Resource<D::File>>, LookupError> {
    let format = if accept::prefers_json(request.fields.all(Field::Accept)) {
        ListingFormat::Json
    } else {
        ListingFormat::Html
    };
    documents.list(folder, format, place::after(request.line.target).as_deref())
}

/// What is found, if something is.
fn found<F>(
    result: Result<Rc<Resource<F>>, LookupError>,
) -> Result<Option<Rc<Resource<F>>>, NoAnswerYet> {
    match result {
        Ok(file) => Ok(Some(file)),
        Err(LookupError::NotFound | LookupError::IsDirectory) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether a request may be for a page of a single-page application: the name has no extension, and the
/// client takes HTML.
fn is_a_page(request: &Request, target: &Target) -> bool {
    let named = target.folder().unwrap_or(&target.path);
    let last = named.rsplit(|&byte| byte == b'/').next().unwrap_or(named);
    let has_extension = last.contains(&b'.');
    !has_extension && accept::takes(request.fields.all(Field::Accept), "text", "html")
}
