//! Request target → name of a file below the root. Text only: nothing here asks the file system.

use std::borrow::Cow;

use memchr::memchr;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// The name of a file or directory below the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// Names joined by `/`, without a leading or trailing one. Never empty; no name is empty, `.`
    /// or `..`. Borrowed if the request has it literally. Bytes, as all names of files are: an old
    /// archive may hold names in Latin-1.
    pub path: Cow<'a, [u8]>,
    /// Whether the target names a file, or the folder whose index `path` is.
    pub kind: TargetKind,
}

/// What a target names, by its last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// It ends in a name: a file, or a folder without its slash.
    Name,
    /// It ends in a slash, and `index.html` was appended.
    Folder,
}

impl Target<'_> {
    /// The name of the folder, without its index and the slash before that, if the target names one. The
    /// root's is empty.
    pub fn folder(&self) -> Option<&[u8]> {
        let folder = self.path.strip_suffix(INDEX.as_bytes())?;
        (self.kind == TargetKind::Folder).then(|| folder.strip_suffix(b"/").unwrap_or(folder))
    }
}

/// Why a target names no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// It is not a well-formed path, or it leaves the root: 400.
    Malformed,
    /// It is well-formed, but a name in it is empty, as in `//`: no file can have this name.
    EmptyName,
    /// It is well-formed, and the name is hidden: 404.
    NoSuchFile,
}

/// Whether files and folders whose names begin with a dot are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DotFiles {
    /// They get 404, except for `.well-known` (RFC 8615).
    Hidden,
    /// They are served like all others.
    Served,
}

/// The file that a target with a slash at its end stands for.
const INDEX: &str = "index.html";

/// Resolves an origin-form target such as `/a/b%20c?query`, in this order:
///
/// 1. cut off the query;
/// 2. split the path at its slashes, *before* decoding, so that no `%2F` can become one;
/// 3. percent-decode each segment once: a bad `%`, and an encoded slash or NUL are malformed;
/// 4. resolve `.` and `..` (RFC 3986, 5.2.4), encoded ones too; a `..` at the root leaves it, which
///    is malformed;
/// 5. append `index.html` to a path that ends in a slash;
/// 6. refuse an empty name, as in `//`, and a hidden one.
#[inline]
pub fn resolve(target: &str, dot_files: DotFiles) -> Result<Target<'_>, Unresolved> {
    let end = memchr(b'?', target.as_bytes()).unwrap_or(target.len());
    let path = target[..end].strip_prefix('/');
    let path = path.ok_or(Unresolved::Malformed)?;
    if is_plain(path) {
        return Ok(with_index(path));
    }
    resolve_names(path, dot_files)
}

/// Steps 2 to 6 of [`resolve`], for the rare path that is not plain.
#[cold]
fn resolve_names(path: &str, dot_files: DotFiles) -> Result<Target<'_>, Unresolved> {
    let mut names: Vec<Vec<u8>> = Vec::new();
    let mut last = Vec::new();
    for segment in path.split('/') {
        let name = decode(segment)?;
        last.clone_from(&name);
        match name.as_slice() {
            b"." => {}
            b".." => drop(names.pop().ok_or(Unresolved::Malformed)?),
            _ => names.push(name),
        }
    }
    if last.is_empty() {
        // The segment after the last slash is empty and stands for the directory.
        names.pop();
    }
    let kind = match last.as_slice() {
        b"" | b"." | b".." => TargetKind::Folder,
        _ => TargetKind::Name,
    };
    if kind == TargetKind::Folder {
        names.push(INDEX.into());
    }
    if names.iter().any(Vec::is_empty) {
        return Err(Unresolved::EmptyName);
    }
    if names.iter().any(|name| is_hidden(name, dot_files)) {
        return Err(Unresolved::NoSuchFile);
    }
    Ok(Target {
        path: names.join(&b'/').into(),
        kind,
    })
}

/// Whether steps 3, 4 and 6 of [`resolve`] leave `path` as it is: it has no escape, no NUL, and no
/// segment that is empty or begins with a dot, except for the empty one after a last slash. Nearly
/// all requests have such a path, and then need no allocation.
fn is_plain(path: &str) -> bool {
    let mut previous = b'/';
    path.bytes()
        .all(|byte| match std::mem::replace(&mut previous, byte) {
            b'/' => !matches!(byte, b'%' | b'\0' | b'/' | b'.'),
            _ => !matches!(byte, b'%' | b'\0'),
        })
}

/// Step 5 of [`resolve`].
fn with_index(path: &str) -> Target<'_> {
    let (path, kind) = match path {
        "" => (Cow::Borrowed(INDEX.as_bytes()), TargetKind::Folder),
        _ if path.ends_with('/') => {
            let index = [path, INDEX].concat().into_bytes();
            (Cow::Owned(index), TargetKind::Folder)
        }
        _ => (Cow::Borrowed(path.as_bytes()), TargetKind::Name),
    };
    Target { path, kind }
}

/// Step 3 of [`resolve`], for one segment. `percent-encoding` leaves a `%` without two digits as it
/// is, so this function checks for that first.
fn decode(segment: &str) -> Result<Vec<u8>, Unresolved> {
    if !has_only_escapes(segment) {
        return Err(Unresolved::Malformed);
    }
    let name: Vec<u8> = percent_decode_str(segment).collect();
    if name.iter().any(|byte| matches!(byte, b'/' | b'\0')) {
        return Err(Unresolved::Malformed);
    }
    Ok(name)
}

/// Whether two digits follow each `%`.
fn has_only_escapes(text: &str) -> bool {
    let is_escape =
        |rest: &str| rest.len() >= 2 && rest.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit);
    text.split('%').skip(1).all(is_escape)
}

/// Whether no request can name a file so, since the name is hidden.
pub(crate) fn is_hidden(name: &[u8], dot_files: DotFiles) -> bool {
    dot_files == DotFiles::Hidden && name.starts_with(b".") && name != b".well-known"
}

/// The path of a request target as a person would write it: decoded, without dot segments, with its first
/// slash and, if it is there, its last one, and without the query. A target that [`resolve`] refuses gives
/// its path as it stands.
pub fn plain_path(target: &str) -> Cow<'_, [u8]> {
    let end = memchr(b'?', target.as_bytes()).unwrap_or(target.len());
    let path = &target[..end];
    if path.strip_prefix('/').is_none_or(is_plain) {
        return Cow::Borrowed(path.as_bytes());
    }
    match resolve(path, DotFiles::Served) {
        Err(_) => Cow::Borrowed(path.as_bytes()),
        Ok(target) => match target.folder() {
            None => [b"/", &*target.path].concat().into(),
            Some(b"") => b"/".into(),
            Some(folder) => [b"/", folder, b"/"].concat().into(),
        },
    }
}

/// All but the unreserved characters of RFC 3986 and the slash.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The reverse of [`resolve`]: the URL path of a name below the root. It needs no escaping in HTML.
pub fn to_url(path: &[u8]) -> String {
    format!("/{}", percent_encode(path, ENCODED))
}

/// The value of a parameter of the query, percent-decoded: of the first one with this `name`. `None`
/// if there is none, or its escapes are malformed.
pub fn query_value(target: &str, name: &str) -> Option<Vec<u8>> {
    let (_, query) = target.split_once('?')?;
    let mut parameters = query.split('&').filter_map(|text| text.split_once('='));
    let (_, value) = parameters.find(|(given, _)| *given == name)?;
    has_only_escapes(value).then(|| percent_decode_str(value).collect())
}

/// The form of a request target (RFC 9112, 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form<'a> {
    /// `/path?query`.
    Origin(&'a str),
    /// `http://authority/path?query`: the authority, and the path with its query.
    Absolute(&'a str, &'a str),
    /// `*`, `authority:port`, or a text of none of the four forms.
    Other,
}

/// Determines the form of `target`, by its beginning alone; [`resolve`] checks the path.
pub fn form(target: &str) -> Form<'_> {
    if target.starts_with('/') {
        return Form::Origin(target);
    }
    let Some((scheme, rest)) = target.split_once("://") else {
        return Form::Other;
    };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return Form::Other;
    }
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    // `http://authority` and `http://authority?query` have an empty path, which means the root
    // (RFC 9110, 4.2.3). The query does not select the file, so it is dropped.
    let path = if path.starts_with('/') { path } else { "/" };
    Form::Absolute(authority, path)
}

#[cfg(test)]
mod tests;
