//! A cached result is never older than the epoch of the request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::*;

mod changes;

/// A time so late that every file in the tree may be cached.
fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(3600)
}

/// Begins the next turn at a time at which files that are found are cached.
fn turn(documents: &mut DocumentRoot) {
    documents.end_turn();
    documents.begin_turn(Duration::ZERO, later());
}

fn is_cached(documents: &mut DocumentRoot, path: &str) -> bool {
    documents.cache.get(path.as_bytes()).is_some()
}

const OLD: &[u8] = b"old content";

/// lstat(2) follows a link to a folder, and would wait for a file system outside the root.
#[test]
fn an_absent_name_is_not_searched_through_a_link() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    turn(&mut documents);
    assert_eq!(bytes(documents.find(b"new/f")), Err(LookupError::NotFound));
    assert!(documents.negative_cache.validated_epoch(b"new/f").is_some());
    // Through the link nothing is at new/f, either.
    symlink("..", tree.path("root/new")).unwrap();
    for _ in 0..2 {
        turn(&mut documents);
        assert_eq!(bytes(documents.find(b"new/f")), Err(LookupError::NotFound));
        assert!(documents.negative_cache.validated_epoch(b"new/f").is_none());
    }
}

#[test]
fn a_file_with_a_new_modification_time_is_served_with_it() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    turn(&mut documents);
    documents.find(b"a").unwrap();
    let modified = UNIX_EPOCH + Duration::from_secs(784_111_777);
    let file = File::options().write(true).open(tree.path("root/a"));
    file.unwrap().set_modified(modified).unwrap();
    turn(&mut documents);
    assert_eq!(documents.find(b"a").unwrap().modified, Some(modified));
}

#[test]
fn a_file_whose_permissions_change_is_opened_again() {
    let tree = Tree::new();
    let path = tree.path("root/a");
    let mut documents = tree.documents();
    turn(&mut documents);
    let before = documents.find(b"a").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    turn(&mut documents);
    match documents.find(b"a") {
        // The user root may read everything, but the file was opened again.
        Ok(after) => assert!(File::open(&path).is_ok() && !Rc::ptr_eq(&after, &before)),
        Err(error) => assert_eq!(error, LookupError::NotFound),
    }
}

#[test]
fn a_cached_file_that_becomes_a_log_is_absent() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    turn(&mut documents);
    assert!(documents.find(b"a").is_ok());
    documents.never_serve([FileIdentity::from(
        &fs::metadata(tree.path("root/a")).unwrap(),
    )]);
    assert_eq!(bytes(documents.find(b"a")), Err(LookupError::NotFound));
}

#[test]
fn an_unchanged_file_is_not_opened_again() {
    let tree = Tree::new();
    fs::write(tree.path("root/large"), vec![7; 100_000]).unwrap();
    let mut documents = tree.documents();
    turn(&mut documents);
    for path in ["a", "large"] {
        let first = documents.find(path.as_bytes()).unwrap();
        turn(&mut documents);
        assert!(
            Rc::ptr_eq(&documents.find(path.as_bytes()).unwrap(), &first),
            "{path}"
        );
    }
}

#[test]
fn a_large_file_without_requests_is_closed() {
    let tree = Tree::new();
    fs::write(tree.path("root/large"), vec![7; 100_000]).unwrap();
    let mut documents = tree.documents();
    turn(&mut documents);
    documents.find(b"large").unwrap();
    documents.end_turn();
    let at = documents.next_timeout().unwrap();
    documents.begin_turn(at, later());
    documents.end_turn();
    assert!(!is_cached(&mut documents, "large"));
    assert_eq!(documents.next_timeout(), None);
}

/// Within one tick of the file system's clock, two states of a file may have the same fingerprint, so
/// a file that has just changed is not cached. This test needs real times.
#[test]
fn a_file_rewritten_many_times_per_clock_tick_is_never_stale() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    for number in 1000..3000 {
        let content = number.to_string();
        fs::write(tree.path("root/a"), &content).unwrap();
        next_turn(&mut documents);
        assert_eq!(bytes(documents.find(b"a")).unwrap(), content.as_bytes());
        assert!(!is_cached(&mut documents, "a"));
    }
}

/// A folder and a link to the outside are exchanged while a cached file in the folder is requested.
#[test]
fn a_link_that_replaces_a_folder_at_any_moment_leads_nowhere() {
    const SWAPS: usize = 20_000;
    let tree = Tree::new();
    fs::write(tree.path("root/sub/f"), OLD).unwrap();
    fs::create_dir(tree.path("outside")).unwrap();
    fs::write(tree.path("outside/f"), "secret").unwrap();
    symlink("../outside", tree.path("root/link")).unwrap();
    let (one, other) = (tree.path("root/sub"), tree.path("root/link"));
    let is_over = AtomicBool::new(false);
    let (mut inside, mut absent) = (0, 0);
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
            match bytes(documents.find(b"sub/f")) {
                Ok(content) => {
                    assert_eq!(content, OLD);
                    inside += 1;
                }
                Err(error) => {
                    assert_eq!(error, LookupError::NotFound);
                    absent += 1;
                }
            }
        }
    });
    assert!(inside > 0 && absent > 0, "{inside} inside, {absent} absent");
}
