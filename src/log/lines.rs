//! Writes whole lines to a file or into a pipe.

use std::fs::File;
use std::io::{self, Write};

/// A pipe takes this many bytes wholly or not at all, on Linux (pipe(7)).
const PIPE_BUF: usize = 4096;

/// A write that stopped early.
pub(super) struct ShortWrite {
    /// How many bytes were written before.
    pub(super) written: usize,
    pub(super) error: io::Error,
}

/// Writes lines to a file that is no pipe.
pub(super) fn write_to_file(file: &File, lines: &[u8]) -> Result<(), ShortWrite> {
    write(file, lines, usize::MAX)
}

/// Writes lines into a pipe, so that each gets into it wholly or not at all, unless it is longer than the
/// kernel promises that for.
pub(super) fn write_to_pipe(file: &File, lines: &[u8]) -> Result<(), ShortWrite> {
    write(file, lines, PIPE_BUF)
}

/// Writes lines, in pieces of whole lines. A piece is no longer than `piece_max` bytes, unless one
/// line is.
fn write(mut file: &File, lines: &[u8], piece_max: usize) -> Result<(), ShortWrite> {
    let mut written = 0;
    while written < lines.len() {
        let rest = &lines[written..];
        let end = match rest.get(..piece_max) {
            None => rest.len(),
            Some(within) => memchr::memrchr(b'\n', within)
                .or_else(|| memchr::memchr(b'\n', rest))
                .map_or(rest.len(), |end| end + 1),
        };
        let error = match file.write(&rest[..end]) {
            Ok(0) => io::ErrorKind::WriteZero.into(),
            Ok(count) => {
                written += count;
                continue;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => error,
        };
        return Err(ShortWrite { written, error });
    }
    Ok(())
}

/// How many bytes of whole lines fit into `room`.
pub(super) fn fitting(lines: &[u8], room: usize) -> usize {
    match lines.get(..room) {
        None => lines.len(),
        Some(fitting) => memchr::memrchr(b'\n', fitting).map_or(0, |end| end + 1),
    }
}

/// How many line ends there are.
pub(super) fn count(lines: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', lines).count() as u64
}
