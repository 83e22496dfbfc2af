use super::effects::{OwnField, merge_names};
use super::*;

fn rules(text: &str) -> HeaderRules {
    HeaderRules::parse(text.as_bytes()).unwrap()
}

#[track_caller]
fn effects(text: &str, path: &str) -> Rc<Effects> {
    rules(text).effects(path.as_bytes())
}

#[test]
fn all_rules_that_match_apply_in_order() {
    let text = "# every page\n/*\n  X-Robots-Tag: noindex\n\n  # one more\n  Server: site\n\
                /a/*\n\tX-Robots-Tag:nofollow\t\n/a/:id\n  x-robots-tag: none\n  ! Server\n";
    let table = [
        ("/", "X-Robots-Tag: noindex\r\nServer: site\r\n"),
        ("/a/", "X-Robots-Tag: noindex, nofollow\r\nServer: site\r\n"),
        ("/a/b", "X-Robots-Tag: noindex, nofollow, none\r\n"),
    ];
    for (path, lines) in table {
        let effects = effects(text, path);
        assert_eq!(effects.lines(), lines, "{path}");
        assert_eq!(effects.error_lines(), lines, "{path}");
        assert!(effects.replaces(OwnField::Server), "{path}");
        assert!(!effects.replaces(OwnField::CacheControl), "{path}");
    }
    assert!(effects("/a\n A: b", "/").is_empty());
    assert!(effects("", "/").is_empty());
}

#[test]
fn values_of_several_rules_are_joined_as_their_field_allows() {
    let table = [
        ("A: 1", "A: 2", "A: 1, 2\r\n"),
        ("A: 1\n A: 2", "B: 3", "A: 1, 2\r\nB: 3\r\n"),
        (
            "X-Frame-Options: DENY",
            "X-Frame-Options: SAMEORIGIN",
            "X-Frame-Options: SAMEORIGIN\r\n",
        ),
        (
            "Set-Cookie: a=b",
            "Set-Cookie: c=d",
            "Set-Cookie: a=b\r\nSet-Cookie: c=d\r\n",
        ),
        (
            "CDN-Cache-Control: max-age=1",
            "CDN-Cache-Control: no-store",
            "CDN-Cache-Control: no-store\r\n",
        ),
        ("A: 1", "! a", ""),
        ("A: 1", "! A\n A: 2", "A: 2\r\n"),
        ("A: 1", "A: 2\n ! A", ""),
        (
            "X-Frame-Options: DENY\n ! X-Frame-Options",
            "B: 1",
            "B: 1\r\n",
        ),
    ];
    for (first, second, expected) in table {
        let text = format!("/*\n {first}\n/a\n {second}");
        assert_eq!(effects(&text, "/a").lines(), expected, "{text}");
    }
}

#[test]
fn cache_control_replaces_that_of_earlier_rules_and_of_the_server() {
    // Lines of one rule are one value, as in Netlify's own example.
    let text = "/*\n cache-control: max-age=0\n cache-control: no-store\n\
                /a*\n Cache-Control: max-age=60\n/ab*\n Cache-Control: immutable\n/abc\n ! Cache-Control";
    let table = [
        (
            "/",
            Some("cache-control: max-age=0, no-store\r\n"),
            "cache-control: max-age=0, no-store\r\n",
        ),
        (
            "/a",
            Some("Cache-Control: max-age=60\r\n"),
            "Cache-Control: max-age=60\r\n",
        ),
        ("/ab", Some("Cache-Control: immutable\r\n"), ""),
        ("/abc", None, ""),
    ];
    for (path, line, on_errors) in table {
        let effects = effects(text, path);
        let line = line.map(str::to_ascii_lowercase);
        let found = effects.cache_control().map(str::to_ascii_lowercase);
        assert_eq!(found, line, "{path}");
        let found = effects.error_lines().to_ascii_lowercase();
        assert_eq!(found, on_errors.to_ascii_lowercase(), "{path}");
        assert_eq!(effects.lines(), "", "{path}");
        assert!(effects.replaces(OwnField::CacheControl), "{path}");
    }
}

#[test]
fn fields_of_the_file_do_not_reach_error_pages() {
    let text = "/*\n Content-Type: text/csv\n Content-Disposition: attachment\n Expires: 0\n\
                CDN-Cache-Control: max-age=3600\n Content-Security-Policy: default-src 'self'\n";
    let effects = effects(text, "/a");
    assert_eq!(effects.content_type(), Some("Content-Type: text/csv\r\n"));
    let policy = "Content-Security-Policy: default-src 'self'\r\n";
    assert_eq!(effects.error_lines(), policy);
    assert!(
        effects
            .lines()
            .starts_with("Content-Disposition: attachment\r\nExpires: 0\r\n")
    );
    assert!(effects.lines().ends_with(policy));
    assert!(effects.replaces(OwnField::ContentType));
}

#[test]
fn vary_has_each_name_once() {
    let text =
        "/*\n Vary: Origin, Accept\n vary: ACCEPT\n/a*\n Vary: origin, Cookie\n/ab\n Vary: *\n";
    let table = [
        ("/", "Origin, Accept"),
        ("/a", "Origin, Accept, Cookie"),
        ("/ab", "*"),
    ];
    for (path, vary) in table {
        assert_eq!(effects(text, path).vary(), Some(vary), "{path}");
    }
    let mut own = "Accept-Encoding".to_owned();
    merge_names(&mut own, "Origin, accept-encoding");
    assert_eq!(own, "Accept-Encoding, Origin");
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_read() {
    let text = "\u{feff}/*\r\n  A: b\r\n\r\n  C: d\r";
    assert_eq!(effects(text, "/").lines(), "A: b\r\nC: d\r\n");
}

#[test]
fn a_wrong_line_is_named_with_the_cure() {
    let table: &[(&str, usize, &str)] = &[
        ("A: b\n", 1, "stands below no pattern"),
        ("assets/*\n A: b\n", 1, "stands below no pattern"),
        ("/*\n\n/a\n A: b\n", 1, "'/*' has no fields"),
        ("/*\n A: b\n/b", 3, "'/b' has no fields"),
        ("/*\n A\n", 2, "write 'Name: value'"),
        ("/*\n A:\n", 2, "'A' has no value"),
        ("/*\n A : b\n", 2, "'A ' is no name"),
        ("/*\n : b\n", 2, "'' is no name"),
        ("/*\n \u{f6}: b\n", 2, "is no name"),
        ("/*\n A: b\u{0}c\n", 2, "a control character"),
        ("/*\n A: b\rSet-Cookie: c\n", 2, "a control character"),
        ("/*\n A: b\u{7f}\n", 2, "a control character"),
        ("/*\n ! A: b\n", 2, "'! Name'"),
        ("/*\n !\n", 2, "'' is no name"),
        ("/*\n ! Content-Type\n", 2, "can't be removed"),
        ("/*\n ! ETag\n", 2, "'ETag' depends on the content"),
        (
            "/*\n X-Frame-Options: DENY\n X-Frame-Options: DENY\n",
            3,
            "one value only",
        ),
        ("https://example.com/*\n A: b\n", 1, "a whole URL"),
        ("/a b\n A: b\n", 1, "write %20"),
        ("/u/:id\n A: for :id\n", 2, "':id' in the value"),
        ("/u/*\n A: b:splat\n", 2, "':splat' in the value"),
        ("/*\n Basic-Auth: a:b\n", 2, "'Basic-Auth' sets passwords"),
    ];
    for (text, line, expected) in table {
        let error = HeaderRules::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error.line, *line, "{text}: {error}");
        assert!(error.message.contains(expected), "{text}: {error}");
        assert!(!error.message.contains(char::is_control), "{text}: {error}");
    }
    let error = HeaderRules::parse(b"/*\n A: \xff\n").unwrap_err();
    assert_eq!(error.to_string(), "2: no UTF-8; save the file as UTF-8");
}

#[test]
fn fields_that_only_the_server_can_know_are_refused_in_any_case() {
    for name in [
        "Connection",
        "Keep-Alive",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Proxy-Authenticate",
        "Proxy-Connection",
        "Content-Length",
        "ETag",
        "Date",
        "Content-Range",
        "Content-Encoding",
        "Last-Modified",
        "Accept-Ranges",
        "Host",
        "Location",
        "Age",
        "Allow",
        "WWW-Authenticate",
        "Content-Digest",
        "Content-MD5",
        "Digest",
        "Repr-Digest",
        "Basic-Auth",
    ] {
        for name in [name.to_owned(), name.to_lowercase(), name.to_uppercase()] {
            for line in [format!("{name}: b"), format!("! {name}")] {
                let error = HeaderRules::parse(format!("/*\n {line}").as_bytes()).unwrap_err();
                assert_eq!(error.line, 2);
                let begin = format!("'{name}' ");
                assert!(error.message.starts_with(&begin), "{error}");
                assert!(error.message.ends_with("; remove the line"), "{error}");
            }
        }
    }
}

#[test]
fn a_value_may_have_a_colon_and_any_text() {
    let text = "/u/:id\n A: https://h:1/ :identity\n B: \u{f6}\t!\n";
    let expected = "A: https://h:1/ :identity\r\nB: \u{f6}\t!\r\n";
    assert_eq!(effects(text, "/u/1").lines(), expected);
}

#[test]
fn files_patterns_and_fields_are_bounded() {
    let long = "a".repeat(FILE_MAX - 6);
    let table = [
        (format!("#\n#{long}abcd"), 2, "longer than 256 KiB"),
        ("/*\n A: b\n".repeat(1001), 2001, "more than 1000 patterns"),
        (
            format!("/*\n{}", " A: b\n".repeat(101)),
            102,
            "more than 100 lines",
        ),
        (
            format!("/*\n A: {}", &long[..20_000]),
            1,
            "bytes of fields from 1 patterns",
        ),
        // Each alone is short enough, and a path that the last one matches gets all three.
        (
            ["/*", "/b", "/a*", "/a/:id"]
                .map(|pattern| format!("{pattern}\n A: {}\n", &long[..6000]))
                .concat(),
            7,
            "from 3 patterns",
        ),
    ];
    for (text, line, expected) in table {
        let error = HeaderRules::parse(text.as_bytes()).unwrap_err();
        assert!(error.message.contains(expected), "{error}");
        assert_eq!(error.line, line, "{error}");
    }
    rules(&"/*\n A: b\n".repeat(1000));
    rules(&format!("#{}", &long[1..]));
}

#[test]
fn a_path_gets_the_same_from_memory() {
    let text = "/a*\n A: b\n/*b\n C: d\n";
    let mut rules = rules(text);
    let paths: Vec<String> = (0..2000)
        .map(|n| format!("/{}{n}{}", ["", "a"][n % 2], ["", "b"][n / 2 % 2]))
        .collect();
    for _ in 0..2 {
        for path in &paths {
            assert_eq!(
                rules.effects(path.as_bytes()),
                effects(text, path),
                "{path}"
            );
        }
    }
    let first = rules.effects(b"/a");
    assert!(Rc::ptr_eq(&first, &rules.effects(b"/a")));
    assert!(Rc::ptr_eq(&first, &rules.effects(b"/aa")));
}
