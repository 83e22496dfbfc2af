//! What is kept from turn to turn is never older than the look that asks.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::*;

/// When everything in the tree has long settled.
fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(3600)
}

/// A turn in which what is found is kept.
fn turn(documents: &mut DocumentRoot) {
    documents.end_turn();
    documents.begin_turn(Duration::ZERO, later());
}

fn is_kept(documents: &mut DocumentRoot, path: &str) -> bool {
    documents.cache.get(path).is_some()
}

/// What is done to a tree, and what is then found at `sub/f`.
type Change = (&'static str, fn(&Tree), Result<&'static [u8], Missing>);

const OLD: &[u8] = b"old content";

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
        Err(Missing::NotFound),
    ),
    (
        "made a folder",
        |tree| {
            fs::remove_file(tree.path("root/sub/f")).unwrap();
            fs::create_dir(tree.path("root/sub/f")).unwrap();
        },
        Err(Missing::IsDirectory),
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
        Err(Missing::NotFound),
    ),
    (
        "moved outside and linked to there",
        |tree| {
            fs::rename(tree.path("root/sub/f"), tree.path("f")).unwrap();
            symlink("../../f", tree.path("root/sub/f")).unwrap();
        },
        Err(Missing::NotFound),
    ),
    (
        // Here not even the file's time of change moves.
        "its folder moved outside and linked to there",
        |tree| {
            fs::rename(tree.path("root/sub"), tree.path("sub")).unwrap();
            symlink("../sub", tree.path("root/sub")).unwrap();
        },
        Err(Missing::NotFound),
    ),
    (
        "its folder moved away",
        |tree| fs::rename(tree.path("root/sub"), tree.path("root/other")).unwrap(),
        Err(Missing::NotFound),
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
        Err(Missing::NotFound),
    ),
];

/// In the next turn, and in the same one for whoever may have come after the change.
#[test]
fn each_change_shows_at_once() {
    for (what, change, expected) in CHANGES {
        for next in [turn, DocumentRoot::look_anew] {
            let tree = Tree::new();
            fs::write(tree.path("root/sub/f"), OLD).unwrap();
            let mut documents = tree.documents();
            turn(&mut documents);
            assert_eq!(bytes(documents.find("sub/f")).unwrap(), OLD);
            assert!(is_kept(&mut documents, "sub/f"), "{what}");
            change(&tree);
            next(&mut documents);
            let found = bytes(documents.find("sub/f"));
            assert_eq!(found.as_deref(), expected.as_deref(), "{what}");
        }
    }
}

/// What is done to a tree without `new/f`, and what is then found there.
const APPEARANCES: &[Change] = &[
    ("nothing", |_| {}, Err(Missing::NotFound)),
    (
        "its folder",
        |tree| drop(made_folder(tree)),
        Err(Missing::NotFound),
    ),
    (
        "it",
        |tree| fs::write(made_folder(tree).join("f"), "new content").unwrap(),
        Ok(b"new content"),
    ),
    (
        "a folder",
        |tree| fs::create_dir(made_folder(tree).join("f")).unwrap(),
        Err(Missing::IsDirectory),
    ),
    (
        "a link to another file of the root",
        |tree| symlink("../a", made_folder(tree).join("f")).unwrap(),
        Ok(b"content of a"),
    ),
    (
        "a link to the outside",
        |tree| symlink("../../secret", made_folder(tree).join("f")).unwrap(),
        Err(Missing::NotFound),
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
        Err(Missing::NotFound),
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
fn what_was_absent_is_found_as_soon_as_it_is_there() {
    for (what, change, expected) in APPEARANCES {
        for next in [turn, DocumentRoot::look_anew] {
            let tree = Tree::new();
            let mut documents = tree.documents();
            turn(&mut documents);
            assert_eq!(bytes(documents.find("new/f")), Err(Missing::NotFound));
            change(&tree);
            // A look sees one state.
            assert_eq!(bytes(documents.find("new/f")), Err(Missing::NotFound));
            for _ in 0..2 {
                next(&mut documents);
                let found = bytes(documents.find("new/f"));
                assert_eq!(found.as_deref(), expected.as_deref(), "{what}");
            }
        }
    }
}

/// lstat(2) would follow a link on the way, and wait for what is outside.
#[test]
fn nobody_looks_through_a_link_for_what_is_absent() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    turn(&mut documents);
    assert_eq!(bytes(documents.find("new/f")), Err(Missing::NotFound));
    assert!(documents.absent.seen_in("new/f").is_some());
    // There is nothing at new/f outside, either.
    symlink("..", tree.path("root/new")).unwrap();
    for _ in 0..2 {
        turn(&mut documents);
        assert_eq!(bytes(documents.find("new/f")), Err(Missing::NotFound));
        assert!(documents.absent.seen_in("new/f").is_none());
    }
}

#[test]
fn a_touched_file_has_its_new_time() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    turn(&mut documents);
    documents.find("a").unwrap();
    let modified = UNIX_EPOCH + Duration::from_secs(784_111_777);
    let file = File::options().write(true).open(tree.path("root/a"));
    file.unwrap().set_modified(modified).unwrap();
    turn(&mut documents);
    assert_eq!(documents.find("a").unwrap().modified, Some(modified));
}

#[test]
fn a_file_that_may_no_longer_be_read_is_looked_up_anew() {
    let tree = Tree::new();
    let path = tree.path("root/a");
    let mut documents = tree.documents();
    turn(&mut documents);
    let before = documents.find("a").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    turn(&mut documents);
    match documents.find("a") {
        // Root may read everything; but it was opened for that, and not remembered.
        Ok(found) => assert!(File::open(&path).is_ok() && !Rc::ptr_eq(&found, &before)),
        Err(missing) => assert_eq!(missing, Missing::NotFound),
    }
}

#[test]
fn a_file_that_becomes_a_log_is_served_no_longer() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    turn(&mut documents);
    assert!(documents.find("a").is_ok());
    documents.never_serve([Identity::of(&fs::metadata(tree.path("root/a")).unwrap())]);
    assert_eq!(bytes(documents.find("a")), Err(Missing::NotFound));
}

#[test]
fn what_has_not_changed_is_not_opened_again() {
    let tree = Tree::new();
    fs::write(tree.path("root/large"), vec![7; 100_000]).unwrap();
    let mut documents = tree.documents();
    turn(&mut documents);
    for path in ["a", "large"] {
        let first = documents.find(path).unwrap();
        turn(&mut documents);
        assert!(Rc::ptr_eq(&documents.find(path).unwrap(), &first), "{path}");
    }
}

#[test]
fn a_file_is_closed_when_nobody_asks_for_it() {
    let tree = Tree::new();
    fs::write(tree.path("root/large"), vec![7; 100_000]).unwrap();
    let mut documents = tree.documents();
    turn(&mut documents);
    documents.find("large").unwrap();
    documents.end_turn();
    let at = documents.wake_at().unwrap();
    documents.begin_turn(at, later());
    documents.end_turn();
    assert!(!is_kept(&mut documents, "large"));
    assert_eq!(documents.wake_at(), None);
}

/// Within one tick of the file system's clock two states of a file may look the same, so a file that
/// has just changed is not kept. With real times: this is the one that it is about.
#[test]
fn rewritten_again_and_again_within_a_tick() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    for number in 1000..3000 {
        let content = number.to_string();
        fs::write(tree.path("root/a"), &content).unwrap();
        next_turn(&mut documents);
        assert_eq!(bytes(documents.find("a")).unwrap(), content.as_bytes());
        assert!(!is_kept(&mut documents, "a"));
    }
}

/// A folder and a link to the outside change places while what is kept of them is asked for.
#[test]
fn the_race_with_confinement() {
    const SWAPS: usize = 20_000;
    let tree = Tree::new();
    fs::write(tree.path("root/sub/f"), OLD).unwrap();
    fs::create_dir(tree.path("outside")).unwrap();
    fs::write(tree.path("outside/f"), "secret").unwrap();
    symlink("../outside", tree.path("root/link")).unwrap();
    let (one, other) = (tree.path("root/sub"), tree.path("root/link"));
    let is_over = AtomicBool::new(false);
    let (mut inside, mut missing) = (0, 0);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..SWAPS {
                renameat_with(CWD, &one, CWD, &other, RenameFlags::EXCHANGE).unwrap();
            }
            is_over.store(true, Ordering::Relaxed);
        });
        let mut documents = tree.documents();
        while !is_over.load(Ordering::Relaxed) {
            turn(&mut documents);
            match bytes(documents.find("sub/f")) {
                Ok(content) => {
                    assert_eq!(content, OLD);
                    inside += 1;
                }
                Err(reason) => {
                    assert_eq!(reason, Missing::NotFound);
                    missing += 1;
                }
            }
        }
    });
    assert!(inside > 0 && missing > 0, "{inside} inside, {missing} not");
}
