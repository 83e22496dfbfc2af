//! How header fields are read.

use super::super::super::entity_tag::list_matches_weakly;
use super::super::super::header_fields::Field;
use super::*;

#[test]
fn version_and_connection_options_decide_on_persistence() {
    use Persistence::{Close, Keep};
    let table = [
        ("1.1", "", Keep),
        ("1.1", "Connection: keep-alive\r\n", Keep),
        ("1.1", "Connection: close\r\n", Close),
        ("1.1", "CONNECTION: CLOSE\r\n", Close),
        ("1.1", "Connection: closed\r\n", Keep),
        ("1.1", "Connection: not-close\r\n", Keep),
        ("1.1", "Connection: close;q=1\r\n", Keep),
        ("1.1", "Connection: keep-alive, close\r\n", Close),
        ("1.1", "Connection: Upgrade ,\tClose , x\r\n", Close),
        ("1.1", "Connection: x\r\nConnection: close\r\n", Close),
        (
            "1.1",
            "Connection: close\r\nConnection: keep-alive\r\n",
            Close,
        ),
        ("1.1", "Connection: ,,\r\n", Keep),
        ("1.1", "Keep-Alive: close\r\n", Keep),
        ("1.0", "", Close),
        ("1.0", "Connection: keep-alive\r\n", Keep),
        ("1.0", "Connection: x, Keep-Alive\r\n", Keep),
        ("1.0", "Connection: keep-alive, close\r\n", Close),
        ("1.0", "Connection: keep-aliveX\r\n", Close),
        ("1.0", "Keep-Alive: 300\r\n", Close),
    ];
    for (version, fields, expected) in table {
        let text = format!("GET / HTTP/{version}\r\nHost: h\r\n{fields}\r\n");
        assert_eq!(
            complete(text.as_bytes()).persistence,
            expected,
            "{version} {fields:?}"
        );
    }
}

#[test]
fn only_a_single_if_modified_since_counts() {
    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    let table = [
        (String::new(), None),
        (format!("If-Modified-Since: {DATE}\r\n"), Some(DATE)),
        (format!("IF-MODIFIED-SINCE:\t{DATE} \r\n"), Some(DATE)),
        (
            "If-Modified-Since: nonsense\r\n".to_owned(),
            Some("nonsense"),
        ),
        ("If-Modified-Since: \u{fc}\r\n".to_owned(), Some("\u{fc}")),
        ("If-Modified-Since:\r\n".to_owned(), Some("")),
        (
            format!("If-Modified-Since: {DATE}\r\nIf-Modified-Since: {DATE}\r\n"),
            None,
        ),
        (
            format!("If-Modified-Since: x\r\nIf-Modified-Since: {DATE}\r\n"),
            None,
        ),
    ];
    for (fields, expected) in table {
        let head = head(&fields);
        let value = complete(&head).fields.single(Field::IfModifiedSince);
        assert_eq!(value, expected.map(str::as_bytes), "{fields:?}");
    }
}

#[test]
fn all_lines_of_if_none_match_count() {
    let table = [
        ("", false, false),
        ("If-None-Match: \"x\"\r\n", true, false),
        ("If-None-Match:\r\n", true, false),
        ("IF-NONE-MATCH:\t\"a\" \r\n", true, true),
        ("If-None-Match: *\r\n", true, true),
        (
            "If-None-Match: \"x\"\r\nif-none-match: \"a\"\r\n",
            true,
            true,
        ),
        (
            "If-None-Match: \"x\"\r\nIf-None-Match: \"y\"\r\n",
            true,
            false,
        ),
    ];
    for (fields, is_present, is_match) in table {
        let head = head(fields);
        let fields_of = complete(&head).fields;
        let values = fields_of.all(Field::IfNoneMatch);
        let found = (
            fields_of.has(Field::IfNoneMatch),
            list_matches_weakly(values, b"\"a\""),
        );
        assert_eq!(found, (is_present, is_match), "{fields:?}");
    }
}

#[test]
fn a_field_is_known_by_its_name_in_any_letter_case() {
    let table = [
        ("accept", Field::Accept),
        ("accept-encoding", Field::AcceptEncoding),
        ("if-none-match", Field::IfNoneMatch),
        ("if-match", Field::IfMatch),
        ("if-modified-since", Field::IfModifiedSince),
        ("if-unmodified-since", Field::IfUnmodifiedSince),
        ("if-range", Field::IfRange),
        ("origin", Field::Origin),
        ("range", Field::Range),
    ];
    for (name, field) in table {
        for name in [name.to_owned(), name.to_ascii_uppercase()] {
            let head = head(&format!("X{name}: x\r\n{name}: a\r\n{name}x: x\r\n"));
            let fields = complete(&head).fields;
            assert_eq!(fields.single(field), Some(&b"a"[..]), "{name}");
            let others = table.iter().filter(|other| fields.has(other.1)).count();
            assert_eq!(others, 1, "{name}");
        }
    }
}
