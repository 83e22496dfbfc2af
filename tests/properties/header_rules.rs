//! Header rules: patterns against a naive matcher that tries everything, and any text as a file.

use millpond::http::header_rules::pattern::Pattern;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{cases, rules};

/// What patterns are made of here; `:n` is only written behind a slash and before one.
const PIECES: [&str; 9] = ["*", "*", "a", "b", "ab", "/", "/", "/:n/", ".a"];

/// Parts of files of rules, sound and not.
const LINES: [&str; 18] = [
    "/*",
    "/a",
    "/a/*",
    "/:a/b",
    "*",
    "https://a/",
    " A: b",
    " a: c",
    " ! A",
    " !",
    " Vary: A, b",
    " Cache-Control: max-age=9",
    " ! Cache-Control",
    " ETag: a",
    " A:",
    "# c",
    "",
    "\u{feff}",
];

/// Whether the pattern matches, by trying every length for every `*` and `:n`.
fn matches_naively(pattern: &[u8], path: &[u8]) -> bool {
    match pattern {
        [] => path.is_empty(),
        [b'*', rest @ ..] => (0..=path.len()).any(|end| matches_naively(rest, &path[end..])),
        [b':', b'n', rest @ ..] => (1..=path.len())
            .take_while(|end| path[end - 1] != b'/')
            .any(|end| matches_naively(rest, &path[end..])),
        [byte, rest @ ..] => path.first() == Some(byte) && matches_naively(rest, &path[1..]),
    }
}

proptest! {
    #![proptest_config(cases(20_000))]

    #[test]
    fn a_pattern_matches_what_a_naive_matcher_matches(
        pieces in vec(select(&PIECES[..]), 0..7),
        ends_with_placeholder in any::<bool>(),
        path in "/[ab/.]{0,9}",
    ) {
        let end = if ends_with_placeholder { "/:n" } else { "" };
        let text = format!("/{}{end}", pieces.concat());
        // A placeholder between two `*` is refused.
        if let Ok(pattern) = Pattern::parse(&text) {
            let expected = matches_naively(text.as_bytes(), path.as_bytes());
            prop_assert_eq!(pattern.matches(path.as_bytes()), expected, "{} {}", text, path);
        } else {
            prop_assert!(text.contains(":n"), "{}", text);
        }
    }

    #[test]
    fn any_lines_keep_the_promises_of_header_rules(
        lines in vec(select(&LINES[..]), 0..12),
        end in select(vec!["\n", "\r\n", "\r"]),
        path in "/[ab/]{0,4}",
    ) {
        rules::check(format!("{}\0{path}", lines.join(end)).as_bytes());
    }

    #[test]
    fn any_text_keeps_the_promises_of_header_rules(text in "(/[a*:/]{0,4}\n)?[ -~\n\r\t\u{f6}\0]{0,60}") {
        rules::check(text.as_bytes());
    }
}
