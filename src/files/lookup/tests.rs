use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::inotify;

use super::*;
use crate::os::file_identity::FileIdentity;
use crate::os::transport::read_at;
use crate::response::resource::{Content, SMALL};

mod freshness;
mod listings;

const LIMITS: CacheLimits = CacheLimits {
    bytes: 1 << 20,
    files: 4,
};

/// A folder with a root, and beside it a secret file that must not be served.
struct Tree {
    directory: tempfile::TempDir,
}

impl Tree {
    fn new() -> Self {
        let tree = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(tree.path("root/sub")).unwrap();
        fs::write(tree.path("secret"), "secret").unwrap();
        fs::write(tree.path("root/a"), "content of a").unwrap();
        tree
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn documents(&self) -> DocumentRoot {
        DocumentRoot::open(&self.path("root"), LIMITS).unwrap()
    }
}

/// Begins the next turn at the present time, so that a file that was just written is not cached.
fn next_turn(documents: &mut DocumentRoot) {
    documents.end_turn();
    documents.begin_turn(Duration::ZERO, SystemTime::now());
}

fn bytes(result: LookupResult) -> Result<Vec<u8>, LookupError> {
    result.map(|resource| match &resource.content {
        Content::Bytes(bytes) => bytes.to_vec(),
        Content::File(file) => {
            let mut bytes = vec![0; usize::try_from(resource.length).unwrap()];
            read_at(file, &mut bytes, 0).unwrap();
            bytes
        }
    })
}

fn make_fifo(path: &Path) {
    let mode = rustix::fs::Mode::from_raw_mode(0o644);
    let fifo = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, path, fifo, mode, 0).unwrap();
}

#[test]
fn only_regular_files_beneath_the_root_are_found() {
    let tree = Tree::new();
    let root = tree.path("root");
    symlink("a", root.join("link")).unwrap();
    symlink("sub/../a", root.join("detour")).unwrap();
    symlink("../secret", root.join("out")).unwrap();
    symlink("..", root.join("up")).unwrap();
    symlink(tree.path("secret"), root.join("absolute-out")).unwrap();
    symlink(root.join("a"), root.join("absolute-in")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    symlink("nowhere", root.join("dangling")).unwrap();
    make_fifo(&root.join("fifo"));
    let _socket = UnixListener::bind(root.join("socket")).unwrap();
    fs::write(root.join("empty"), "").unwrap();
    fs::hard_link(tree.path("secret"), root.join("hard")).unwrap();

    let long = "x".repeat(300);
    let deep = "x/".repeat(3000);
    let content = || Ok(b"content of a".to_vec());
    let table = [
        ("a", content()),
        ("link", content()),
        ("detour", content()),
        ("empty", Ok(vec![])),
        // A hard link is a name of the file itself, made by a user who had the right to.
        ("hard", Ok(b"secret".to_vec())),
        ("b", Err(LookupError::NotFound)),
        ("a/b", Err(LookupError::NotFound)),
        ("a/index.html", Err(LookupError::NotFound)),
        ("sub", Err(LookupError::IsDirectory)),
        ("out", Err(LookupError::NotFound)),
        ("up/secret", Err(LookupError::NotFound)),
        ("up", Err(LookupError::NotFound)),
        ("absolute-out", Err(LookupError::NotFound)),
        ("absolute-in", content()),
        ("loop", Err(LookupError::NotFound)),
        ("dangling", Err(LookupError::NotFound)),
        ("fifo", Err(LookupError::NotFound)),
        ("socket", Err(LookupError::NotFound)),
        (long.as_str(), Err(LookupError::NotFound)),
        (deep.as_str(), Err(LookupError::NotFound)),
    ];
    let mut documents = tree.documents();
    for (path, expected) in table {
        assert_eq!(bytes(documents.find(path.as_bytes())), expected, "{path}");
        // A remembered result is the same.
        assert_eq!(
            bytes(documents.find(path.as_bytes())),
            expected,
            "{path} again"
        );
    }
}

#[test]
fn an_unreadable_file_is_not_found() {
    let tree = Tree::new();
    fs::set_permissions(tree.path("root/a"), fs::Permissions::from_mode(0o000)).unwrap();
    // The user root may read everything, so for root there is nothing to test.
    if File::open(tree.path("root/a")).is_err() {
        assert_eq!(
            bytes(tree.documents().find(b"a")),
            Err(LookupError::NotFound)
        );
    }
}

#[test]
fn small_files_are_read_and_large_ones_stay_open() {
    let tree = Tree::new();
    for length in [0, 1, SMALL - 1, SMALL, SMALL + 1, 100_000] {
        let content: Vec<u8> = (0..=u8::MAX)
            .cycle()
            .take(usize::try_from(length).unwrap())
            .collect();
        fs::write(tree.path("root/f"), &content).unwrap();
        let result = tree.documents().find(b"f");
        let resource = result.clone().unwrap();
        assert_eq!(resource.length, length);
        let is_small = matches!(resource.content, Content::Bytes(_));
        assert_eq!(is_small, length <= SMALL, "{length}");
        assert!(bytes(result).unwrap() == content, "{length}");
    }
}

#[test]
fn the_modification_time_is_in_whole_seconds_if_it_is_a_date() {
    let tree = Tree::new();
    let file = File::open(tree.path("root/a")).unwrap();
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let table = [
        (
            at(784_111_777) + Duration::from_millis(5),
            Some(at(784_111_777)),
        ),
        (at(1), None),
        (UNIX_EPOCH - Duration::from_secs(1), None),
    ];
    for (modified, expected) in table {
        file.set_modified(modified).unwrap();
        let resource = tree.documents().find(b"a").unwrap();
        assert_eq!(resource.modified, expected, "{modified:?}");
    }
}

#[test]
fn each_turn_sees_the_changes_before_it() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    let content = |documents: &mut DocumentRoot| bytes(documents.find(b"a"));
    assert_eq!(content(&mut documents).unwrap(), b"content of a");
    fs::write(tree.path("root/a"), "other").unwrap();
    next_turn(&mut documents);
    assert_eq!(content(&mut documents).unwrap(), b"other");
    fs::remove_file(tree.path("root/a")).unwrap();
    next_turn(&mut documents);
    assert_eq!(content(&mut documents), Err(LookupError::NotFound));
}

#[test]
fn a_root_that_was_replaced_is_served_from_the_next_turn_on() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    assert_eq!(bytes(documents.find(b"a")).unwrap(), b"content of a");
    fs::rename(tree.path("root"), tree.path("old")).unwrap();
    next_turn(&mut documents);
    assert_eq!(bytes(documents.find(b"a")), Err(LookupError::NotFound));
    fs::create_dir(tree.path("root")).unwrap();
    fs::write(tree.path("root/a"), "new").unwrap();
    next_turn(&mut documents);
    assert_eq!(bytes(documents.find(b"a")).unwrap(), b"new");
    // This time no turn sees an absent root in between.
    fs::rename(tree.path("root"), tree.path("older")).unwrap();
    fs::rename(tree.path("old"), tree.path("root")).unwrap();
    next_turn(&mut documents);
    assert_eq!(bytes(documents.find(b"a")).unwrap(), b"content of a");
}

#[test]
fn the_log_is_absent_by_any_name() {
    let tree = Tree::new();
    let log = tree.path("root/Log.csv");
    fs::write(&log, "row").unwrap();
    fs::hard_link(&log, tree.path("root/alias")).unwrap();
    symlink("Log.csv", tree.path("root/link")).unwrap();
    let mut documents = tree.documents();
    documents.never_serve([FileIdentity::from(&fs::metadata(&log).unwrap())]);
    for path in ["Log.csv", "alias", "link"] {
        assert_eq!(
            bytes(documents.find(path.as_bytes())),
            Err(LookupError::NotFound),
            "{path}"
        );
    }
}

#[test]
fn an_epoch_remembers_a_bounded_number_of_results() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    next_turn(&mut documents);
    for number in 0..10 * EPOCH_RESULTS_MAX {
        let name = number.to_string();
        // A file that has just changed is not cached.
        fs::write(tree.path("root").join(&name), "new").unwrap();
        let first = documents.find(name.as_bytes()).unwrap();
        assert!((1..=EPOCH_RESULTS_MAX).contains(&documents.epoch_results.len()));
        let second = documents.find(name.as_bytes()).unwrap();
        assert!(Rc::ptr_eq(&first, &second), "looked up once");
    }
}

/// inotify(7) reports every open but one of `O_PATH`.
#[test]
fn a_fifo_is_never_opened() {
    let tree = Tree::new();
    let fifo = tree.path("root/fifo");
    make_fifo(&fifo);
    let watch = inotify::init(inotify::CreateFlags::NONBLOCK).unwrap();
    inotify::add_watch(&watch, &fifo, inotify::WatchFlags::OPEN).unwrap();
    inotify::add_watch(&watch, tree.path("root/a"), inotify::WatchFlags::OPEN).unwrap();
    let mut documents = tree.documents();
    let mut events = [0; 256];
    assert_eq!(bytes(documents.find(b"fifo")), Err(LookupError::NotFound));
    let opened = rustix::io::read(&watch, &mut events);
    assert_eq!(opened, Err(rustix::io::Errno::AGAIN));
    assert!(documents.find(b"a").is_ok());
    assert!(rustix::io::read(&watch, &mut events).is_ok());
}

#[test]
fn a_log_of_an_earlier_run_is_absent_by_any_name() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    documents.hide_logs(b"Time,Client\n".to_vec());
    let rows = "12:00,127.0.0.1\n";
    let long = rows.repeat(10_000);
    fs::write(tree.path("root/Log.csv"), format!("Time,Client\n{rows}")).unwrap();
    fs::write(tree.path("root/long"), format!("Time,Client\n{long}")).unwrap();
    fs::write(tree.path("log"), "Time,Client\n").unwrap();
    fs::hard_link(tree.path("log"), tree.path("root/hard")).unwrap();
    fs::write(tree.path("root/rows"), &long).unwrap();
    fs::write(tree.path("root/short"), "Time,Client").unwrap();
    let absent = Err(LookupError::NotFound);
    for name in ["Log.csv", "long", "hard"] {
        assert_eq!(bytes(documents.find(name.as_bytes())), absent, "{name}");
    }
    assert_eq!(bytes(documents.find(b"rows")), Ok(long.into_bytes()));
    assert_eq!(bytes(documents.find(b"short")), Ok(b"Time,Client".to_vec()));
}

/// A file that was written is gone, and the next file that is made may have its inode number.
#[test]
fn an_identity_is_hidden_no_longer_than_its_file_is_open() {
    let tree = Tree::new();
    let mut documents = tree.documents();
    let identity = FileIdentity::from(&fs::metadata(tree.path("root/a")).unwrap());
    documents.never_serve([identity]);
    assert_eq!(bytes(documents.find(b"a")), Err(LookupError::NotFound));
    documents.never_serve([]);
    assert_eq!(bytes(documents.find(b"a")), Ok(b"content of a".to_vec()));
}
