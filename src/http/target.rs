//! Request target → name of a file below the root. Pure: no file system is asked here.

use std::borrow::Cow;

use memchr::memchr;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The name of a file or directory below the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// Names joined by `/`, without a leading or trailing one. Never empty, never with a `.` or
    /// `..` or empty name in it. Borrowed from the request if it says it in so many words.
    pub path: Cow<'a, str>,
}

/// Why a target names no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// It can't be read as a path, or leaves the root: 400.
    Malformed,
    /// It can be read, but no file can bear that name, or none that is served: 404.
    NoSuchFile,
}

/// Whether files whose names begin with a dot may be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DotFiles {
    /// 404, except for `.well-known` (RFC 8615).
    Hidden,
    /// Served like any other.
    Served,
}

/// The file of a directory's own target.
const INDEX: &str = "index.html";

/// Resolves an origin-form target such as `/a/b%20c?query`, in this order:
///
/// 1. the query is cut off;
/// 2. the path is split at its slashes, *before* decoding, so that no `%2F` can become one;
/// 3. each segment is percent-decoded once: a bad `%`, an encoded slash or NUL, or bytes that
///    are no UTF-8 are malformed;
/// 4. `.` and `..` are resolved (RFC 3986, 5.2.4), encoded ones too: a `..` at the root leaves it;
/// 5. a path that ends in a slash gets `index.html`;
/// 6. an empty name, as in `//`, and a hidden one are no file.
pub fn resolve(target: &str, dot_files: DotFiles) -> Result<Target<'_>, Unresolved> {
    let end = memchr(b'?', target.as_bytes()).unwrap_or(target.len());
    let path = target[..end].strip_prefix('/');
    let path = path.ok_or(Unresolved::Malformed)?;
    if is_plain(path) {
        return Ok(Target {
            path: with_index(path),
        });
    }
    let mut names: Vec<String> = Vec::new();
    let mut last = String::new();
    for segment in path.split('/') {
        let name = decode(segment)?;
        last.clone_from(&name);
        match name.as_str() {
            "." => {}
            ".." => drop(names.pop().ok_or(Unresolved::Malformed)?),
            _ => names.push(name),
        }
    }
    if last.is_empty() {
        // What follows the last slash is an empty segment, which stands for the directory.
        names.pop();
    }
    if matches!(last.as_str(), "" | "." | "..") {
        names.push(INDEX.to_owned());
    }
    if names.iter().any(|name| is_unserved(name, dot_files)) {
        return Err(Unresolved::NoSuchFile);
    }
    Ok(Target {
        path: names.join("/").into(),
    })
}

/// Whether steps 3, 4 and 6 leave `path` as it is: no escape, no NUL, and no segment that is empty
/// or begins with a dot, but for the empty one after a last slash. So are nearly all that browsers
/// ask for.
fn is_plain(path: &str) -> bool {
    let mut previous = b'/';
    path.bytes()
        .all(|byte| match std::mem::replace(&mut previous, byte) {
            b'/' => !matches!(byte, b'%' | b'\0' | b'/' | b'.'),
            _ => !matches!(byte, b'%' | b'\0'),
        })
}

/// Step 5.
fn with_index(path: &str) -> Cow<'_, str> {
    match path {
        "" => Cow::Borrowed(INDEX),
        _ if path.ends_with('/') => Cow::Owned([path, INDEX].concat()),
        _ => Cow::Borrowed(path),
    }
}

/// Decodes one segment. The crate leaves a `%` without two digits as it is, so that is checked
/// first.
fn decode(segment: &str) -> Result<String, Unresolved> {
    let mut after_percent = segment.split('%');
    after_percent.next();
    let is_escape =
        |text: &str| text.len() >= 2 && text.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit);
    if !after_percent.all(is_escape) {
        return Err(Unresolved::Malformed);
    }
    let name = percent_decode_str(segment)
        .decode_utf8()
        .map_err(|_| Unresolved::Malformed)?;
    if name.contains(['/', '\0']) {
        return Err(Unresolved::Malformed);
    }
    Ok(name.into_owned())
}

fn is_unserved(name: &str, dot_files: DotFiles) -> bool {
    let is_hidden = name.starts_with('.') && name != ".well-known";
    name.is_empty() || (is_hidden && dot_files == DotFiles::Hidden)
}

/// All but the unreserved characters of RFC 3986 and the slash.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The other way: the URL path of a name below the root, safe in HTML too.
pub fn to_url(path: &str) -> String {
    format!("/{}", utf8_percent_encode(path, ENCODED))
}

/// The form of a request target (RFC 9112, 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form<'a> {
    /// `/path?query`.
    Origin(&'a str),
    /// `http://authority/path?query`: the authority, and what follows it.
    Absolute(&'a str, &'a str),
    /// `*`, `authority:port`, or no form at all.
    Other,
}

/// Tells the forms apart.
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
    // (RFC 9110, 4.2.3). A query names no file, so it can go.
    let path = if path.starts_with('/') { path } else { "/" };
    Form::Absolute(authority, path)
}

#[cfg(test)]
mod tests;
