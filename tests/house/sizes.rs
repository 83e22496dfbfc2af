//! Files and functions are short enough to read, and so is the core.

use super::tree::{Source, packages};

/// The longest file, without its tests, in lines.
const FILE: usize = 270;
/// The longest function, in lines.
const FUNCTION: usize = 60;
/// The reading list of the core: at most so many files, and lines without tests.
const CORE_FILES: usize = 14;
const CORE_LINES: usize = 2_200;

#[test]
fn files_are_short_enough_to_read() {
    for package in packages() {
        for source in package.sources().values() {
            let lines = source.lines();
            assert!(lines <= FILE, "{}: {lines} lines", source.path);
        }
    }
}

#[test]
fn functions_are_short_enough_to_read() {
    for package in packages() {
        for source in package.sources().values() {
            for (name, lines) in functions(source) {
                assert!(lines <= FUNCTION, "{}: {name}: {lines} lines", source.path);
            }
        }
    }
}

/// Each function with its length, found by indentation, which rustfmt guarantees.
fn functions(source: &Source) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut open: Option<(String, usize, usize)> = None;
    for (number, line) in source.code.lines().enumerate() {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        match &open {
            Some((name, begin, depth)) if text.starts_with('}') && indent == *depth => {
                found.push((name.clone(), number - begin + 1));
                open = None;
            }
            None if is_function(text) => open = Some((text.to_owned(), number, indent)),
            _ => {}
        }
    }
    found
}

fn is_function(text: &str) -> bool {
    let words = [
        "pub ",
        "pub(crate) ",
        "pub(super) ",
        "pub(in crate::os) ",
        "const ",
    ];
    let mut rest = text;
    while let Some(after) = words.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = after;
    }
    rest.starts_with("fn ") && !text.ends_with(';') && !text.ends_with('}')
}

/// The reading list in `src/lib.rs`: numbered lines with a path each.
#[test]
fn the_core_can_be_read_in_an_afternoon() {
    let [server, _] = packages();
    let sources = server.sources();
    let map = server.map_text();
    let listed: Vec<&str> = map
        .lines()
        .filter_map(|line| {
            let (number, rest) = line.strip_prefix("//! ")?.split_once(". `")?;
            number.trim().parse::<u32>().ok()?;
            rest.split('`').next()
        })
        .collect();
    let lines = |path: &&str| {
        sources
            .get(*path)
            .unwrap_or_else(|| panic!("no {path}"))
            .lines()
    };
    let total: usize = listed.iter().map(lines).sum();
    println!(
        "the core: {} files, {total} lines without tests",
        listed.len()
    );
    assert!(listed.len() > 5, "the reading list is not there");
    assert!(listed.len() <= CORE_FILES, "{} files", listed.len());
    assert!(total <= CORE_LINES, "{total} lines");
}

#[test]
fn the_code_is_counted() {
    for package in packages() {
        let mut rooms: std::collections::BTreeMap<String, (usize, usize)> =
            std::collections::BTreeMap::default();
        for source in package.sources().values() {
            let count = rooms.entry(source.room().to_owned()).or_default();
            let is_code = |line: &&str| !line.trim().is_empty();
            count.0 += 1;
            count.1 += source.code.lines().filter(is_code).count();
        }
        let all: usize = rooms.values().map(|count| count.1).sum();
        println!("{}: {all} lines of code", package.name);
        for (room, (files, lines)) in &rooms {
            println!("  {room}: {files} files, {lines} lines");
        }
        assert!(all > 0);
    }
}
