//! Absolute links that lead to places beneath the root.
//!
//! `openat2(RESOLVE_BENEATH)` takes every absolute link for a way out, even one that leads back in.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// How many links may lead from one to the next: as many as the kernel follows (`path_resolution(7)`).
const LINKS_MAX: usize = 40;

/// The name, free of links, of what `path` leads to, if absolute links on the way lead to places
/// beneath the root, and relative ones never leave it. The result is only a name: it is opened
/// beneath the root like any other.
pub(super) fn resolve(root: &Path, path: &Path) -> Option<PathBuf> {
    let root = root.canonicalize().ok()?;
    let mut pending = reversed(path);
    let mut inside = PathBuf::new();
    let mut links = 0;
    while let Some(name) = pending.pop() {
        if name == ".." {
            inside.pop().then_some(())?;
            continue;
        }
        inside.push(&name);
        let Ok(target) = root.join(&inside).read_link() else {
            continue;
        };
        links += 1;
        (links <= LINKS_MAX).then_some(())?;
        if target.is_absolute() {
            inside = target.canonicalize().ok()?.strip_prefix(&root).ok()?.into();
        } else {
            inside.pop();
            pending.extend(reversed(&target));
        }
    }
    Some(inside)
}

/// The names in a path, the first one last.
fn reversed(path: &Path) -> Vec<OsString> {
    let names = path.components().rev();
    names
        .filter(|name| *name != Component::CurDir)
        .map(|name| name.as_os_str().to_owned())
        .collect()
}
