//! The folder that is served: what is opened in it, and what is compared with it.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::fs::{FileType, OFlags, Stat, lstat};
use rustix::io::Errno;

use super::LookupError;
use super::fingerprint::Fingerprint;
use crate::os::descriptors::is_out_of_descriptors;
use crate::os::file_identity::FileIdentity;

/// How many folders a look remembers to have seen.
const FOLDERS_SEEN: usize = 64;

/// A root folder.
///
/// The kernel confines what is opened: `cap-std` opens with `openat2(RESOLVE_BENEATH)`, or walks
/// the path component by component with `O_NOFOLLOW` where that call is missing. There is no check
/// that comes before the open, so there is nothing that can be swapped in between.
#[derive(Debug)]
pub(super) struct Root {
    path: PathBuf,
    /// Where paths of files are put together: the root's, a slash, the name below it.
    full: Vec<u8>,
    /// The open folder; `None` while there is none at `path`.
    folder: Option<(Dir, FileIdentity)>,
    /// Whether `folder` was compared with what is at `path` in this look.
    checked: Checked,
    /// Folders below the root that were seen in this look to be no links.
    plain_folders: HashSet<Box<str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Checked {
    InThisLook,
    NotYet,
}

impl Root {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            full: Vec::new(),
            folder: Some(open_folder(path)?),
            checked: Checked::NotYet,
            plain_folders: HashSet::new(),
        })
    }

    /// What was seen before counts no longer.
    pub(super) fn revalidate(&mut self) {
        self.checked = Checked::NotYet;
        self.plain_folders.clear();
    }

    /// Opens whatever is at `path`, unless that leads outside.
    pub(super) fn open_file(&mut self, path: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        // Non-blocking, because opening a FIFO would wait for its writer, and the server with
        // it. Not a terminal of ours, should there be one below the root.
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        options.read(true).custom_flags(flags.bits().cast_signed());
        Ok(self.folder()?.open_with(path, &options)?.into_std())
    }

    /// Whether the file at `path` is the one of `fingerprint`, unchanged, and no link is on the way to
    /// it from the root. Nothing is opened for that: a file that was opened beneath the root, has not
    /// changed, and is reached without a link is a file beneath the root.
    pub(super) fn has_unchanged(&mut self, path: &str, fingerprint: &Fingerprint) -> bool {
        self.has_plain_folders(path) && self.fingerprint(path).as_ref() == Some(fingerprint)
    }

    /// Whether there is nothing at `path`, and no link on the way to it. Folder by folder, since
    /// lstat(2) follows links on the way, and would walk out of the root.
    pub(super) fn has_nothing_at(&mut self, path: &str) -> bool {
        for (end, _) in path.match_indices('/') {
            if !self.is_plain_folder(&path[..end]) {
                return self.is_nothing(&path[..end]);
            }
        }
        self.is_nothing(path)
    }

    fn is_nothing(&mut self, path: &str) -> bool {
        matches!(self.status(path), Err(Errno::NOENT | Errno::NOTDIR))
    }

    /// Whether all folders on the way to `path` are folders, not links. One call to the kernel a
    /// folder and look.
    fn has_plain_folders(&mut self, path: &str) -> bool {
        path.match_indices('/')
            .all(|(end, _)| self.is_plain_folder(&path[..end]))
    }

    fn is_plain_folder(&mut self, path: &str) -> bool {
        if self.plain_folders.contains(path) {
            return true;
        }
        let fingerprint = self.fingerprint(path);
        let is_plain =
            fingerprint.is_some_and(|fingerprint| fingerprint.file_type() == FileType::Directory);
        if is_plain && self.plain_folders.len() < FOLDERS_SEEN {
            self.plain_folders.insert(path.into());
        }
        is_plain
    }

    fn fingerprint(&mut self, path: &str) -> Option<Fingerprint> {
        let stat = self.status(path).ok()?;
        Some(Fingerprint::new(&stat))
    }

    /// Of what is at `path` itself, a link included. By way of the root's path, not of the folder
    /// that is open: another folder in its place shows without a call more.
    fn status(&mut self, path: &str) -> Result<Stat, Errno> {
        self.full.clear();
        self.full
            .extend_from_slice(self.path.as_os_str().as_bytes());
        self.full.push(b'/');
        self.full.extend_from_slice(path.as_bytes());
        lstat(self.full.as_slice())
    }

    /// The folder that is at the root's path *now*: a site generator may have removed the root
    /// and made it again, or a deployment may have pointed a link elsewhere.
    fn folder(&mut self) -> io::Result<&Dir> {
        if self.checked == Checked::NotYet {
            self.reopen_if_replaced()?;
            self.checked = Checked::InThisLook;
        }
        match &self.folder {
            Some((folder, _)) => Ok(folder),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn reopen_if_replaced(&mut self) -> io::Result<()> {
        let identity = std::fs::metadata(&self.path).map(|metadata| FileIdentity::from(&metadata));
        let known = self.folder.as_ref().map(|(_, identity)| *identity);
        if identity.as_ref().ok() == known.as_ref() && known.is_some() {
            return Ok(());
        }
        self.folder = None;
        match open_folder(&self.path) {
            Ok(folder) => self.folder = Some(folder),
            Err(error) if is_out_of_descriptors(&error) => return Err(error),
            Err(_) => {}
        }
        Ok(())
    }
}

fn open_folder(path: &Path) -> io::Result<(Dir, FileIdentity)> {
    let folder = Dir::open_ambient_dir(path, ambient_authority())?.into_std_file();
    let identity = FileIdentity::from(&folder.metadata()?);
    Ok((Dir::from_std_file(folder), identity))
}

/// What an error of the file system means to a client.
pub(super) fn lookup_error(error: &io::Error) -> LookupError {
    if is_out_of_descriptors(error) {
        LookupError::OutOfDescriptors
    } else {
        LookupError::NotFound
    }
}
