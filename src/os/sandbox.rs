//! `--sandbox`: after start-up the process gives up what it does not need (landlock(7)).
//!
//! From then on, whatever a fault in the server might be made to do, the kernel lets it read
//! beneath the root, read and write beneath the log's folder, and nothing else in the file system;
//! open no further sockets by TCP; gain no privilege through a program that it runs. It pays to
//! give the log a folder of its own.
//!
//! It is an option, because a rule holds for a folder, not for its name: a root that is removed and
//! made again lies beyond the rule's reach, and everything in it is then "not found" (but for the
//! root beneath the log's folder).

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd,
    RestrictionStatus, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus,
    Scope,
};

use crate::error::Error;

/// The newest rights that are asked for; an older kernel enforces those that it knows.
const NEWEST: ABI = ABI::V6;

/// Restricts this process for good. Gives the words for the banner.
///
/// A kernel without Landlock is an error: who asks for a sandbox must not get a server without.
pub fn enter(root: &Path, log: Option<&Path>) -> Result<String, Error> {
    try_enter(root, log).map_err(|error| Error::Sandbox(error.to_string()))
}

fn try_enter(root: &Path, log: Option<&Path>) -> Result<String, SandboxError> {
    refuse_links(root)?;
    let status = restrict(root, log.map(folder_of))?;
    let extent = match status.ruleset {
        RulesetStatus::FullyEnforced => "sandbox",
        RulesetStatus::PartiallyEnforced => "sandbox, as far as this kernel can",
        RulesetStatus::NotEnforced => return Err(SandboxError::NoLandlock),
    };
    let rights = match log {
        Some(_) => "reads beneath the root and the log's folder, writes beneath the log's folder",
        None => "reads beneath the root, writes nothing",
    };
    Ok(format!("{extent}: {rights}; no new privileges"))
}

fn restrict(root: &Path, log_folder: Option<&Path>) -> Result<RestrictionStatus, SandboxError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        // No rule allows any port: sockets that listen already go on, others can't be had.
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rule(PathBeneath::new(
            PathFd::new(root)?,
            // Nothing is listed; but that a name is a directory's is found out by opening it.
            AccessFs::ReadFile | AccessFs::ReadDir,
        ))?;
    if let Some(folder) = log_folder {
        // A log that is rotated, deleted or of another server's making is made anew, or examined and
        // set aside or mended. docs/design.md says which right is for what, and why reading is one.
        let access = AccessFs::ReadFile
            | AccessFs::WriteFile
            | AccessFs::Truncate
            | AccessFs::MakeReg
            | AccessFs::RemoveFile;
        rules = rules.add_rule(PathBeneath::new(PathFd::new(folder)?, access))?;
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

fn folder_of(log: &Path) -> &Path {
    match log.parent() {
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
    #[error("{0}; name a folder that can be opened, or start without --sandbox")]
    Path(#[from] landlock::PathFdError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_log() {
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
