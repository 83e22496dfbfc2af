//! Opens the files that hold clients' requests: a trace, a flight recorder's events.
//!
//! What a client asked for, and from where, is for the operator alone. So the file can be read by its owner
//! only, whether it is new or was there before; it does not lie beneath the folder that is served; and in a
//! folder to which others may write, such as `/tmp`, none of theirs is written to: no link of theirs is
//! followed, and a file of theirs is refused.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::process::geteuid;

use crate::os::file_identity::FileIdentity;
use crate::os::links::{self, Destination};

/// The mode of a file that is made: its owner may read and write it (chmod(2)).
const MODE: u32 = 0o600;

/// What the mode of a file allows its group and all other users.
const OTHERS: u32 = 0o077;

/// Set in the mode of a folder to which its group or every user may write.
const SHARED: u32 = 0o022;

/// Opens the file at `path`, and makes it if necessary. Leaves alone what is in it for now: it may be what
/// an earlier run left when it panicked. `is_taken` tells of a file whether the server writes something
/// else to it.
pub(super) fn open(
    path: &Path,
    root: &Path,
    is_taken: impl Fn(FileIdentity) -> bool,
) -> io::Result<File> {
    let destination = links::resolve(path, refuse_shared)?;
    // A root that is not there is an error of its own.
    let root = root.canonicalize().ok();
    let check_beneath = |path: &Path| match &root {
        Some(root) if path.starts_with(root) => Err(io::Error::other(
            "it lies in the folder that is served, and every client could read it",
        )),
        _ => Ok(()),
    };
    let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let resolved = match &destination {
        Destination::Path(resolved) => {
            flags |= OFlags::NOFOLLOW;
            resolved
        }
        Destination::Descriptor => path,
    };
    check_beneath(resolved)?;
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(MODE)
        // A pipe without a reader must not keep the server from starting.
        .custom_flags(flags.bits().cast_signed())
        .open(resolved)?;
    // Another process may have put a link on the way since.
    if let Some(opened) = path_of(&file) {
        check_beneath(&opened)?;
        if destination == Destination::Path(resolved.to_owned()) && opened != *resolved {
            return Err(io::Error::other("it was moved while it was opened"));
        }
    }
    if resolved.parent().is_some_and(is_shared) {
        refuse_foreign(&file.metadata()?)?;
    }
    let metadata = file.metadata()?;
    // A device or a pipe keeps nothing: what it allows is not ours to say, and it takes all that comes.
    if metadata.is_file() {
        if is_taken(FileIdentity::from(&metadata)) {
            return Err(io::Error::other("another option writes to the same file"));
        }
        close_to_others(&file, &metadata)?;
    }
    Ok(file)
}

/// Takes the rights of all but its owner from a file that was there before: an earlier program may have
/// made it with a wider mode.
fn close_to_others(file: &File, metadata: &Metadata) -> io::Result<()> {
    let mode = metadata.permissions().mode();
    if mode & OTHERS == 0 {
        return Ok(());
    }
    file.set_permissions(Permissions::from_mode(mode & !OTHERS))
        .map_err(|error| {
            io::Error::other(format!(
                "others may read or write it, and its mode can't be changed: {error}"
            ))
        })
}

/// Where an open file lies now; `None` without `/proc`.
fn path_of(file: &File) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}

/// Whether others than its owner may write to this folder.
fn is_shared(folder: &Path) -> bool {
    folder
        .metadata()
        .is_ok_and(|metadata| metadata.permissions().mode() & SHARED != 0)
}

/// An error for a link in a folder in which others may have put it.
fn refuse_shared(folder: &Path) -> io::Result<()> {
    if !is_shared(folder) {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "a symbolic link in '{}', to which others may write, is not followed",
        folder.display()
    )))
}

/// An error for a file that others may have put into a folder to which they may write.
fn refuse_foreign(metadata: &Metadata) -> io::Result<()> {
    let is_foreign = metadata.uid() != geteuid().as_raw();
    let has_other_names = metadata.is_file() && metadata.nlink() > 1;
    if !is_foreign && !has_other_names {
        return Ok(());
    }
    Err(io::Error::other(
        "it is another user's or has other names, in a folder to which others may write",
    ))
}
