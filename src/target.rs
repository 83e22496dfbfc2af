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
    /// `*`, `host:port`, or no form at all.
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
    // `http://host` and `http://host?query` have an empty path, which means the root
    // (RFC 9110, 4.2.3). A query names no file, so it can go.
    let path = if path.starts_with('/') { path } else { "/" };
    Form::Absolute(authority, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(target: &str, dot_files: DotFiles) -> Result<String, Unresolved> {
        resolve(target, dot_files).map(|target| target.path.into_owned())
    }

    #[test]
    fn targets_that_name_a_file() {
        let table = [
            ("/", "index.html"),
            ("/?a=b/../c", "index.html"),
            ("/index.html", "index.html"),
            ("/a", "a"),
            ("/a/", "a/index.html"),
            ("/a/b", "a/b"),
            ("/a/b?c?d", "a/b"),
            ("/./a/./b/.", "a/b/index.html"),
            ("/a/../b", "b"),
            ("/a/b/..", "a/index.html"),
            ("/a/b/../", "a/index.html"),
            ("/a/..", "index.html"),
            ("/a//../b", "a/b"),
            ("/%2e/a", "a"),
            ("/a/%2E%2e/b", "b"),
            ("/a/.%2e", "index.html"),
            ("/a%20calm%20name", "a calm name"),
            ("/a+b", "a+b"),
            ("/%2525", "%25"),
            ("/%41%c3%a9", "A\u{e9}"),
            ("/%0d%0a", "\r\n"),
            ("/a\\b", "a\\b"),
            ("/..\\a", "..\\a"),
            ("/C:", "C:"),
            ("/a;b=c", "a;b=c"),
            ("/a.", "a."),
            ("/...", "..."),
            ("/.well-known/security.txt", ".well-known/security.txt"),
            ("/a%3Fb", "a?b"),
        ];
        for (target, path) in table {
            assert_eq!(
                resolved(target, DotFiles::Served).as_deref(),
                Ok(path),
                "{target}"
            );
        }
    }

    #[test]
    fn targets_that_name_none() {
        use Unresolved::{Malformed, NoSuchFile};
        let table = [
            ("", Malformed),
            ("a", Malformed),
            ("*", Malformed),
            ("/..", Malformed),
            ("/../", Malformed),
            ("/../index.html", Malformed),
            ("/a/../../b", Malformed),
            ("/%2e%2e/b", Malformed),
            ("/.%2e/b", Malformed),
            ("/%", Malformed),
            ("/%4", Malformed),
            ("/%4/1", Malformed),
            ("/%zz", Malformed),
            ("/%+1", Malformed),
            ("/a%", Malformed),
            ("/%00", Malformed),
            ("/a%00.html", Malformed),
            ("/a%2fb", Malformed),
            ("/a%2Fb", Malformed),
            ("/..%2f", Malformed),
            ("/%ff", Malformed),
            ("/%c3", Malformed),
            ("/%c0%ae%c0%ae/", Malformed),
            ("/%ed%a0%80", Malformed),
            ("//", NoSuchFile),
            ("//a", NoSuchFile),
            ("/a//b", NoSuchFile),
            ("/a//", NoSuchFile),
            ("/a//.", NoSuchFile),
            ("//..//%zz", Malformed),
            ("/.git/config", NoSuchFile),
            ("/a/.htaccess", NoSuchFile),
            ("/%2egit/config", NoSuchFile),
            ("/...", NoSuchFile),
            ("/.well-known/.git", NoSuchFile),
            ("/.well-knownx", NoSuchFile),
        ];
        for (target, why) in table {
            assert_eq!(resolved(target, DotFiles::Hidden), Err(why), "{target}");
        }
    }

    #[test]
    fn a_url_leads_back_to_its_file() {
        for path in ["a", "a/b", "a calm name", "<&\"'>", "%25", "\u{e9}?#"] {
            let url = to_url(path);
            assert_eq!(
                resolved(&url, DotFiles::Served).as_deref(),
                Ok(path),
                "{url}"
            );
            assert!(!url.contains(['<', '>', '"', '\'', '&']), "{url}");
        }
    }

    #[test]
    fn forms() {
        let table = [
            ("/", Form::Origin("/")),
            ("//host/a", Form::Origin("//host/a")),
            ("http://host/a?b", Form::Absolute("host", "/a?b")),
            ("HTTPS://host:80/", Form::Absolute("host:80", "/")),
            ("http://host", Form::Absolute("host", "/")),
            ("http://host?a=/b", Form::Absolute("host", "/")),
            ("http:///a", Form::Absolute("", "/a")),
            ("http://u@host/", Form::Absolute("u@host", "/")),
            ("*", Form::Other),
            ("host:80", Form::Other),
            ("a/b", Form::Other),
            ("ftp://host/a", Form::Other),
            ("", Form::Other),
        ];
        for (target, expected) in table {
            assert_eq!(form(target), expected, "{target}");
        }
    }
}
