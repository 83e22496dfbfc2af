//! How many connections the process's descriptors are enough for.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that are kept for everything but connections: the three standard streams, epoll,
/// the signals' two, the root, the log, and a handful of files that are being sent. When those
/// are not enough, an idle connection is closed for a file.
pub const RESERVE: u64 = 32;

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

/// The bound on connections: what was asked for, or what the descriptors allow, whichever is
/// less. A small limit gives half of itself rather than nothing.
pub fn connections(limit: u64, asked: Option<usize>) -> usize {
    let allowed = limit.saturating_sub(RESERVE).max(limit / 2).max(1);
    // Slots are numbered with 32 bits, and the highest numbers name other things than slots.
    let allowed = allowed.min(1 << 31);
    usize::try_from(allowed)
        .unwrap_or(usize::MAX)
        .min(asked.unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        let table = [
            (20_000, None, 19_968),
            (20_000, Some(100), 100),
            (20_000, Some(50_000), 19_968),
            (1024, None, 992),
            (64, None, 32),
            (40, None, 20),
            (1, None, 1),
            (0, None, 1),
            (1_000_000_000, None, 999_999_968),
            (u64::MAX, None, 1 << 31),
        ];
        for (limit, asked, expected) in table {
            assert_eq!(connections(limit, asked), expected, "{limit} {asked:?}");
        }
    }
}
