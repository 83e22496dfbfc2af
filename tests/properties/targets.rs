//! The target resolver: never outside the root, and what is encoded comes back.

use millpond::http::target::{DotFiles, Unresolved, resolve, to_url};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{cases, target};

/// What ways out of a root are made of.
const PARTS: [&str; 20] = [
    "/",
    "/",
    "/",
    ".",
    "..",
    "%2e",
    "%2E%2e",
    "%2f",
    "%5c",
    "\\",
    "%00",
    "%25",
    "%252e",
    "%",
    "a",
    "b.html",
    ".well-known",
    ".git",
    "\u{f6}",
    "?",
];

proptest! {
    #![proptest_config(cases(8_000))]

    #[test]
    fn never_outside(parts in vec(select(&PARTS[..]), 0..12)) {
        target::check(format!("/{}", parts.concat()).as_bytes());
    }

    #[test]
    fn any_text_at_all(text in "\\PC{0,40}") {
        target::check(text.as_bytes());
        target::check(format!("/{text}").as_bytes());
    }

    /// Any name that a file can have is found under its URL.
    #[test]
    fn any_name_comes_back(names in vec("[^/\0]{1,12}", 1..4)) {
        prop_assume!(!names.iter().any(|name| matches!(name.as_str(), "." | "..")));
        let path = names.join("/");
        let url = to_url(&path);
        let resolved = resolve(&url, DotFiles::Served).map(|target| target.path);
        prop_assert_eq!(resolved, Ok(path.into()));
    }

    /// As many steps up as down stay within, one more does not, however the dots are written.
    #[test]
    fn one_step_too_many(
        names in vec("[a-z]{1,3}", 0..6),
        ups in vec(select(vec!["..", "%2e.", ".%2E", "%2e%2e"]), 0..8),
    ) {
        let steps = names.iter().map(String::as_str).chain(ups.iter().copied()).chain(["x"]);
        let target: String = steps.flat_map(|step| ["/", step]).collect();
        let resolved = resolve(&target, DotFiles::Served);
        if ups.len() > names.len() {
            prop_assert_eq!(resolved, Err(Unresolved::Malformed));
        } else {
            let mut left = names[..names.len() - ups.len()].to_vec();
            left.push("x".to_owned());
            prop_assert_eq!(resolved.map(|target| target.path), Ok(left.join("/").into()));
        }
    }
}
