//! `--sandbox`: after start-up the process gives up what it does not need.
//!
//! From then on, whatever a fault in the server might be made to do, the kernel lets it read beneath
//! the root, read and write in the log's folder, read in that of the header rules, and serve the connections that come. Landlock bounds
//! files (landlock(7)), the filter in `super::seccomp` bounds everything else, and capabilities are
//! dropped, so that root is no exception. docs/design.md lists what is given up and what remains.
//!
//! The sandbox is an option, because a rule holds for a folder, not for its name. No rule covers a
//! root that was removed and created again: everything in it is then "not found", unless the root
//! lies beneath the log's folder.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd,
    RestrictionStatus, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus,
    Scope,
};
use rustix::fs::{Mode, access};
use rustix::io::Errno;
use rustix::process::umask;
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities,
};

use super::seccomp;
use crate::error::Error;

/// The newest set of rights that we ask for. An older kernel enforces the rights that it knows.
const NEWEST: ABI = ABI::V6;

/// What this process still has to do.
#[derive(Clone, Copy, Debug)]
pub struct Needs<'a> {
    /// The folder whose files it reads.
    pub root: &'a Path,
    /// The log that it writes and opens again.
    pub log: Option<&'a Path>,
    /// The file of header rules that it reads again.
    pub headers: Option<&'a Path>,
    /// Whether it reads the names in folders.
    pub lists_folders: bool,
}

/// Restricts this process to what it needs, until it ends. Returns the sandbox's description for the
/// banner.
///
/// A kernel without Landlock is an error: `--sandbox` must not start a server without one.
pub fn enter(needs: &Needs) -> Result<String, Error> {
    try_enter(needs).map_err(|error| Error::Sandbox(error.to_string()))
}

fn try_enter(needs: &Needs) -> Result<String, SandboxError> {
    let (root, log, headers) = (needs.root, needs.log, needs.headers);
    refuse_links(root)?;
    let rules_folder = headers
        .map(folder_of)
        .filter(|folder| !is_beneath(folder, root));
    let status = restrict(root, log.map(folder_of), rules_folder)?;
    let extent = match status.ruleset {
        RulesetStatus::FullyEnforced => "sandbox",
        RulesetStatus::PartiallyEnforced => "sandbox, as far as this kernel can",
        RulesetStatus::NotEnforced => return Err(SandboxError::NoLandlock),
    };
    drop_capabilities()?;
    can_be_entered(root)?;
    make_no_programs();
    // The last, because it takes the calls that the other steps make.
    seccomp::enter(needs.lists_folders)?;
    let log_folder = match log {
        Some(_) => ", and in the log's folder to read and write",
        None => "",
    };
    let rules_folder = match rules_folder {
        Some(_) => ", and in the header rules' folder to read",
        None => "",
    };
    let calls = seccomp::count(needs.lists_folders);
    Ok(format!(
        "{extent}: opens files beneath the root to read{log_folder}{rules_folder}; makes no sockets, \
         starts no processes, holds no capabilities; {calls} system calls are left"
    ))
}

fn restrict(
    root: &Path,
    log_folder: Option<&Path>,
    rules_folder: Option<&Path>,
) -> Result<RestrictionStatus, SandboxError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        // No rule allows any port: sockets that listen already stay, and no other can be opened.
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rule(PathBeneath::new(
            PathFd::new(root)?,
            // A folder is opened to find out that it is one. To list it takes a call that only
            // `--listing` leaves.
            AccessFs::ReadFile | AccessFs::ReadDir,
        ))?;
    if let Some(folder) = log_folder {
        // A log that was rotated or deleted is created again. A log that another server wrote is
        // read, and then set aside or repaired. docs/design.md says what each right is for.
        let access = AccessFs::ReadFile
            | AccessFs::WriteFile
            | AccessFs::Truncate
            | AccessFs::MakeReg
            | AccessFs::RemoveFile;
        rules = rules.add_rule(PathBeneath::new(PathFd::new(folder)?, access))?;
    }
    if let Some(folder) = rules_folder {
        // The folder, because editors put a new file in the place of the old one.
        rules = rules.add_rule(PathBeneath::new(PathFd::new(folder)?, AccessFs::ReadFile))?;
    }
    // Sets no_new_privs too (prctl(2)).
    Ok(rules.restrict_self()?)
}

/// A rule holds for the folder that a link leads to now. When the link is changed to lead to another
/// folder, as a release of a new version of a site does, everything would be "not found" from then
/// on, and no line would say why. A link in the middle of the path has the same effect as one at
/// its end.
fn refuse_links(root: &Path) -> Result<(), SandboxError> {
    let mut path = PathBuf::new();
    // By components, because the kernel follows a link whose name has a slash behind it.
    for component in root.components() {
        path.push(component);
        if path.is_symlink() {
            return Err(SandboxError::Link {
                link: path,
                // The server has opened it. If it is gone now, its name says more than an error.
                folder: root.canonicalize().unwrap_or_else(|_| root.to_owned()),
            });
        }
    }
    Ok(())
}

/// Takes root's powers (capabilities(7)): to read and change files whose mode or owner forbids it, to
/// change the machine's settings, and all others. Another user has none to begin with.
fn drop_capabilities() -> Result<(), Errno> {
    if capabilities(None)?
        .effective
        .contains(CapabilitySet::SETPCAP)
    {
        drop_bounding_set()?;
    }
    clear_ambient_capability_set()?;
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    set_capabilities(None, none)
}

/// No program that this process runs could have capabilities again. It can run none, so this only
/// keeps a gap in another rule from being worth more. A process that may not do it gains nothing by exec
/// either, because of `no_new_privs`.
fn drop_bounding_set() -> Result<(), Errno> {
    for number in 0..u64::BITS {
        match remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << number)) {
            // Beyond the last one that this kernel has.
            Err(Errno::INVAL) => break,
            result => result?,
        }
    }
    Ok(())
}

/// In the log's folder files can be made with any mode, that of a program that runs as root included
/// (open(2) takes the set-user-ID bit; openat2(2) takes the mode where no filter of calls sees it).
/// Without the bits for execution, which can't be set later, such a file is no program. A folder with
/// a default ACL overrules this (umask(2)).
fn make_no_programs() {
    let before = umask(Mode::RWXU | Mode::RWXG | Mode::RWXO);
    umask(before | Mode::XUSR | Mode::XGRP | Mode::XOTH);
}

/// Root without capabilities may enter no folder that only another user may enter. Every answer would
/// be 404.
fn can_be_entered(root: &Path) -> Result<(), SandboxError> {
    access(root, rustix::fs::Access::EXEC_OK).map_err(|source| SandboxError::Mode {
        folder: root.to_owned(),
        source,
    })
}

fn is_beneath(folder: &Path, root: &Path) -> bool {
    match (folder.canonicalize(), root.canonicalize()) {
        (Ok(folder), Ok(root)) => folder.starts_with(root),
        _ => false,
    }
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Why there is no sandbox, with the cure.
#[derive(Debug, thiserror::Error)]
enum SandboxError {
    #[error("this kernel has no Landlock; start without --sandbox, or on Linux 5.13 or later")]
    NoLandlock,
    #[error(
        "'{}' is a link, and a folder that it leads to later would lie outside the sandbox; name \
         the folder itself, '{}', or start without --sandbox", link.display(), folder.display()
    )]
    Link { link: PathBuf, folder: PathBuf },
    #[error("{0}; start without --sandbox, or on Linux 5.13 or later")]
    Ruleset(#[from] RulesetError),
    #[error(
        "'{}' can't be entered without the capabilities that a sandbox takes away: {source}; let \
         this user enter it by its owner or mode, or start without --sandbox", folder.display()
    )]
    Mode { folder: PathBuf, source: Errno },
    #[error("the capabilities can't be dropped: {0}; start without --sandbox")]
    Capabilities(#[from] Errno),
    #[error("the system calls can't be limited: {0}; start without --sandbox")]
    Calls(#[from] seccomp::Error),
    #[error("{0}; name a folder that can be opened, or start without --sandbox")]
    Path(#[from] landlock::PathFdError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_without_a_folder_lies_in_the_current_one() {
        let table = [
            ("Log.csv", "."),
            ("./Log.csv", "."),
            ("a/Log.csv", "a"),
            ("/Log.csv", "/"),
        ];
        for (log, folder) in table {
            assert_eq!(folder_of(Path::new(log)), Path::new(folder), "{log}");
        }
    }
}
