//! The source files of a package, each with its code without tests and comments.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A package: where its sources are, and the file with its map.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) folder: PathBuf,
    pub(crate) map: &'static str,
}

/// The packages of the workspace.
pub(crate) fn packages() -> [Package; 2] {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    [
        Package {
            name: "millpond",
            folder: source.clone(),
            map: "lib.rs",
        },
        Package {
            name: "millpond-swarm",
            folder: source.join("swarm/src"),
            map: "main.rs",
        },
    ]
}

/// A source file.
pub(crate) struct Source {
    /// Its path below the package's folder.
    pub(crate) path: String,
    /// Its module path: `connection/read.rs` is `["connection", "read"]`, `connection/mod.rs` is
    /// `["connection"]`.
    pub(crate) module: Vec<String>,
    /// Its text without unit tests.
    pub(crate) text: String,
    /// The same without comments.
    pub(crate) code: String,
}

impl Source {
    /// The folder or file below the package's folder that it belongs to.
    pub(crate) fn room(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }

    pub(crate) fn lines(&self) -> usize {
        self.text.lines().count()
    }
}

impl Package {
    /// Every source file by its path, but for the crate roots, tests and their helpers.
    pub(crate) fn sources(&self) -> BTreeMap<String, Source> {
        let mut paths = Vec::new();
        walk(&self.folder, &mut paths);
        paths
            .iter()
            .filter_map(|path| self.read(path))
            .map(|source| (source.path.clone(), source))
            .collect()
    }

    /// The text of the file with the map.
    pub(crate) fn map_text(&self) -> String {
        fs::read_to_string(self.folder.join(self.map)).unwrap()
    }

    fn read(&self, path: &Path) -> Option<Source> {
        let below = path.strip_prefix(&self.folder).unwrap();
        let mut module: Vec<String> = below
            .with_extension("")
            .iter()
            .map(|part| part.to_str().unwrap().to_owned())
            .collect();
        let is_other = |part: &String| {
            matches!(part.as_str(), "tests" | "testing")
                || (part == "swarm" && self.name == "millpond")
        };
        if module.iter().any(is_other) || matches!(module[0].as_str(), "lib" | "main") {
            return None;
        }
        if module.last().is_some_and(|last| last == "mod") {
            module.pop();
        }
        let text = fs::read_to_string(path).unwrap();
        let text = text.split("#[cfg(test)]\nmod ").next().unwrap().to_owned();
        let code: Vec<&str> = text
            .lines()
            .map(|line| {
                if line.trim_start().starts_with("//") {
                    ""
                } else {
                    line
                }
            })
            .collect();
        Some(Source {
            path: below.to_str().unwrap().to_owned(),
            module,
            code: code.join("\n"),
            text,
        })
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}
