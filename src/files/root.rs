//! The root folder: opens files beneath it, and compares cached files with it.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use memchr::memchr_iter;
use rustix::fs::{CWD, FileType, Mode, OFlags, Stat, fstat, lstat, openat};
use rustix::io::Errno;

use super::fingerprint::Fingerprint;
use super::links;
use crate::os::descriptors::is_out_of_descriptors;
use crate::os::file_identity::FileIdentity;
use crate::response::resource::LookupError;

/// How many folders an epoch remembers in `plain_folders`.
const PLAIN_FOLDERS_MAX: usize = 64;

/// What is at a name.
#[derive(Debug)]
pub(super) enum Opened {
    /// A regular file, open for reading, and its status.
    File(File, Stat),
    Directory,
}

/// How a file is opened for reading. NONBLOCK: a file under a lease would make the server wait for
/// its holder. NOCTTY: a terminal must not become the server's own.
const READ: OFlags = OFlags::NONBLOCK.union(OFlags::NOCTTY);

/// A root folder.
///
/// The kernel keeps every open beneath it: `cap-std` opens with `openat2(RESOLVE_BENEATH)`, or, where
/// that call is missing, walks the path component by component with `O_NOFOLLOW`. No separate check
/// precedes the open, so no link can be swapped in between check and open.
///
/// "Epoch" means a validation epoch (`docs/design.md#the-file-cache`). What a `Root` has seen of the
/// file system counts until the next one.
#[derive(Debug)]
pub(super) struct Root {
    path: PathBuf,
    /// A buffer for the paths of files: the root's path, a slash, the name below the root.
    full: Vec<u8>,
    /// The open folder; `None` while none is at `path`.
    folder: Option<(Dir, FileIdentity)>,
    /// Whether `folder` was compared with the folder at `path` in this epoch.
    is_checked: bool,
    /// Folders below the root that are not links, as seen in this epoch.
    plain_folders: HashSet<Box<[u8]>>,
}

impl Root {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            full: Vec::new(),
            folder: Some(open_folder(path)?),
            is_checked: false,
            plain_folders: HashSet::new(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Begins an epoch: forgets what was seen in the last one.
    pub(super) fn revalidate(&mut self) {
        self.is_checked = false;
        self.plain_folders.clear();
    }

    /// Opens the regular file at `path`, unless it lies outside of the root.
    ///
    /// Nothing is opened for reading before its type is known: opening a FIFO lets its writer go on,
    /// who then dies of the closed pipe, and opening some devices makes them act. So the name is
    /// opened as a mere place first (open(2), `O_PATH`), and what is there is opened by way of that
    /// place: no other file can have taken the name in between.
    pub(super) fn open_file(&mut self, path: &Path) -> io::Result<Opened> {
        let place = self.open_inside(path, OFlags::PATH)?;
        let stat = fstat(&place)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => {}
            FileType::Directory => return Ok(Opened::Directory),
            _ => return Err(ErrorKind::NotFound.into()),
        }
        match open_place(&place) {
            // No /proc, as in an empty root: by name again, and then it must be the same file.
            Err(error) if error.kind() == ErrorKind::NotFound => self.open_again(path, &stat),
            file => Ok(Opened::File(file?, stat)),
        }
    }

    /// Opens the folder at `path` to be read, unless it lies outside of the root. What is no folder is
    /// not opened, so nothing notices (open(2), `O_DIRECTORY`).
    pub(super) fn open_folder(&mut self, path: &Path) -> io::Result<File> {
        self.open_inside(path, OFlags::DIRECTORY | READ)
    }

    /// The status of what is at `path`, or where a link there leads to, unless that lies outside.
    pub(super) fn status_of(&mut self, path: &Path) -> io::Result<Stat> {
        Ok(fstat(self.open_inside(path, OFlags::PATH)?)?)
    }

    /// Opens what is at `path`. An absolute link may lead to it, if that is beneath the root.
    fn open_inside(&mut self, path: &Path, flags: OFlags) -> io::Result<File> {
        match self.open_beneath(path, flags) {
            Err(error) if is_escape(&error) => {
                let inside = links::resolve(&self.path, path).ok_or(error)?;
                self.open_beneath(&inside, flags)
            }
            opened => opened,
        }
    }

    fn open_beneath(&mut self, path: &Path, flags: OFlags) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(flags.bits().cast_signed());
        Ok(self.folder()?.open_with(path, &options)?.into_std())
    }

    /// Opens by name what was seen to be a regular file. Between the two a FIFO may have taken the
    /// name: it is opened without waiting, and then refused.
    fn open_again(&mut self, path: &Path, seen: &Stat) -> io::Result<Opened> {
        let file = self.open_beneath(path, READ)?;
        let stat = fstat(&file)?;
        if FileIdentity::from(&stat) != FileIdentity::from(seen) {
            return Err(ErrorKind::NotFound.into());
        }
        Ok(Opened::File(file, stat))
    }

    /// Whether the file at `path` has this `fingerprint`, and the path from the root to it has no
    /// link. This opens nothing: a file that was opened beneath the root, has not changed, and is
    /// reached without a link, is still beneath the root.
    pub(super) fn has_unchanged(&mut self, path: &[u8], fingerprint: &Fingerprint) -> bool {
        self.has_plain_folders(path) && self.fingerprint(path).as_ref() == Some(fingerprint)
    }

    /// Whether nothing is at `path`, and the path from the root has no link. Goes folder by folder,
    /// because lstat(2) follows links to folders and could leave the root.
    pub(super) fn has_nothing_at(&mut self, path: &[u8]) -> bool {
        for end in memchr_iter(b'/', path) {
            if !self.is_plain_folder(&path[..end]) {
                return self.is_nothing(&path[..end]);
            }
        }
        self.is_nothing(path)
    }

    fn is_nothing(&mut self, path: &[u8]) -> bool {
        matches!(self.status(path), Err(Errno::NOENT | Errno::NOTDIR))
    }

    /// Whether all folders on the path are folders, not links. At most one syscall per folder and
    /// validation epoch.
    fn has_plain_folders(&mut self, path: &[u8]) -> bool {
        memchr_iter(b'/', path).all(|end| self.is_plain_folder(&path[..end]))
    }

    fn is_plain_folder(&mut self, path: &[u8]) -> bool {
        if self.plain_folders.contains(path) {
            return true;
        }
        let fingerprint = self.fingerprint(path);
        let is_plain =
            fingerprint.is_some_and(|fingerprint| fingerprint.file_type() == FileType::Directory);
        if is_plain && self.plain_folders.len() < PLAIN_FOLDERS_MAX {
            self.plain_folders.insert(path.into());
        }
        is_plain
    }

    fn fingerprint(&mut self, path: &[u8]) -> Option<Fingerprint> {
        let stat = self.status(path).ok()?;
        Some(Fingerprint::new(&stat))
    }

    /// The status of the file or link at `path`. Uses the root's path, not the open folder, so that
    /// a replaced root folder shows without another syscall.
    fn status(&mut self, path: &[u8]) -> Result<Stat, Errno> {
        self.full.clear();
        self.full
            .extend_from_slice(self.path.as_os_str().as_bytes());
        self.full.push(b'/');
        self.full.extend_from_slice(path);
        lstat(self.full.as_slice())
    }

    /// The folder that is at the root's path *now*. A site generator may have removed the root and
    /// created it again, or a deployment may have changed the target of a link.
    fn folder(&mut self) -> io::Result<&Dir> {
        if !self.is_checked {
            self.reopen_if_replaced()?;
            self.is_checked = true;
        }
        match &self.folder {
            Some((folder, _)) => Ok(folder),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn reopen_if_replaced(&mut self) -> io::Result<()> {
        let identity = std::fs::metadata(&self.path).map(|metadata| FileIdentity::from(&metadata));
        let open = self.folder.as_ref().map(|(_, identity)| *identity);
        if open.is_some() && open == identity.ok() {
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

/// Opens for reading what a descriptor of `O_PATH` stands for (proc(5), `/proc/self/fd`).
fn open_place(place: &File) -> io::Result<File> {
    let name = format!("/proc/self/fd/{}", place.as_raw_fd());
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | READ;
    Ok(openat(CWD, name, flags, Mode::empty())?.into())
}

/// A name below the root as the operating system takes it: any bytes.
pub(super) fn as_path(name: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(name))
}

/// Whether a link on the way leads outside, or is absolute.
fn is_escape(error: &io::Error) -> bool {
    // What cap-std makes of EXDEV (openat2(2), `RESOLVE_BENEATH`). A folder without permission has
    // an error number.
    error.kind() == ErrorKind::PermissionDenied && error.raw_os_error().is_none()
}

fn open_folder(path: &Path) -> io::Result<(Dir, FileIdentity)> {
    let folder = Dir::open_ambient_dir(path, ambient_authority())?.into_std_file();
    let identity = FileIdentity::from(&folder.metadata()?);
    Ok((Dir::from_std_file(folder), identity))
}

/// The error that a client sees for an error of the file system. What passes is different from an
/// absent file: a lack of descriptors or memory, and a write lease on the file (fcntl(2)), whose
/// holder the kernel has told to give it up.
pub(super) fn lookup_error(error: &io::Error) -> LookupError {
    if is_out_of_descriptors(error) || error.kind() == ErrorKind::WouldBlock {
        LookupError::OutOfDescriptors
    } else {
        LookupError::NotFound
    }
}
