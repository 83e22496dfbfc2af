//! What must hold for the target resolver, whatever the target.

use millpond::http::target::{DotFiles, Form, Unresolved, form, resolve, to_url};

/// Panics if the resolver breaks a promise on `bytes`.
pub(crate) fn check(bytes: &[u8]) {
    // The parser passes only ASCII; the resolver must cope with any text.
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    check_form(text);
    let served = check_resolved(text, DotFiles::Served);
    let hidden = check_resolved(text, DotFiles::Hidden);
    // The option only affects hidden names.
    match &served {
        Ok(path) if names(path).any(is_hidden) => {
            assert_eq!(hidden, Err(Unresolved::NoSuchFile), "{text:?}");
        }
        _ => assert_eq!(hidden, served, "{text:?}"),
    }
    let path = text.split('?').next().unwrap_or_default();
    let other_query = format!("{path}?/../../%00");
    assert_eq!(
        check_resolved(&other_query, DotFiles::Served),
        served,
        "query"
    );
}

fn is_hidden(name: &[u8]) -> bool {
    name.starts_with(b".") && name != b".well-known"
}

fn names(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/')
}

/// Resolves, and checks that the result lies beneath the root.
fn check_resolved(target: &str, dot_files: DotFiles) -> Result<Vec<u8>, Unresolved> {
    let path = resolve(target, dot_files)?.path.into_owned();
    assert!(target.starts_with('/'), "{target:?} is no path");
    assert!(!path.starts_with(b"/") && !path.contains(&0), "{path:?}");
    for name in names(&path) {
        assert!(
            !matches!(name, b"" | b"." | b".."),
            "{path:?} of {target:?}"
        );
        assert!(
            dot_files == DotFiles::Served || !is_hidden(name),
            "{path:?}"
        );
    }
    assert_eq!(Ok(&path), by_the_book(target).as_ref(), "{target:?}");
    let url = to_url(&path);
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
    assert!(url.bytes().all(is_safe), "{url:?}");
    assert_eq!(
        resolve(&url, dot_files).map(|target| target.path),
        Ok(path.as_slice().into()),
        "{url:?}"
    );
    Ok(path)
}

/// RFC 3986, 5.2.4, with the walk down and up written out as depths, and every byte decoded by
/// hand.
fn by_the_book(target: &str) -> Result<Vec<u8>, &'static str> {
    let path = target.split('?').next().ok_or("no path")?;
    let mut segments: Vec<Vec<u8>> = Vec::new();
    let mut ends_in_folder = false;
    for segment in path.strip_prefix('/').ok_or("no slash")?.split('/') {
        let mut name = Vec::new();
        let mut rest = segment.as_bytes();
        while let [first, after @ ..] = rest {
            rest = after;
            if *first != b'%' {
                name.push(*first);
                continue;
            }
            let (digits, after) = rest.split_at_checked(2).ok_or("a cut escape")?;
            rest = after;
            if !digits.iter().all(u8::is_ascii_hexdigit) {
                return Err("no digits");
            }
            let digits = std::str::from_utf8(digits).map_err(|_| "no digits")?;
            name.push(u8::from_str_radix(digits, 16).map_err(|_| "no digits")?);
        }
        ends_in_folder = matches!(name.as_slice(), b"" | b"." | b"..");
        match name.as_slice() {
            b"." => {}
            b".." => drop(segments.pop().ok_or("above the root")?),
            _ => segments.push(name),
        }
    }
    if ends_in_folder {
        segments.pop_if(|name| name.is_empty());
        segments.push(b"index.html".to_vec());
    }
    Ok(segments.join(&b'/'))
}

/// Classifying the form of a target loses nothing.
fn check_form(text: &str) {
    match form(text) {
        Form::Origin(path) => assert!(path == text && text.starts_with('/')),
        Form::Absolute(authority, path) => {
            assert!(path.starts_with('/'), "{text:?}");
            assert!(!authority.contains(['/', '?']), "{text:?}");
            let (scheme, rest) = text.split_once("://").expect("absolute without a scheme");
            assert!(matches!(
                scheme.to_ascii_lowercase().as_str(),
                "http" | "https"
            ));
            assert!(rest.starts_with(authority) && (path == "/" || rest.ends_with(path)));
        }
        Form::Other => assert!(!text.starts_with('/')),
    }
}
