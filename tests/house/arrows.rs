//! Which file uses which: an arrow from the user to the used, read from the paths in its code.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::Source;

/// A path of a file → the paths of the files that it uses.
pub(crate) type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The arrows between all files of a package.
pub(crate) fn between_files(sources: &BTreeMap<String, Source>) -> Arrows {
    let by_module: BTreeMap<&[String], &str> = sources
        .values()
        .map(|source| (source.module.as_slice(), source.path.as_str()))
        .collect();
    let mut arrows = Arrows::new();
    for source in sources.values() {
        let used = used_modules(source)
            .into_iter()
            .filter_map(|module| file_of(&module, &by_module))
            .filter(|path| *path != source.path);
        arrows.insert(source.path.clone(), used.collect());
    }
    arrows
}

/// The arrows between rooms: the folders and single files right below the package's folder.
pub(crate) fn between_rooms(sources: &BTreeMap<String, Source>, files: &Arrows) -> Arrows {
    let mut arrows = Arrows::new();
    for (path, used) in files {
        let room = sources[path].room();
        let used = used.iter().map(|path| sources[path].room());
        arrows
            .entry(room.to_owned())
            .or_default()
            .extend(used.filter(|other| *other != room).map(str::to_owned));
    }
    arrows
}

/// A circle of arrows, if there is one: the files on it, in order.
pub(crate) fn circle(arrows: &Arrows) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    arrows.keys().find_map(|start| {
        let mut way = Vec::new();
        follow(start, arrows, &mut way, &mut done)
    })
}

fn follow(
    at: &String,
    arrows: &Arrows,
    way: &mut Vec<String>,
    done: &mut BTreeSet<String>,
) -> Option<Vec<String>> {
    if let Some(begin) = way.iter().position(|before| before == at) {
        return Some(way[begin..].to_vec());
    }
    if done.contains(at) {
        return None;
    }
    way.push(at.clone());
    let found = arrows
        .get(at)
        .into_iter()
        .flatten()
        .find_map(|next| follow(next, arrows, way, done));
    way.pop();
    done.insert(at.clone());
    found
}

/// The file of the longest beginning of `module` that is one.
fn file_of(module: &[String], by_module: &BTreeMap<&[String], &str>) -> Option<String> {
    (1..=module.len())
        .rev()
        .find_map(|length| by_module.get(&module[..length]))
        .map(|path| (*path).to_owned())
}

/// Every path in the code of `source`, as a path from the crate's root. What stands behind the
/// modules of such a path is not known here, and is cut off by [`file_of`].
fn used_modules(source: &Source) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for start in ["crate", "super", "self"] {
        for rest in after_word(&source.code, &format!("{start}::")) {
            let base = match start {
                "crate" => Vec::new(),
                "self" => source.module.clone(),
                _ => parent(&source.module),
            };
            leaves(rest, base, &mut found);
        }
    }
    for child in children(source) {
        for _ in after_word(&source.code, &format!("{child}::")) {
            let mut module = source.module.clone();
            module.push(child.to_owned());
            found.push(module);
        }
    }
    found
}

/// The modules that the file declares.
fn children(source: &Source) -> Vec<&str> {
    let lines = source
        .code
        .lines()
        .filter_map(|line| line.strip_suffix(';'));
    lines
        .filter_map(|line| {
            let line = line.trim_start_matches("pub(crate) ");
            line.trim_start_matches("pub ").strip_prefix("mod ")
        })
        .collect()
}

/// What stands behind each `word` that no longer word or path ends in.
fn after_word<'a>(code: &'a str, word: &str) -> Vec<&'a str> {
    code.match_indices(word)
        .filter(|(at, _)| {
            let before = code[..*at].chars().next_back().unwrap_or(' ');
            !before.is_alphanumeric() && before != '_' && before != ':'
        })
        .map(|(at, _)| &code[at + word.len()..])
        .collect()
}

fn parent(module: &[String]) -> Vec<String> {
    module[..module.len().saturating_sub(1)].to_vec()
}

/// The paths that `rest` begins with, one for each leaf of a list in braces.
fn leaves(rest: &str, base: Vec<String>, found: &mut Vec<Vec<String>>) {
    if let Some(list) = rest.strip_prefix('{') {
        for item in items(list) {
            leaves(item.trim(), base.clone(), found);
        }
        return;
    }
    let end = rest
        .find(|character: char| !character.is_alphanumeric() && character != '_')
        .unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    let path = match name {
        "super" => parent(&base),
        "self" => base,
        _ => [base, vec![name.to_owned()]].concat(),
    };
    match after.strip_prefix("::") {
        Some(after) => leaves(after, path, found),
        None => found.push(path),
    }
}

/// The items of a list, whose opening brace has been read: split at the commas outside of inner
/// braces.
fn items(list: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut begin) = (0, 0);
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(&list[begin..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&list[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    found.retain(|item| !item.trim().is_empty());
    found
}
