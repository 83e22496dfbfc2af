//! The house rules that a test can hold: the map in `src/lib.rs` is true, and everybody looks
//! downstairs only.

// A failing test is what panics are for here.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Module → level, from the table in `src/lib.rs`.
fn levels() -> BTreeMap<String, u32> {
    let map = fs::read_to_string(source().join("lib.rs")).unwrap();
    map.lines()
        .filter_map(|line| line.strip_prefix("//! | ")?.split_once(" | [`"))
        .map(|(level, rest)| {
            let name = rest.split('`').next().unwrap();
            (name.to_owned(), level.parse().unwrap())
        })
        .collect()
}

/// Every file of `src`, with the top-level module that it belongs to and its text without tests.
fn files() -> Vec<(PathBuf, String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&source(), &mut found);
    found
        .into_iter()
        .filter(|path| !path.components().any(|part| part.as_os_str() == "tests"))
        .filter(|path| path.file_name().is_some_and(|name| name != "tests.rs"))
        .map(|path| {
            let first = path.strip_prefix(source()).unwrap().iter().next().unwrap();
            let module = Path::new(first).file_stem().unwrap().to_str().unwrap();
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
            (path.clone(), module.to_owned(), code.to_owned())
        })
        .filter(|(_, module, _)| !matches!(module.as_str(), "lib" | "main" | "testing"))
        .collect()
}

#[test]
fn the_map_names_every_module_and_no_other() {
    let mut modules: Vec<String> = files().into_iter().map(|(_, module, _)| module).collect();
    modules.sort();
    modules.dedup();
    let named: Vec<String> = levels().into_keys().collect();
    assert_eq!(named, modules);
}

/// The modules of the crate that `code` uses, in any form of `use` or path.
fn uses(code: &str) -> Vec<String> {
    let code: Vec<&str> = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    let mut used = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap(),
            None => rest,
        };
        let is_list = rest.starts_with('{');
        for name in list.split(',').take(if is_list { usize::MAX } else { 1 }) {
            let name = name.trim();
            let end = name
                .find(|character: char| !character.is_ascii_lowercase() && character != '_')
                .unwrap_or(name.len());
            used.push(name[..end].to_owned());
        }
    }
    used.retain(|name| !name.is_empty());
    used
}

#[test]
fn everybody_looks_downstairs_only() {
    let levels = levels();
    for (path, module, code) in files() {
        for used in uses(&code) {
            let below = levels
                .get(&used)
                .unwrap_or_else(|| panic!("{}: {used} is no module", path.display()));
            assert!(
                used == module || *below < levels[&module],
                "{} is of level {} and uses {used}, of level {below}",
                path.display(),
                levels[&module]
            );
        }
    }
}

/// One third-party crate, one door.
#[test]
fn each_core_crate_has_its_door() {
    let doors: [(&str, &[&str]); 6] = [
        ("mio", &["server", "listeners", "transport"]),
        ("slab", &["pond"]),
        ("httparse", &["request"]),
        ("csv", &["access_log"]),
        ("httpdate", &["dates"]),
        ("mime_guess", &["media_type"]),
    ];
    for (path, module, code) in files() {
        for (name, modules) in doors {
            let is_used = code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .any(|line| line.contains(&format!("{name}::")));
            assert!(
                !is_used || modules.contains(&module.as_str()),
                "{} goes through the door of {name}",
                path.display()
            );
        }
    }
}

#[test]
fn files_are_short_enough_to_read() {
    for (path, _, code) in files() {
        let lines = code.lines().count();
        assert!(lines <= 300, "{}: {lines} lines", path.display());
    }
}
