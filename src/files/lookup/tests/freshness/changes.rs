//! The changes that can happen to a file, and to a name without a file.

use super::*;

/// A change's name, the change of the tree, and the content or error at the path after it.
type Change = (&'static str, fn(&Tree), Result<&'static [u8], LookupError>);

/// Changes after which `sub/f` is looked up.
const CHANGES: &[Change] = &[
    ("nothing", |_| {}, Ok(OLD)),
    (
        "rewritten, same size, same time of modification",
        |tree| {
            let path = tree.path("root/sub/f");
            let modified = fs::metadata(&path).unwrap().modified().unwrap();
            fs::write(&path, "new content").unwrap();
            File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_modified(modified)
                .unwrap();
        },
        Ok(b"new content"),
    ),
    (
        "replaced",
        |tree| {
            fs::write(tree.path("new"), "new content").unwrap();
            fs::rename(tree.path("new"), tree.path("root/sub/f")).unwrap();
        },
        Ok(b"new content"),
    ),
    (
        "truncated",
        |tree| fs::write(tree.path("root/sub/f"), "").unwrap(),
        Ok(b""),
    ),
    (
        "appended to",
        |tree| {
            let mut file = File::options()
                .append(true)
                .open(tree.path("root/sub/f"))
                .unwrap();
            std::io::Write::write_all(&mut file, b", more").unwrap();
        },
        Ok(b"old content, more"),
    ),
    (
        "deleted",
        |tree| fs::remove_file(tree.path("root/sub/f")).unwrap(),
        Err(LookupError::NotFound),
    ),
    (
        "made a folder",
        |tree| {
            fs::remove_file(tree.path("root/sub/f")).unwrap();
            fs::create_dir(tree.path("root/sub/f")).unwrap();
        },
        Err(LookupError::IsDirectory),
    ),
    (
        "linked to another file of the root",
        |tree| {
            fs::remove_file(tree.path("root/sub/f")).unwrap();
            symlink("../a", tree.path("root/sub/f")).unwrap();
        },
        Ok(b"content of a"),
    ),
    (
        "linked to the outside",
        |tree| {
            fs::remove_file(tree.path("root/sub/f")).unwrap();
            symlink("../../secret", tree.path("root/sub/f")).unwrap();
        },
        Err(LookupError::NotFound),
    ),
    (
        "moved outside and linked to there",
        |tree| {
            fs::rename(tree.path("root/sub/f"), tree.path("f")).unwrap();
            symlink("../../f", tree.path("root/sub/f")).unwrap();
        },
        Err(LookupError::NotFound),
    ),
    (
        // This does not even move the file's time of change.
        "its folder moved outside and linked to there",
        |tree| {
            fs::rename(tree.path("root/sub"), tree.path("sub")).unwrap();
            symlink("../sub", tree.path("root/sub")).unwrap();
        },
        Err(LookupError::NotFound),
    ),
    (
        "its folder moved away",
        |tree| fs::rename(tree.path("root/sub"), tree.path("root/other")).unwrap(),
        Err(LookupError::NotFound),
    ),
    (
        "the root made again",
        |tree| {
            fs::rename(tree.path("root"), tree.path("old")).unwrap();
            fs::create_dir_all(tree.path("root/sub")).unwrap();
            fs::write(tree.path("root/sub/f"), "new content").unwrap();
        },
        Ok(b"new content"),
    ),
    (
        "the root gone",
        |tree| fs::rename(tree.path("root"), tree.path("old")).unwrap(),
        Err(LookupError::NotFound),
    ),
];

/// In the next turn, and in the same turn after a `revalidate`.
#[test]
fn each_change_shows_in_the_next_epoch() {
    for (what, change, expected) in CHANGES {
        for next in [turn, DocumentRoot::revalidate] {
            let tree = Tree::new();
            fs::write(tree.path("root/sub/f"), OLD).unwrap();
            let mut documents = tree.documents();
            turn(&mut documents);
            assert_eq!(bytes(documents.find(b"sub/f")).unwrap(), OLD);
            assert!(is_cached(&mut documents, "sub/f"), "{what}");
            change(&tree);
            next(&mut documents);
            let after = bytes(documents.find(b"sub/f"));
            assert_eq!(after.as_deref(), expected.as_deref(), "{what}");
        }
    }
}

/// Changes of a tree without `new/f`, after which that is looked up.
const APPEARANCES: &[Change] = &[
    ("nothing", |_| {}, Err(LookupError::NotFound)),
    (
        "its folder",
        |tree| drop(made_folder(tree)),
        Err(LookupError::NotFound),
    ),
    (
        "it",
        |tree| fs::write(made_folder(tree).join("f"), "new content").unwrap(),
        Ok(b"new content"),
    ),
    (
        "a folder",
        |tree| fs::create_dir(made_folder(tree).join("f")).unwrap(),
        Err(LookupError::IsDirectory),
    ),
    (
        "a link to another file of the root",
        |tree| symlink("../a", made_folder(tree).join("f")).unwrap(),
        Ok(b"content of a"),
    ),
    (
        "a link to the outside",
        |tree| symlink("../../secret", made_folder(tree).join("f")).unwrap(),
        Err(LookupError::NotFound),
    ),
    (
        "a link to its folder",
        |tree| {
            fs::write(tree.path("root/sub/f"), "new content").unwrap();
            symlink("sub", tree.path("root/new")).unwrap();
        },
        Ok(b"new content"),
    ),
    (
        "a file in place of its folder",
        |tree| fs::write(tree.path("root/new"), "").unwrap(),
        Err(LookupError::NotFound),
    ),
    (
        "another root that has it",
        |tree| {
            fs::rename(tree.path("root"), tree.path("old")).unwrap();
            fs::create_dir(tree.path("root")).unwrap();
            fs::write(made_folder(tree).join("f"), "new content").unwrap();
        },
        Ok(b"new content"),
    ),
];

fn made_folder(tree: &Tree) -> PathBuf {
    let folder = tree.path("root/new");
    fs::create_dir(&folder).unwrap();
    folder
}

#[test]
fn an_absent_name_is_found_in_the_next_epoch_after_it_appears() {
    for (what, change, expected) in APPEARANCES {
        for next in [turn, DocumentRoot::revalidate] {
            let tree = Tree::new();
            let mut documents = tree.documents();
            turn(&mut documents);
            assert_eq!(bytes(documents.find(b"new/f")), Err(LookupError::NotFound));
            change(&tree);
            // The epoch has already seen this name.
            assert_eq!(bytes(documents.find(b"new/f")), Err(LookupError::NotFound));
            for _ in 0..2 {
                next(&mut documents);
                let after = bytes(documents.find(b"new/f"));
                assert_eq!(after.as_deref(), expected.as_deref(), "{what}");
            }
        }
    }
}
