use super::*;

fn resolved(target: &str, dot_files: DotFiles) -> Result<String, Unresolved> {
    resolve(target, dot_files).map(|target| String::from_utf8_lossy(&target.path).into_owned())
}

#[test]
fn a_well_formed_target_resolves_to_a_name() {
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
fn a_malformed_or_hidden_target_resolves_to_no_name() {
    use Unresolved::{EmptyName, Malformed, NoSuchFile};
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
        ("//", EmptyName),
        ("//a", EmptyName),
        ("/a//b", EmptyName),
        ("/a//", EmptyName),
        ("/a//.", EmptyName),
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
        let url = to_url(path.as_bytes());
        assert_eq!(
            resolved(&url, DotFiles::Served).as_deref(),
            Ok(path),
            "{url}"
        );
        assert!(!url.contains(['<', '>', '"', '\'', '&']), "{url}");
    }
}

#[test]
fn each_form_of_a_target_is_told_apart() {
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

/// What is no UTF-8 is a name like any other; an overlong form of a dot or a slash is neither.
#[test]
fn a_name_is_bytes() {
    let table: [(&str, &[u8]); 6] = [
        ("/%ff", b"\xff"),
        ("/a%E9/%c3", b"a\xe9/\xc3"),
        ("/%c0%ae%c0%ae/", b"\xc0\xae\xc0\xae/index.html"),
        ("/%c0%af", b"\xc0\xaf"),
        ("/%ed%a0%80", b"\xed\xa0\x80"),
        ("/a/../%FE%2e", b"\xfe."),
    ];
    for (target, path) in table {
        let found = resolve(target, DotFiles::Hidden).unwrap();
        assert_eq!(&*found.path, path, "{target}");
    }
}

#[test]
fn a_parameter_of_the_query_is_found_and_decoded() {
    let table: [(&str, Option<&[u8]>); 10] = [
        ("/", None),
        ("/?", None),
        ("/?after", None),
        ("/?after=", Some(b"")),
        ("/?after=f/a%20b+c", Some(b"f/a b+c")),
        ("/?x=1&after=d/%ff%00&after=f/b", Some(b"d/\xff\x00")),
        ("/?after=f/a?b=c", Some(b"f/a?b=c")),
        ("/?after=f/%2", None),
        ("/?after=f/%+1", None),
        ("/after=f/a?before=b", None),
    ];
    for (target, expected) in table {
        assert_eq!(
            query_value(target, "after").as_deref(),
            expected,
            "{target}"
        );
    }
}

#[test]
fn a_plain_path_is_decoded_and_keeps_its_slashes() {
    let table: [(&str, &[u8]); 9] = [
        ("/", b"/"),
        ("/a/b?c", b"/a/b"),
        ("/a/", b"/a/"),
        ("/a%20b/%E9?%20", b"/a b/\xe9"),
        ("/a/../b/", b"/b/"),
        ("/a/..", b"/"),
        ("/.well-known/a", b"/.well-known/a"),
        ("/%zz", b"/%zz"),
        ("/../a", b"/../a"),
    ];
    for (target, path) in table {
        assert_eq!(&*plain_path(target), path, "{target}");
    }
}
