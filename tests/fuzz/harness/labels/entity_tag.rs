//! If-None-Match matches exactly the tags that a second reading, byte by byte, finds in its lists.

use std::iter::once;

use millpond::http::entity_tag::list_matches_weakly;
use millpond::http::header_fields::Field;
use millpond::http::request::{DEFAULT_HEAD_MAX, Parsed, parse};

/// Each line is the value of one field line.
pub(super) fn check(bytes: &[u8]) {
    let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    for line in &lines {
        check_list(line);
    }
    check_head(&lines);
}

fn check_list(value: &[u8]) {
    let tags = tags(value);
    for opaque in candidates(&tags) {
        let expected = value == b"*" || tags.contains(&opaque);
        // The comparison is weak: neither side's mark counts.
        for tag in [opaque.clone(), [b"W/", &*opaque].concat()] {
            let found = list_matches_weakly(once(value), &tag);
            let (value, tag) = (value.escape_ascii(), tag.escape_ascii());
            assert_eq!(found, expected, "{value} and {tag}");
        }
    }
    // The same list, written as a sender should, names the same tags.
    let printed = tags.join(&b", "[..]);
    assert_eq!(self::tags(&printed), tags, "{}", printed.escape_ascii());
    for tag in &tags {
        assert!(
            list_matches_weakly(once(&*printed), tag),
            "{}",
            printed.escape_ascii()
        );
    }
}

/// In a whole head, the lines together match what one of them does.
fn check_head(lines: &[&[u8]]) {
    let mut head = b"GET / HTTP/1.1\r\nHost: h\r\n".to_vec();
    for line in lines {
        head.extend([b"If-None-Match: ", *line, b"\r\n"].concat());
    }
    head.extend_from_slice(b"\r\n");
    let mut copy = Vec::new();
    let Parsed::Complete(request, length) = parse(&head, 0, DEFAULT_HEAD_MAX, &mut copy) else {
        return;
    };
    if length != head.len() {
        // A line was the end of the head.
        return;
    }
    assert!(request.fields.has(Field::IfNoneMatch));
    // What surrounds a value is no part of it.
    let lines = lines.iter().map(|line| line.trim_ascii());
    let lines: Vec<&[u8]> = lines.collect();
    let all: Vec<Vec<u8>> = lines.iter().flat_map(|line| tags(line)).collect();
    for tag in candidates(&all) {
        let expected = lines.contains(&&b"*"[..]) || all.contains(&tag);
        let (found, head) = (
            list_matches_weakly(request.fields.all(Field::IfNoneMatch), &tag),
            head.escape_ascii(),
        );
        assert_eq!(found, expected, "{head} and {}", tag.escape_ascii());
    }
}

/// The tags themselves, and some that differ by a little.
fn candidates(tags: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut all = vec![b"\"\"".to_vec(), b"\"a\"".to_vec(), b"\"*\"".to_vec()];
    for tag in tags.iter().take(8) {
        let inner = &tag[1..tag.len() - 1];
        let shorter = inner.get(1..).unwrap_or_default();
        all.push(tag.clone());
        all.push([b"\"", inner, b"x\""].concat());
        all.push([b"\"", shorter, b"\""].concat());
        all.push(tag.to_ascii_uppercase());
    }
    all
}

/// The opaque tags of a list, up to the first element that is none: RFC 9110, 5.6.1 and 8.8.3, as a
/// machine with one state per place in the grammar.
fn tags(value: &[u8]) -> Vec<Vec<u8>> {
    #[derive(PartialEq)]
    enum Place {
        Between,
        Weak,
        Slash,
        Inside,
    }
    let (mut place, mut found, mut tag) = (Place::Between, Vec::new(), Vec::new());
    for &byte in value {
        place = match (place, byte) {
            (Place::Between, b' ' | b'\t' | b',') => Place::Between,
            (Place::Between, b'W') => Place::Weak,
            (Place::Weak, b'/') => Place::Slash,
            (Place::Between | Place::Slash, b'"') => {
                tag = vec![byte];
                Place::Inside
            }
            (Place::Inside, b'"') => {
                tag.push(byte);
                found.push(std::mem::take(&mut tag));
                Place::Between
            }
            (Place::Inside, 0x21..=0x7e | 0x80..) => {
                tag.push(byte);
                Place::Inside
            }
            _ => break,
        };
    }
    found
}
