//! The target resolver: it never leaves the root, and it decodes what `to_url` encodes.

use millpond::http::target::{DotFiles, Unresolved, resolve, to_url};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{cases, target};

/// Parts from which paths that leave a root are made.
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

/// Any byte that the name of a file may have.
fn name_byte() -> impl Strategy<Value = u8> {
    (1..=u8::MAX).prop_filter("a slash", |byte| *byte != b'/')
}

proptest! {
    #![proptest_config(cases(8_000))]

    #[test]
    fn no_path_leads_outside_the_root(parts in vec(select(&PARTS[..]), 0..12)) {
        target::check(format!("/{}", parts.concat()).as_bytes());
    }

    #[test]
    fn any_text_keeps_the_resolvers_promises(text in "\\PC{0,40}") {
        target::check(text.as_bytes());
        target::check(format!("/{text}").as_bytes());
    }

    /// Any name that a file can have is found by its URL.
    #[test]
    fn any_file_name_is_resolved_from_its_url(names in vec(vec(name_byte(), 1..12), 1..4)) {
        prop_assume!(!names.iter().any(|name| matches!(name.as_slice(), b"." | b"..")));
        let path = names.join(&b'/');
        let url = to_url(&path);
        let resolved = resolve(&url, DotFiles::Served).map(|target| target.path);
        prop_assert_eq!(resolved, Ok(path.into()));
    }

    /// As many steps up as down stay within the root, one more does not, however the dots are
    /// encoded.
    #[test]
    fn one_step_up_too_many_is_refused(
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
            prop_assert_eq!(resolved.map(|target| target.path), Ok(left.join("/").into_bytes().into()));
        }
    }
}
