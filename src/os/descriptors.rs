//! How the process divides its descriptors.
//!
//! A connection takes one descriptor, and one more while a large file is sent on it. The server
//! accepts connections while both uses together leave `RESERVE` descriptors. Files to be sent
//! may take half of that reserve. The rest is for everything else, and for small files, which are
//! open only while they are read: a small file can always be opened.

use std::io;

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that accepted connections never take: the three standard streams and two copies of
/// them, epoll, the signals' two, the root, the log, one or two listeners, two folders that are being
/// listed, and [`FILES_RESERVE`].
pub(crate) const RESERVE: usize = 32;

/// The part of `RESERVE` that files may take when connections have taken all others.
pub(crate) const FILES_RESERVE: usize = 16;

/// Descriptors for the listener and the viewers of the live view, if there is one, beyond
/// `RESERVE`. They let an operator look at a server that is full.
pub const ADMIN_RESERVE: u64 = 24;

/// Raises the soft limit on descriptors to the hard one, which needs no privilege, and returns the
/// limit that holds afterwards (getrlimit(2), `RLIMIT_NOFILE`).
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

/// How many of `limit` descriptors are for connections and the files that are sent on them: at
/// least half of them, and at least one, however small the limit.
pub fn for_connections(limit: u64) -> usize {
    let limit = bounded(limit);
    let left = limit.saturating_sub(RESERVE + for_cache(limit as u64));
    left.max(limit / 2).max(1)
}

/// How many of `limit` descriptors are for files that stay open in the cache: one in 64 of those
/// beyond the first 1024, which connections need more. At most 256: the memory for the names of
/// more files would matter.
pub fn for_cache(limit: u64) -> usize {
    (bounded(limit).saturating_sub(1024) / 64).min(256)
}

/// Slots have 32-bit numbers, and the highest numbers name other things than slots.
fn bounded(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX).min(1 << 31)
}

/// Whether a call failed because no descriptor or memory was left (open(2), accept(2)).
pub fn is_out_of_descriptors(error: &io::Error) -> bool {
    let out_of_descriptors = [Errno::MFILE, Errno::NFILE, Errno::NOMEM, Errno::NOBUFS];
    out_of_descriptors
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// How many descriptors connections and files use, and how many they may use.
#[derive(Clone, Copy, Debug)]
pub struct FdBudget {
    limit: usize,
    /// Descriptors that connections use.
    connections: usize,
    /// Descriptors that files use while they are sent.
    files: usize,
}

impl FdBudget {
    /// None of `limit` descriptors is in use.
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

    /// Descriptors that connections use.
    pub fn connections(&self) -> usize {
        self.connections
    }

    /// Descriptors that files use while they are sent.
    pub fn files(&self) -> usize {
        self.files
    }

    /// How many more connections may be accepted.
    pub fn left_for_connections(&self) -> usize {
        self.limit.saturating_sub(self.connections + self.files)
    }

    /// How many more files may be opened to be sent.
    pub fn left_for_files(&self) -> usize {
        let limit = self.limit.saturating_add(FILES_RESERVE);
        limit.saturating_sub(self.connections + self.files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_get_all_but_the_reserve_and_at_least_half() {
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
    fn the_cache_takes_none_of_the_first_1024() {
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
    fn files_may_be_opened_when_no_connection_may_be_accepted() {
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
