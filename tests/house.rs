//! The house rules that a test can hold: the maps in `src/lib.rs` and in the swarm's `main.rs` are
//! true, and everybody looks downstairs only.

// A failing test is what panics are for here.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A crate: where its modules are, and the file with its map.
struct House {
    folder: PathBuf,
    map: &'static str,
}

fn houses() -> [House; 2] {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    [
        House {
            folder: source.clone(),
            map: "lib.rs",
        },
        House {
            folder: source.join("swarm/src"),
            map: "main.rs",
        },
    ]
}

/// A file of a crate.
struct Source {
    path: PathBuf,
    /// The top-level module that it belongs to.
    module: String,
    /// Its text without tests.
    code: String,
}

impl House {
    /// Module → level, from the table in the map.
    fn levels(&self) -> BTreeMap<String, u32> {
        let map = fs::read_to_string(self.folder.join(self.map)).unwrap();
        map.lines()
            .filter_map(|line| line.strip_prefix("//! | ")?.split_once(" | [`"))
            .map(|(level, rest)| {
                let name = rest.split('`').next().unwrap();
                (name.to_owned(), level.parse().unwrap())
            })
            .collect()
    }

    /// Every file but the roots, tests and their helpers.
    fn files(&self) -> Vec<Source> {
        let mut found = Vec::new();
        walk(&self.folder, &mut found);
        found
            .into_iter()
            // The swarm is a package of its own, and has a house of its own.
            .filter(|path| !path.starts_with(self.folder.join("swarm/src")))
            .filter(|path| !path.ends_with("swarm/Cargo.toml"))
            .filter(|path| !path.components().any(|part| part.as_os_str() == "tests"))
            .filter(|path| path.file_name().is_some_and(|name| name != "tests.rs"))
            .map(|path| self.read(path))
            .filter(|file| !matches!(file.module.as_str(), "lib" | "main" | "testing"))
            .collect()
    }

    fn read(&self, path: PathBuf) -> Source {
        let first = path.strip_prefix(&self.folder).unwrap().iter().next();
        let module = Path::new(first.unwrap()).file_stem().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
        Source {
            module: module.to_str().unwrap().to_owned(),
            code: code.to_owned(),
            path,
        }
    }
}

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

#[test]
fn the_maps_name_every_module_and_no_other() {
    for house in houses() {
        let mut modules: Vec<String> = house.files().into_iter().map(|file| file.module).collect();
        modules.sort();
        modules.dedup();
        let named: Vec<String> = house.levels().into_keys().collect();
        assert_eq!(named, modules, "{}", house.folder.display());
        assert!(!named.is_empty());
    }
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
    for house in houses() {
        let levels = house.levels();
        for Source { path, module, code } in house.files() {
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
}

/// A third-party crate, and the modules that may use it in either house.
type Door = (&'static str, &'static [&'static str]);

/// One third-party crate, one door. mio is what both houses are about; the swarm's histograms have
/// one door and an error that goes through others.
#[test]
fn each_core_crate_has_its_door() {
    let server: &[Door] = &[
        ("mio", &["server", "listeners", "transport", "admin"]),
        ("slab", &["pond"]),
        ("httparse", &["request"]),
        ("csv", &["access_log"]),
        ("httpdate", &["dates"]),
        ("mime_guess", &["media_type"]),
        ("hdrhistogram", &[]),
        ("indicatif", &[]),
        ("serde", &[]),
    ];
    let swarm: &[Door] = &[
        ("mio", &["client", "run", "swarm"]),
        ("httparse", &["answer"]),
        ("socket2", &["swarm"]),
        ("hdrhistogram", &["latency", "stats", "swarm", "error"]),
        ("indicatif", &["progress"]),
        ("serde", &["report"]),
        ("serde_json", &["report", "error"]),
        ("slab", &[]),
    ];
    for (house, doors) in houses().iter().zip([server, swarm]) {
        for Source { path, module, code } in house.files() {
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
}

#[test]
fn files_are_short_enough_to_read() {
    for house in houses() {
        for Source { path, code, .. } in house.files() {
            let lines = code.lines().count();
            assert!(lines <= 300, "{}: {lines} lines", path.display());
        }
    }
}
