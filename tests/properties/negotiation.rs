//! The fields about the choice of an answer: what the fuzzer's harness says holds for likely lists,
//! and a body in parts can be taken apart again.

use millpond::http::multipart::{Multipart, boundary};
use millpond::http::range::{ByteRange, Ranges, parse};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{cases, negotiation};

/// What stands around the elements of a list.
const COMMAS: [&str; 7] = [",", ",", ", ", " ,", ",,", "\t,\t", " "];

/// A list of what `element` makes.
fn list(element: impl Strategy<Value = String>, most: usize) -> impl Strategy<Value = String> {
    vec((element, select(&COMMAS[..])), 0..most).prop_map(|elements| {
        let mut text: String = elements
            .iter()
            .flat_map(|(element, comma)| [element.as_str(), comma])
            .collect();
        if let Some((_, comma)) = elements.last() {
            text.truncate(text.len() - comma.len());
        }
        text
    })
}

/// A few lines, each a list.
fn lines(element: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<String>> {
    vec(list(element, 6), 0..3)
}

fn bytes_of(lines: &[String]) -> Vec<&[u8]> {
    lines.iter().map(String::as_bytes).collect()
}

fn range() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0..80_u64, 0..8_u64).prop_map(|(first, more)| format!("{first}-{}", first + more)),
        1 => (0..80_u64).prop_map(|first| format!("{first}-")),
        1 => (0..80_u64).prop_map(|count| format!("-{count}")),
        1 => (0..u64::MAX).prop_map(|first| format!("0-{first}{first}")),
    ]
}

/// One that is seldom malformed, or one of anything near a list of ranges.
fn range_field() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => list(range(), 14).prop_map(|set| format!("bytes={set}")),
        1 => list(range(), 90).prop_map(|set| format!("Bytes={set}")),
        1 => "[bB]ytes ?= ?[-0-9, x\t]{0,12}",
    ]
}

const NAMES: [&str; 18] = [
    "br",
    "zstd",
    "gzip",
    "GZIP",
    "x-gzip",
    "identity",
    "*",
    "deflate",
    "text/html",
    "Text/HTML",
    "text/*",
    "*/*",
    "*/html",
    "application/json",
    "application/*",
    "a/b",
    "a/",
    "",
];

const PARAMETERS: [&str; 20] = [
    "",
    "",
    "",
    "",
    ";q=0",
    ";q=1",
    "; q=0.5",
    " ;Q=0.501",
    ";q=0.500",
    ";q=1.001",
    ";q=.5",
    ";q =0",
    ";q",
    ";q=0.;",
    ";;q=0.2",
    ";level=1",
    ";a=\"b,c;q=0\"",
    ";a=\"\\\"",
    ";q=1.000",
    ";q=0.1",
];

fn preference() -> impl Strategy<Value = String> {
    (
        select(&NAMES[..]),
        select(&PARAMETERS[..]),
        select(&PARAMETERS[..]),
        0..4,
    )
        .prop_map(|(name, first, second, both)| {
            let second = if both == 0 { second } else { "" };
            format!("{name}{first}{second}")
        })
}

const TAGS: [&str; 10] = [
    "\"a\"",
    "W/\"a\"",
    "\"\"",
    "\"b,c\"",
    "W/\"b,c\"",
    "\"b c\"",
    "*",
    "a",
    "\"",
    "w/\"a\"",
];

/// A file of `length` bytes, none of which is in a head of a part.
fn file(length: u64) -> Vec<u8> {
    (0..length).map(|place| 128 + (place % 128) as u8).collect()
}

fn piece(file: &[u8], range: ByteRange) -> &[u8] {
    &file[usize::try_from(range.first).unwrap()..usize::try_from(range.end).unwrap()]
}

proptest! {
    #![proptest_config(cases(8_000))]

    #[test]
    fn ranges_are_the_bytes_that_are_asked_for(value in range_field(), length in 0..90_u64) {
        negotiation::check_ranges(value.as_bytes(), length);
    }

    /// In files of any length they lie within, and apart.
    #[test]
    fn ranges_of_a_file_of_any_length_lie_apart(
        ends in vec((any::<u64>(), any::<u64>()), 1..12),
        length: u64,
    ) {
        let set: Vec<String> = ends
            .iter()
            .map(|(one, other)| format!("{}-{}", one.min(other), one.max(other)))
            .collect();
        let found = parse(format!("bytes={}", set.join(",")).as_bytes(), length);
        let found = match found {
            Ranges::One(range) => vec![range],
            Ranges::Several(ranges) => ranges,
            Ranges::Ignored | Ranges::Unsatisfiable => Vec::new(),
        };
        negotiation::check_apart(&found, length);
    }

    #[test]
    fn codings_are_those_that_the_client_likes_best(lines in lines(preference())) {
        negotiation::check_codings(&bytes_of(&lines));
    }

    #[test]
    fn the_narrowest_media_range_decides(lines in lines(preference())) {
        negotiation::check_types(&bytes_of(&lines));
    }

    #[test]
    fn tags_match_by_both_comparisons(
        lines in lines(select(&TAGS[..]).prop_map(str::to_owned)),
    ) {
        negotiation::check_tags(&bytes_of(&lines));
    }

    #[test]
    fn any_bytes_can_be_read(bytes in vec(any::<u8>(), 0..40)) {
        negotiation::check(&bytes);
    }

    #[test]
    fn a_body_in_parts_can_be_taken_apart(
        value in range_field(),
        length in 1..90_u64,
        tag in "(W/)?\"[!#-~]{0,80}\"",
        content_type in "[a-z]{1,9}/[a-z]{1,9}",
    ) {
        let ranges = match parse(value.as_bytes(), length) {
            Ranges::Several(ranges) => ranges,
            _ => vec![ByteRange { first: 0, end: length }],
        };
        let file = file(length);
        let boundary = boundary(tag.as_bytes(), length);
        let multipart = Multipart { content_type: &content_type, length, boundary: &boundary };
        let mut body = Vec::new();
        for range in &ranges {
            multipart.append_part_head(&mut body, *range);
            body.extend_from_slice(piece(&file, *range));
        }
        multipart.append_end(&mut body);
        prop_assert_eq!(multipart.content_length(&ranges), body.len() as u64);
        let text: String = body.into_iter().map(char::from).collect();
        let delimiter = format!("\r\n--{boundary}");
        let parts: Vec<&str> = text.split(&delimiter).collect();
        prop_assert_eq!(parts.len(), ranges.len() + 2);
        prop_assert_eq!((parts[0], parts[ranges.len() + 1]), ("", "--\r\n"));
        for (part, range) in parts[1..].iter().zip(&ranges) {
            let content: String = piece(&file, *range).iter().copied().map(char::from).collect();
            let expected = format!(
                "\r\nContent-Type: {content_type}\r\nContent-Range: bytes {}-{}/{length}\r\n\r\n{content}",
                range.first,
                range.end - 1,
            );
            prop_assert_eq!(*part, expected);
        }
    }
}
