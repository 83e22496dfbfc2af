//! Reads a file that an operator names, and waits for none: a FIFO or device is refused.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;

/// Opens the file for reading.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    // Before it is opened: that would let the writer of a FIFO go on, and makes some devices act.
    check(path.metadata()?.is_file())?;
    let file = OpenOptions::new()
        .read(true)
        // A FIFO may have taken the name by now, and a file under a lease makes others wait.
        .custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed())
        .open(path)?;
    check(file.metadata()?.is_file())?;
    Ok(file)
}

fn check(is_file: bool) -> io::Result<()> {
    if is_file {
        Ok(())
    } else {
        Err(io::Error::other("it is no regular file"))
    }
}

/// The first bytes, at most so many.
pub(crate) fn read(file: &File, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
