//! What the process's descriptors are enough for.
//!
//! A connection takes one, and one more while a large file is sent on it. Newcomers are let in
//! while both together leave [`RESERVE`] descriptors; files that are to be sent may take half of
//! that reserve. What remains is for everything else, and for the files that are open only while
//! they are read: a small file can always be opened.

use std::io;
use std::path::Path;

use rustix::io::{Errno, fcntl_dupfd_cloexec};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::Limits;
use crate::error::Error;

/// Descriptors that newcomers leave alone: the three standard streams and two copies of them,
/// epoll, the signals' two, the root, the log, a listener or two, and [`FILES_RESERVE`].
pub const RESERVE: usize = 32;

/// The part of [`RESERVE`] that files may take when connections have taken all else.
pub const FILES_RESERVE: usize = 16;

/// Descriptors that are kept for the live view, beyond [`RESERVE`], if there is one: its listener
/// and its viewers. A server that is full can still be looked at.
pub const ADMIN_RESERVE: u64 = 24;

/// What it takes to serve at all, beyond what a started server holds: a connection and its file, which
/// may be held twice while it is opened.
const TO_SERVE: usize = 3;

/// The same for the live view: a viewer.
const TO_BE_VIEWED: usize = 1;

/// Raises the soft limit on descriptors to the hard one, which needs no privilege, and gives the
/// limit that then holds (getrlimit(2), `RLIMIT_NOFILE`).
pub fn raise_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let effective = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(_) => limit.current,
    };
    effective.unwrap_or(u64::MAX)
}

/// How many of `limit` descriptors are for connections and the files that are sent on them. A
/// small limit gives half of itself rather than nothing.
pub fn for_connections(limit: u64) -> usize {
    let limit = bounded(limit);
    let left = limit.saturating_sub(RESERVE + for_cache(limit as u64));
    left.max(limit / 2).max(1)
}

/// How many of `limit` descriptors are for files that stay open in the cache: one in 64 of those
/// beyond the first thousand, which clients need more. Beyond 256 files the memory for their names
/// would count.
pub fn for_cache(limit: u64) -> usize {
    (bounded(limit).saturating_sub(1024) / 64).min(256)
}

/// Slots are numbered with 32 bits, and the highest numbers name other things than slots.
fn bounded(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX).min(1 << 31)
}

/// Whether a call failed for want of descriptors or memory (open(2), accept(2)).
pub fn is_out_of_descriptors(error: &io::Error) -> bool {
    let out_of_descriptors = [Errno::MFILE, Errno::NFILE, Errno::NOMEM, Errno::NOBUFS];
    out_of_descriptors
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// Bounds `limits` by the descriptors that a started server has left: with few of them, what
/// [`for_connections`] reckons is more than there are. An error if they are too few to serve.
pub fn fit(limits: &mut Limits, has_live_view: bool) -> Result<(), Error> {
    let least = TO_SERVE + if has_live_view { TO_BE_VIEWED } else { 0 };
    let free = count_free(RESERVE);
    if free < least {
        let limit = limit();
        let needed = limit_for(limit, least - free);
        return Err(Error::Descriptors {
            limit,
            needed: format!("{needed} are needed"),
            enough: needed,
        });
    }
    if free < RESERVE {
        // All connections may be busy, and each file is opened while its connection is there.
        let for_clients = free + 1 - least;
        limits.max_descriptors = limits.max_descriptors.min(for_clients);
        limits.max_connections = limits.max_connections.min(for_clients);
    }
    Ok(())
}

/// Why the server did not start, if it was for want of descriptors: how many would have been needed is
/// not known then, but how many are enough.
pub fn explain(error: Error, listeners: usize) -> Error {
    let is_limit = |error: &io::Error| error.raw_os_error() == Some(Errno::MFILE.raw_os_error());
    if !error.io().is_some_and(is_limit) {
        return error;
    }
    let limit = limit();
    let for_start = RESERVE as u64 + ADMIN_RESERVE + 2 * listeners as u64;
    let enough = limit.saturating_add(for_start);
    Error::Descriptors {
        limit,
        needed: format!("more are needed, and {enough} are enough"),
        enough,
    }
}

/// The limit that gives so many descriptors more than `limit`. A descriptor that was inherited keeps its
/// number, even one beyond the limit, and would be in the way of a higher one.
fn limit_for(limit: u64, mut more: usize) -> u64 {
    let is_taken = |number: u64| Path::new(&format!("/proc/self/fd/{number}")).is_symlink();
    let mut number = limit;
    while more > 0 {
        more -= usize::from(!is_taken(number));
        number = number.saturating_add(1);
    }
    number
}

fn limit() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// How many descriptors can still be had, counted up to `most`, by having them: descriptors that were
/// inherited count as well, and no table of what the start opens goes stale.
fn count_free(most: usize) -> usize {
    let standard_error = io::stderr();
    let copy = || fcntl_dupfd_cloexec(&standard_error, 0).ok();
    // Held together until they are counted.
    let copies: Vec<_> = (0..most).map_while(|_| copy()).collect();
    copies.len()
}

/// How many descriptors are in use, and how many may be.
#[derive(Clone, Copy, Debug)]
pub struct FdBudget {
    limit: usize,
    connections: usize,
    files: usize,
}

impl FdBudget {
    /// None in use yet of `limit`.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            connections: 0,
            files: 0,
        }
    }

    /// A connection was accepted.
    pub fn open_connection(&mut self) {
        self.connections += 1;
    }

    /// A connection was closed.
    pub fn close_connection(&mut self) {
        self.connections -= 1;
    }

    /// A response begins to be sent from so many open files.
    pub fn open_files(&mut self, count: usize) {
        self.files += count;
    }

    /// A response from so many open files has ended.
    pub fn close_files(&mut self, count: usize) {
        self.files -= count;
    }

    /// How many connections hold.
    pub fn connections(&self) -> usize {
        self.connections
    }

    /// How many files hold that are being sent.
    pub fn files(&self) -> usize {
        self.files
    }

    /// How many more connections may be accepted.
    pub fn left_for_connections(&self) -> usize {
        self.limit.saturating_sub(self.connections + self.files)
    }

    /// How many more files may be kept open to be sent.
    pub fn left_for_files(&self) -> usize {
        let limit = self.limit.saturating_add(FILES_RESERVE);
        limit.saturating_sub(self.connections + self.files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        let table = [
            (20_000, 19_712),
            (1024, 992),
            (64, 32),
            (40, 20),
            (1, 1),
            (0, 1),
            (1_000_000_000, 999_999_712),
            (u64::MAX, (1 << 31) - RESERVE - 256),
        ];
        for (limit, expected) in table {
            assert_eq!(for_connections(limit), expected, "{limit}");
        }
    }

    #[test]
    fn the_cache_takes_none_of_few() {
        let table = [
            (64, 0),
            (1024, 0),
            (2048, 16),
            (20_000, 256),
            (u64::MAX, 256),
        ];
        for (limit, expected) in table {
            assert_eq!(for_cache(limit), expected, "{limit}");
        }
    }

    #[test]
    fn files_have_room_when_newcomers_have_not() {
        let mut used = FdBudget::new(100);
        used.connections = 90;
        used.files = 10;
        assert_eq!(used.left_for_connections(), 0);
        assert_eq!(used.left_for_files(), FILES_RESERVE);
        used.files += FILES_RESERVE;
        assert_eq!(used.left_for_files(), 0);
        used.connections += 1;
        assert_eq!((used.left_for_connections(), used.left_for_files()), (0, 0));
    }
}
