//! What is kept from turn to turn is never older than the look that asks.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::*;

mod changes;

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

const OLD: &[u8] = b"old content";

/// lstat(2) would follow a link on the way, and wait for what is outside.
#[test]
fn nobody_looks_through_a_link_for_what_is_absent() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    turn(&mut documents);
    assert_eq!(bytes(documents.find("new/f")), Err(LookupError::NotFound));
    assert!(documents.negative_cache.validated_epoch("new/f").is_some());
    // There is nothing at new/f outside, either.
    symlink("..", tree.path("root/new")).unwrap();
    for _ in 0..2 {
        turn(&mut documents);
        assert_eq!(bytes(documents.find("new/f")), Err(LookupError::NotFound));
        assert!(documents.negative_cache.validated_epoch("new/f").is_none());
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
        Err(lookup_error) => assert_eq!(lookup_error, LookupError::NotFound),
    }
}

#[test]
fn a_file_that_becomes_a_log_is_served_no_longer() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    turn(&mut documents);
    assert!(documents.find("a").is_ok());
    documents.never_serve([FileIdentity::from(
        &fs::metadata(tree.path("root/a")).unwrap(),
    )]);
    assert_eq!(bytes(documents.find("a")), Err(LookupError::NotFound));
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
    let at = documents.next_timeout().unwrap();
    documents.begin_turn(at, later());
    documents.end_turn();
    assert!(!is_kept(&mut documents, "large"));
    assert_eq!(documents.next_timeout(), None);
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
    let (mut inside, mut lookup_error) = (0, 0);
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
                    assert_eq!(reason, LookupError::NotFound);
                    lookup_error += 1;
                }
            }
        }
    });
    assert!(
        inside > 0 && lookup_error > 0,
        "{inside} inside, {lookup_error} not"
    );
}
