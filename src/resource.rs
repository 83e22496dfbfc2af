//! Name below the root → an open regular file with its length, time and type.
//!
//! The kernel confines the lookup: `cap-std` opens with `openat2(RESOLVE_BENEATH)`, or walks the
//! path component by component with `O_NOFOLLOW` where that call is missing. There is no check
//! that comes before the open, so there is nothing that can be swapped in between.
//!
//! Nothing here is older than the turn that asks: what was found is remembered until the turn
//! ends, so that a hundred requests for one page that arrive together cost one open, and then
//! forgotten.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::fs::OFlags;

use crate::dates;
use crate::descriptors::is_exhausted;
use crate::transport::read_at;

/// Files up to this length, in bytes, are read at once and leave in one write together with
/// their head. Above it, a system call more costs less than the copy that it spares.
pub const SMALL: u64 = 16 * 1024;

/// How many names a turn remembers. Each may hold [`SMALL`] bytes, or an open file, which comes
/// out of [`crate::descriptors::RESERVE`].
const REMEMBERED: usize = 8;

/// How many log files, the present one and those it was rotated into, are never served.
const LOGS_REMEMBERED: usize = 64;

/// A regular file, open or read.
#[derive(Debug)]
pub struct Resource<F> {
    /// Its name below the root.
    pub path: String,
    /// Its length in bytes when it was looked up: the length that is promised and sent.
    pub length: u64,
    /// Its modification time, if it is one to tell (see [`dates::representable`]).
    pub modified: Option<SystemTime>,
    /// Its content.
    pub content: Content<F>,
}

/// Where the bytes of a resource come from.
#[derive(Debug)]
pub enum Content<F> {
    /// All of them, in memory.
    Bytes(Rc<[u8]>),
    /// A file to send from, shared by all responses of the turn that found it.
    File(Rc<F>),
}

/// Why there is no resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// None that may be served: absent, unreadable, outside the root, no regular file …
    NotFound,
    /// The name is that of a directory.
    IsDirectory,
    /// No descriptor or memory to open it with. It may well be there.
    Exhausted,
}

/// What a connection needs of a document root.
pub trait Documents {
    /// What its open files are.
    type File;

    /// Opens the regular file of this name; see [`crate::target::resolve`] for what a name is.
    fn find(&mut self, path: &str) -> Result<Rc<Resource<Self::File>>, Missing>;

    /// A turn is over: what is found from now on is looked up anew.
    fn end_turn(&mut self);
}

/// A file's identity: device and inode number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity(u64, u64);

impl Identity {
    /// Of the file that `metadata` describes.
    pub fn of(metadata: &Metadata) -> Self {
        Self(metadata.dev(), metadata.ino())
    }
}

/// A folder of real files.
#[derive(Debug)]
pub struct DocumentRoot {
    path: PathBuf,
    /// The open folder; `None` while there is none at `path`.
    folder: Option<(Dir, Identity)>,
    /// Whether `folder` was compared with what is at `path` in this turn.
    checked: Checked,
    /// What this turn has found.
    found: HashMap<String, Found>,
    /// Log files: never served, wherever they lie and however they are linked.
    never_served: Vec<Identity>,
}

type Found = Result<Rc<Resource<File>>, Missing>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Checked {
    InThisTurn,
    NotYet,
}

impl DocumentRoot {
    /// Opens the folder at `path`.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            folder: Some(open_folder(path)?),
            checked: Checked::NotYet,
            found: HashMap::new(),
            never_served: Vec::new(),
        })
    }

    /// Makes the files of these identities absent. A log that was rotated stays so: the last few
    /// are remembered.
    pub fn never_serve(&mut self, files: impl IntoIterator<Item = Identity>) {
        for file in files {
            if !self.never_served.contains(&file) {
                self.never_served.push(file);
            }
        }
        let too_many = self.never_served.len().saturating_sub(LOGS_REMEMBERED);
        self.never_served.drain(..too_many);
    }

    /// The folder that is at the root's path *now*: a site generator may have removed the root
    /// and made it again, or a deployment may have pointed a link elsewhere.
    fn folder(&mut self) -> Result<&Dir, Missing> {
        if self.checked == Checked::NotYet {
            self.reopen_if_replaced()?;
            self.checked = Checked::InThisTurn;
        }
        let (folder, _) = self.folder.as_ref().ok_or(Missing::NotFound)?;
        Ok(folder)
    }

    fn reopen_if_replaced(&mut self) -> Result<(), Missing> {
        let identity = std::fs::metadata(&self.path).map(|metadata| Identity::of(&metadata));
        let known = self.folder.as_ref().map(|(_, identity)| *identity);
        if identity.as_ref().ok() == known.as_ref() && known.is_some() {
            return Ok(());
        }
        self.folder = None;
        match open_folder(&self.path) {
            Ok(folder) => self.folder = Some(folder),
            Err(error) if is_exhausted(&error) => return Err(Missing::Exhausted),
            Err(_) => {}
        }
        Ok(())
    }

    fn look_up(&mut self, path: &str) -> Found {
        let mut options = OpenOptions::new();
        // Non-blocking, because opening a FIFO would wait for its writer, and the server with
        // it. Not a terminal of ours, should there be one below the root.
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        options.read(true).custom_flags(flags.bits().cast_signed());
        let opened = self.folder()?.open_with(path, &options);
        let file = opened.map_err(|error| missing(&error))?.into_std();
        let metadata = file.metadata().map_err(|error| missing(&error))?;
        if metadata.is_dir() {
            return Err(Missing::IsDirectory);
        }
        if !metadata.is_file() || self.never_served.contains(&Identity::of(&metadata)) {
            return Err(Missing::NotFound);
        }
        let length = metadata.len();
        Ok(Rc::new(Resource {
            path: path.to_owned(),
            length,
            modified: metadata.modified().ok().and_then(dates::representable),
            content: if length <= SMALL {
                Content::Bytes(read_whole(&file, length)?)
            } else {
                Content::File(Rc::new(file))
            },
        }))
    }
}

impl Documents for DocumentRoot {
    type File = File;

    fn find(&mut self, path: &str) -> Found {
        if let Some(found) = self.found.get(path) {
            return found.clone();
        }
        let mut found = self.look_up(path);
        if matches!(found, Err(Missing::Exhausted)) {
            // What is only remembered gives way first.
            self.found.clear();
            found = self.look_up(path);
        }
        // Whoever is out of descriptors now may have one in a moment.
        if !matches!(found, Err(Missing::Exhausted)) {
            if self.found.len() >= REMEMBERED {
                self.found.clear();
            }
            self.found.insert(path.to_owned(), found.clone());
        }
        found
    }

    fn end_turn(&mut self) {
        self.found.clear();
        self.checked = Checked::NotYet;
    }
}

fn open_folder(path: &Path) -> io::Result<(Dir, Identity)> {
    let folder = Dir::open_ambient_dir(path, ambient_authority())?.into_std_file();
    let identity = Identity::of(&folder.metadata()?);
    Ok((Dir::from_std_file(folder), identity))
}

/// Reads the `length` bytes that were promised. A file that turns out shorter is being rewritten
/// at this moment, and one that can't be read has no content: neither is there to be served, and
/// since no head has gone out yet, that can still be said.
fn read_whole(file: &File, length: u64) -> Result<Rc<[u8]>, Missing> {
    let mut bytes = vec![0; usize::try_from(length).map_err(|_| Missing::NotFound)?];
    let mut filled = 0;
    while filled < bytes.len() {
        match read_at(file, &mut bytes[filled..], filled as u64) {
            Ok(0) => return Err(Missing::NotFound),
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(missing(&error)),
        }
    }
    Ok(bytes.into())
}

fn missing(error: &io::Error) -> Missing {
    if is_exhausted(error) {
        Missing::Exhausted
    } else {
        Missing::NotFound
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    /// A root with one of everything, beside a secret outside it.
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
            DocumentRoot::open(&self.path("root")).unwrap()
        }
    }

    fn bytes(found: Found) -> Result<Vec<u8>, Missing> {
        found.map(|resource| match &resource.content {
            Content::Bytes(bytes) => bytes.to_vec(),
            Content::File(file) => {
                let mut bytes = vec![0; usize::try_from(resource.length).unwrap()];
                read_at(file, &mut bytes, 0).unwrap();
                bytes
            }
        })
    }

    #[test]
    fn what_is_found_and_what_is_not() {
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
        rustix::fs::mknodat(
            rustix::fs::CWD,
            root.join("fifo"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o644),
            0,
        )
        .unwrap();
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
            // A hard link is a name of the file's own, given by someone who may.
            ("hard", Ok(b"secret".to_vec())),
            ("b", Err(Missing::NotFound)),
            ("a/b", Err(Missing::NotFound)),
            ("a/index.html", Err(Missing::NotFound)),
            ("sub", Err(Missing::IsDirectory)),
            ("out", Err(Missing::NotFound)),
            ("up/secret", Err(Missing::NotFound)),
            ("up", Err(Missing::NotFound)),
            ("absolute-out", Err(Missing::NotFound)),
            ("absolute-in", Err(Missing::NotFound)),
            ("loop", Err(Missing::NotFound)),
            ("dangling", Err(Missing::NotFound)),
            ("fifo", Err(Missing::NotFound)),
            ("socket", Err(Missing::NotFound)),
            (long.as_str(), Err(Missing::NotFound)),
            (deep.as_str(), Err(Missing::NotFound)),
        ];
        let mut documents = tree.documents();
        for (path, expected) in table {
            assert_eq!(bytes(documents.find(path)), expected, "{path}");
            // From memory the answer is the same.
            assert_eq!(bytes(documents.find(path)), expected, "{path} again");
        }
    }

    #[test]
    fn an_unreadable_file_is_not_found() {
        let tree = Tree::new();
        fs::set_permissions(tree.path("root/a"), fs::Permissions::from_mode(0o000)).unwrap();
        // Root may read everything, so the table has no such row there.
        if File::open(tree.path("root/a")).is_err() {
            assert_eq!(bytes(tree.documents().find("a")), Err(Missing::NotFound));
        }
    }

    #[test]
    fn small_and_large() {
        let tree = Tree::new();
        for length in [0, 1, SMALL - 1, SMALL, SMALL + 1, 100_000] {
            let content: Vec<u8> = (0..=u8::MAX)
                .cycle()
                .take(usize::try_from(length).unwrap())
                .collect();
            fs::write(tree.path("root/f"), &content).unwrap();
            let found = tree.documents().find("f");
            let resource = found.clone().unwrap();
            assert_eq!(resource.length, length);
            let is_small = matches!(resource.content, Content::Bytes(_));
            assert_eq!(is_small, length <= SMALL, "{length}");
            assert!(bytes(found).unwrap() == content, "{length}");
        }
    }

    #[test]
    fn times() {
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
            let found = tree.documents().find("a").unwrap();
            assert_eq!(found.modified, expected, "{modified:?}");
        }
    }

    #[test]
    fn a_turn_sees_one_state_and_the_next_turn_the_next() {
        let tree = Tree::new();
        let mut documents = tree.documents();
        let found = |documents: &mut DocumentRoot| bytes(documents.find("a"));
        assert_eq!(found(&mut documents).unwrap(), b"content of a");
        fs::write(tree.path("root/a"), "other").unwrap();
        documents.end_turn();
        assert_eq!(found(&mut documents).unwrap(), b"other");
        fs::remove_file(tree.path("root/a")).unwrap();
        documents.end_turn();
        assert_eq!(found(&mut documents), Err(Missing::NotFound));
    }

    #[test]
    fn a_root_made_again_is_the_one_that_is_served() {
        let tree = Tree::new();
        let mut documents = tree.documents();
        assert_eq!(bytes(documents.find("a")).unwrap(), b"content of a");
        fs::rename(tree.path("root"), tree.path("old")).unwrap();
        documents.end_turn();
        assert_eq!(bytes(documents.find("a")), Err(Missing::NotFound));
        fs::create_dir(tree.path("root")).unwrap();
        fs::write(tree.path("root/a"), "new").unwrap();
        documents.end_turn();
        assert_eq!(bytes(documents.find("a")).unwrap(), b"new");
        // The reverse order: the new root is there before the old one goes.
        fs::rename(tree.path("root"), tree.path("older")).unwrap();
        fs::rename(tree.path("old"), tree.path("root")).unwrap();
        documents.end_turn();
        assert_eq!(bytes(documents.find("a")).unwrap(), b"content of a");
    }

    #[test]
    fn the_log_is_absent_by_any_name() {
        let tree = Tree::new();
        let log = tree.path("root/Log.csv");
        fs::write(&log, "row").unwrap();
        fs::hard_link(&log, tree.path("root/alias")).unwrap();
        symlink("Log.csv", tree.path("root/link")).unwrap();
        let mut documents = tree.documents();
        documents.never_serve([Identity::of(&fs::metadata(&log).unwrap())]);
        for path in ["Log.csv", "alias", "link"] {
            assert_eq!(
                bytes(documents.find(path)),
                Err(Missing::NotFound),
                "{path}"
            );
        }
    }

    #[test]
    fn a_turn_remembers_a_bounded_number() {
        let tree = Tree::new();
        let mut documents = tree.documents();
        for number in 0..1_000 {
            let _ = documents.find(&number.to_string());
            assert!(documents.found.len() <= REMEMBERED);
        }
    }
}
