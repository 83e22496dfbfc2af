//! The declared encoding of a document: no input stops the search, and letter case means nothing in
//! HTML.

use millpond::http::declared_encoding::{BEGINNING, Markup, declared};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::cases;

/// What declarations and their ends are made of.
const PARTS: [&str; 24] = [
    "<meta",
    "<META ",
    "charset",
    "Charset=",
    "=",
    "\"",
    "'",
    " ",
    "\n",
    "/",
    ">",
    "<",
    "<!--",
    "-->",
    "<!",
    "<?",
    "<?xml ",
    "encoding=",
    "?>",
    "http-equiv=content-type",
    " content=",
    "utf-16",
    "koi8-R",
    "a",
];

fn text() -> impl Strategy<Value = String> {
    vec(select(&PARTS[..]), 0..16).prop_map(|parts| parts.concat())
}

/// A label is a piece of the document, or the name of what its first bytes say.
fn check(bytes: &[u8]) {
    for markup in [Markup::Html, Markup::Xml] {
        let Some(label) = declared(markup, bytes) else {
            continue;
        };
        assert!(!label.is_empty() && label.bytes().all(|byte| byte.is_ascii_graphic()));
        let mut windows = bytes.windows(label.len());
        let is_in_document = windows.any(|window| window == label.as_bytes());
        assert!(is_in_document || ["utf-8", "utf-16be", "utf-16le"].contains(&label));
    }
}

proptest! {
    #![proptest_config(cases(8_000))]

    #[test]
    fn any_bytes_can_be_searched(bytes in vec(any::<u8>(), 0..64)) {
        check(&bytes);
    }

    #[test]
    fn any_markup_can_be_searched(text in text()) {
        check(text.as_bytes());
    }

    /// An XML declaration at the beginning is left out, in which case does mean something.
    #[test]
    fn letter_case_means_nothing_in_html(text in text()) {
        let text = format!("<p>{text}");
        let found = |text: &str| {
            declared(Markup::Html, text.as_bytes()).map(str::to_ascii_lowercase)
        };
        let expected = found(&text);
        prop_assert_eq!(&found(&text.to_ascii_uppercase()), &expected);
        prop_assert_eq!(&found(&text.to_ascii_lowercase()), &expected);
    }

    #[test]
    fn bytes_beyond_the_beginning_change_nothing(text in text(), more in text()) {
        let mut document = format!("{text}{}", " ".repeat(BEGINNING)).into_bytes();
        document.truncate(BEGINNING);
        let expected = declared(Markup::Html, &document).map(str::to_owned);
        document.extend_from_slice(more.as_bytes());
        prop_assert_eq!(declared(Markup::Html, &document), expected.as_deref());
    }
}
