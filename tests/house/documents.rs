//! What the documents name is there, and the recipes count what they say.

use std::fs;
use std::path::Path;

/// A recipe of `docs/ARCHITECTURE.md` may name at most so many files of `src/`.
const RECIPE_FILES: usize = 3;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Vec<(String, String)> {
    let mut found = vec!["README.md".to_owned()];
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if Path::new(&name)
            .extension()
            .is_some_and(|ending| ending == "md")
        {
            found.push(format!("docs/{name}"));
        }
    }
    found
        .into_iter()
        .map(|name| (fs::read_to_string(root().join(&name)).unwrap(), name))
        .map(|(text, name)| (name, text))
        .collect()
}

/// Paths in backquotes and in links that begin with a folder of the repository.
#[test]
fn every_path_in_the_documents_exists() {
    let mut missing = Vec::new();
    for (name, text) in documents() {
        // The changelog tells of what was.
        if name == "docs/CHANGELOG.md" {
            continue;
        }
        for path in text.split(['`', '(', ')', ' ', '\n', '#', ',']) {
            let path = path.trim_start_matches("../").trim_end_matches(['.', ':']);
            let is_path = ["src/", "tests/"].iter().any(|top| path.starts_with(top));
            let is_plain = !path.contains(['*', '{', '[', '<', '…', '$']);
            if is_path && is_plain && !root().join(path).exists() {
                missing.push(format!("{name}: {path}"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn a_recipe_names_at_most_three_files_that_exist() {
    let text = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let table = text.split("| to add |").nth(1).unwrap();
    let mut recipes = 0;
    for row in table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
    {
        let (what, files) = row.trim_matches('|').split_once('|').unwrap();
        let named: Vec<&str> = files
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| {
                Path::new(name)
                    .extension()
                    .is_some_and(|ending| ending == "rs")
            })
            .collect();
        assert!(named.len() <= RECIPE_FILES, "{what}: {named:?}");
        for file in named {
            let path = root().join("src").join(file.trim_start_matches("src/"));
            assert!(path.exists(), "{what}: no {file}");
        }
        recipes += 1;
    }
    assert!(recipes >= 7, "{recipes} recipes");
}
