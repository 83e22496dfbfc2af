//! The types of files are IANA's, but for a list of exceptions.

// A failing test is what panics are for here.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use millpond::http::media_type::{Charset, MediaTypes};

/// Extension, tab, type: see `types/run.sh`, which writes it.
const IANA: &str = include_str!("types/iana.tsv");

/// Extension, tab, type, tab, reason.
const EXCEPTIONS: &str = include_str!("types/exceptions.tsv");

/// Types are equal in any letter case.
fn served(extension: &str) -> String {
    let types = MediaTypes::new(Vec::new(), Charset::Unknown);
    let found = types.of_file(format!("a.{extension}").as_bytes(), b"");
    found.text.to_ascii_lowercase()
}

#[test]
fn each_registered_extension_has_its_type_or_is_an_exception_with_a_reason() {
    let mut exceptions: BTreeMap<&str, &str> = BTreeMap::new();
    for row in EXCEPTIONS.lines() {
        let [extension, media_type, reason] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not three cells: {row}");
        };
        assert!(reason.len() > 20, "{extension}: no reason");
        assert!(
            exceptions.insert(extension, media_type).is_none(),
            "{extension}"
        );
    }
    let (mut held, mut excepted) = (0, 0);
    let mut wrong = Vec::new();
    for row in IANA.lines() {
        let (extension, registered) = row.split_once('\t').unwrap();
        let served = served(extension);
        let expected = match exceptions.remove(extension) {
            Some(chosen) => {
                assert_ne!(chosen, registered, "{extension} is no exception any more");
                excepted += 1;
                chosen
            }
            None => registered,
        };
        if served != expected.to_ascii_lowercase() {
            wrong.push(format!("{extension}: {served}, not {expected}"));
        }
        held += 1;
    }
    println!("{held} registered extensions, {excepted} of them exceptions");
    assert_eq!(wrong, Vec::<String>::new());
    assert!(exceptions.is_empty(), "not registered: {exceptions:?}");
    assert!(held > 800, "the table is not there");
}

/// Types that another part of the table would not show: what sites are made of.
#[test]
fn the_types_that_browsers_check_are_right() {
    let table = [
        ("html", "text/html"),
        ("css", "text/css"),
        ("js", "text/javascript"),
        ("mjs", "text/javascript"),
        ("json", "application/json"),
        ("wasm", "application/wasm"),
        ("woff2", "font/woff2"),
        ("rpm", "application/x-redhat-package-manager"),
        ("yaml", "application/yaml"),
    ];
    for (extension, expected) in table {
        assert_eq!(served(extension), expected, "{extension}");
    }
}
