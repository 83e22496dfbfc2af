//! How long a head may be, and that the places where it is cut do not matter.

use super::*;

/// A head of exactly `length` bytes.
fn head_of_length(length: usize) -> Vec<u8> {
    let empty = head("X: \r\n").len();
    head(&format!("X: {}\r\n", "x".repeat(length - empty)))
}

#[test]
fn a_head_of_the_longest_length_is_accepted_and_one_byte_more_is_not() {
    for head_max in [1024, DEFAULT_HEAD_MAX, 1024 * 1024] {
        let bytes = head_of_length(head_max);
        assert_eq!(bytes.len(), head_max);
        let parsed = parse(&bytes, 0, head_max, copy());
        assert!(matches!(parsed, Parsed::Complete(_, length) if length == head_max));
        let bytes = head_of_length(head_max + 1);
        for bytes in [&bytes[..], &bytes[..head_max]] {
            let parsed = parse(bytes, 0, head_max, copy());
            assert!(matches!(
                parsed,
                Parsed::Rejected(Some(_), Refusal::LongHead)
            ));
        }
        let parsed = parse(&bytes[..head_max - 1], 0, head_max, copy());
        assert!(matches!(parsed, Parsed::Partial { .. }));
    }
}

#[test]
fn a_head_of_the_most_fields_is_accepted_and_one_field_more_is_not() {
    // `head` adds one: Host.
    complete(&head(&"X: y\r\n".repeat(FIELDS_MAX - 1)));
    let bytes = head(&"X: y\r\n".repeat(FIELDS_MAX));
    assert!(matches!(
        whole(&bytes),
        Parsed::Rejected(Some(_), Refusal::LongHead)
    ));
}

#[test]
fn a_long_target_makes_a_long_head() {
    for (length, expected) in [
        (TARGET_MAX, Refusal::LongHead),
        (TARGET_MAX + 1, Refusal::LongTarget),
    ] {
        let line = format!("GET /{} HTTP/1.1\r\n", "a".repeat(length - 1));
        let bytes = line + &"X: y\r\n".repeat(DEFAULT_HEAD_MAX / 6);
        let parsed = whole(bytes.as_bytes());
        assert!(matches!(parsed, Parsed::Rejected(Some(_), refusal) if refusal == expected));
    }
}

#[test]
fn bytes_after_a_head_do_not_matter() {
    let text = b"\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n\0\n garbage";
    let Parsed::Complete(request, length) = whole(text) else {
        panic!("{:?}", whole(text));
    };
    assert_eq!(request.path, Some("/a"));
    assert_eq!(&text[length..], b"\0\n garbage");
}

#[test]
fn a_head_cut_anywhere_is_the_same_request() {
    let table = [
        head("Connection: close\r\n"),
        b"\r\n\r\nHEAD / HTTP/1.0\r\n\r\n".to_vec(),
    ];
    for bytes in table {
        let at_once = whole(&bytes);
        let mut scanned = 0;
        for end in 0..bytes.len() {
            match parse_from(&bytes[..end], scanned) {
                Parsed::Partial { scanned: next } => {
                    assert_eq!(next, end);
                    // The result is the same when all the rest comes at once.
                    assert_eq!(parse_from(&bytes, next), at_once);
                    scanned = next;
                }
                other => panic!("{other:?} at {end}"),
            }
        }
        assert_eq!(parse_from(&bytes, scanned), at_once);
    }
}

#[test]
fn only_line_ends_are_blank() {
    for (bytes, expected) in [(&b""[..], true), (b"\r\n\r", true), (b"\r\nG", false)] {
        assert_eq!(is_blank(bytes), expected);
    }
}

/// If each piece made all bytes before it be searched again, this would take minutes and not a second.
#[test]
fn a_head_that_comes_byte_by_byte_is_not_searched_from_its_start_each_time() {
    let head_max = 1024 * 1024;
    let begun = std::time::Instant::now();
    let heads = [
        head_of_length(head_max),
        // The first line has no end.
        format!("GET /{} HTTP/1.1\r\n", "x".repeat(head_max)).into_bytes(),
    ];
    let mut copy = Vec::new();
    for bytes in heads {
        let mut scanned = 0;
        for end in 1..head_max {
            match parse(&bytes[..end], scanned, head_max, &mut copy) {
                Parsed::Partial { scanned: next } => scanned = next,
                other => panic!("{other:?} at {end}"),
            }
        }
    }
    let taken = begun.elapsed();
    assert!(taken.as_secs() < 10, "{taken:?}");
}
