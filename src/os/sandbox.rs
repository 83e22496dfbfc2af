//! `--sandbox`: after start-up the process gives up rights that it does not need (landlock(7)).
//!
//! From then on the kernel bounds what a fault in the server can do. The process can read beneath
//! the root, read and write beneath the log's folder, and reach nothing else in the file system. It
//! can open no further TCP sockets, and gains no privilege through a program that it runs. Give the
//! log a folder of its own, so that this folder holds nothing else to write to.
//!
//! The sandbox is an option, because a rule holds for a folder, not for its name. No rule covers a
//! root that was removed and created again: everything in it is then "not found", unless the root
//! lies beneath the log's folder.

use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd,
    RestrictionStatus, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus,
    Scope,
};

use crate::error::Error;

/// The newest set of rights that we ask for. An older kernel enforces the rights that it knows.
const NEWEST: ABI = ABI::V6;

/// Restricts this process until it ends. Returns the sandbox's description for the banner.
///
/// A kernel without Landlock is an error: `--sandbox` must not start a server without one.
pub fn enter(root: &Path, log: Option<&Path>) -> Result<String, Error> {
    let status =
        restrict(root, log.map(folder_of)).map_err(|error| Error::Sandbox(error.to_string()))?;
    let extent = match status.ruleset {
        RulesetStatus::FullyEnforced => "sandbox",
        RulesetStatus::PartiallyEnforced => "sandbox, as far as this kernel can",
        RulesetStatus::NotEnforced => {
            return Err(Error::Sandbox("this kernel has no Landlock".to_owned()));
        }
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
        // No rule allows any port: sockets that listen already stay, and no other can be opened.
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rule(PathBeneath::new(
            PathFd::new(root)?,
            // The server lists no directory, but it opens one to find out that it is one.
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
    // Sets no_new_privs too (prctl(2)).
    Ok(rules.restrict_self()?)
}

fn folder_of(log: &Path) -> &Path {
    match log.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// An error of the landlock crate.
#[derive(Debug, thiserror::Error)]
enum SandboxError {
    #[error(transparent)]
    Ruleset(#[from] RulesetError),
    #[error(transparent)]
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
