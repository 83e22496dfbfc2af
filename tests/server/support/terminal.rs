//! A terminal, for programs that check whether they have one.

use std::fs::OpenOptions;
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// A pseudo-terminal: its own side, and the side that a shell would give to the programs that it
/// starts.
pub fn terminal() -> Option<(OwnedFd, OwnedFd)> {
    let open = || {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).ok()?;
        grantpt(&master).ok()?;
        unlockpt(&master).ok()?;
        let name = ptsname(&master, Vec::new()).ok()?;
        let slave = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(OFlags::NOCTTY.bits().cast_signed())
            .open(name.to_str().ok()?)
            .ok()?;
        Some((master, slave.into()))
    };
    let pair = open();
    if pair.is_none() {
        println!("skipped: no terminal to be had");
    }
    pair
}
