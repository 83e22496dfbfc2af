//! Whether the descriptors that are left once everything is open are enough to serve with.

use std::io;
use std::path::Path;

use rustix::io::{Errno, fcntl_dupfd_cloexec};
use rustix::process::{Resource, getrlimit};

use super::descriptors::{ADMIN_RESERVE, RESERVE};
use crate::error::Error;

/// What it takes to serve at all, beyond what a started server holds: a connection and its file, which
/// may be held twice while it is opened.
const TO_SERVE: usize = 3;

/// The same for the live view: a viewer.
const TO_BE_VIEWED: usize = 1;

/// How many descriptors connections may take at most, if fewer than [`RESERVE`] are left: then what
/// [`super::descriptors::for_connections`] reckons is more than there are. An error if they are too
/// few to serve.
pub(crate) fn for_connections(has_live_view: bool) -> Result<Option<usize>, Error> {
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
    // All connections may be busy, and each file is opened while its connection is there.
    Ok((free < RESERVE).then_some(free + 1 - least))
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
