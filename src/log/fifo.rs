//! Rows in a FIFO that no process reads: they are gone when the last one that holds it open ends.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;

use crate::os::file_identity::FileIdentity;

use super::{csv_row, lines};

/// Gives up reading `file`, if it is a FIFO, and returns how many rows in it are lost with that: those
/// that no other process has come to read. A log holds its FIFO open for reading and writing, so that rows
/// can wait in it for a reader that comes late. From then on `file` is open for writing only.
///
/// Not in the loop: it reads what the FIFO holds.
pub(super) fn give_up(file: &mut File, path: &Path) -> u64 {
    lost_rows(file, path).unwrap_or(0)
}

fn lost_rows(file: &mut File, path: &Path) -> io::Result<u64> {
    let metadata = file.metadata()?;
    if !metadata.file_type().is_fifo() {
        return Ok(0);
    }
    let identity = FileIdentity::from(&metadata);
    let writer = open_again(file, path, identity, OpenOptions::new().write(true))?;
    // This one keeps what is in the FIFO, and does not read it.
    *file = writer;
    let mut polled = [PollFd::from_borrowed_fd(file.as_fd(), PollFlags::OUT)];
    poll(&mut polled, Some(&Timespec::default()))?;
    if !polled[0].revents().contains(PollFlags::ERR) {
        // Another process has it open for reading.
        return Ok(0);
    }
    let mut reader = open_again(file, path, identity, OpenOptions::new().read(true))?;
    let mut unread = Vec::new();
    // It ends with an error, because there is a writer still.
    let _ = reader.read_to_end(&mut unread);
    let header = csv_row::header();
    Ok(lines::count(
        unread.strip_prefix(&*header).unwrap_or(&unread),
    ))
}

/// Opens the same FIFO again: by its descriptor, or by its path where there is no `/proc`, as in a sandbox.
fn open_again(
    file: &File,
    path: &Path,
    identity: FileIdentity,
    options: &mut OpenOptions,
) -> io::Result<File> {
    let by_descriptor = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    let opened = options
        .open(by_descriptor)
        .or_else(|_| options.open(path))?;
    if FileIdentity::from(&opened.metadata()?) != identity {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok(opened)
}
