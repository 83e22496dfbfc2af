//! Which system calls are left in the sandbox (seccomp(2)).
//!
//! Landlock knows files and TCP only: chmod(2), sockets of other kinds, fork(2) and a few hundred
//! other calls have no rule there. So the kernel checks the number of each call, and its arguments
//! where one call can do much, against the tables in `allowed`. They hold what the server was seen to call
//! while its tests ran under strace(1), with glibc and with musl, and what a panic, an abort, an
//! interrupted sleep or a machine without a vDSO needs besides.
//!
//! A call that is in no table fails with `EPERM`; it does not end the process. A library may try a
//! call that it can do without, and an end by `SIGSYS` would lose the rows of the log and the
//! flight recorder's events; an intruder gains nothing from the error. There are two exceptions:
//!
//! - A call that is newer than the tables fails with `ENOSYS`. A later C library tries the newest
//!   call first, and only that error makes it fall back on an older one, which is in a table.
//! - A call by the numbers of another machine (`int 0x80` on `x86_64`) ends the process. None of our
//!   code can make one, and the tables mean other calls by the same numbers.

use std::collections::BTreeMap;
use std::env::consts::ARCH;

use nix::libc::{self, c_int};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, apply_filter, sock_filter,
};

use self::allowed::{ANY, LISTING, Only, SOME, TO_ITSELF};

pub(super) use seccompiler::Error;

mod allowed;

/// The highest number of a call when the tables were last held against the kernel's: 469,
/// `file_setattr`, of Linux 6.17. From 424 on all machines have the same numbers.
const NEWEST: u32 = 469;

impl Only {
    fn rule(self) -> Result<SeccompRule, BackendError> {
        use SeccompCmpArgLen::{Dword, Qword};
        use SeccompCmpOp::{Eq, MaskedEq};
        let is = |argument, value| SeccompCondition::new(argument, Dword, Eq, value);
        let number = |value: c_int| u64::from(value.cast_unsigned());
        SeccompRule::new(match self {
            Self::Is(argument, value) => vec![is(argument, value)?],
            Self::Lacks(argument, bits) => {
                vec![SeccompCondition::new(argument, Dword, MaskedEq(bits), 0)?]
            }
            Self::Null(argument) => vec![SeccompCondition::new(argument, Qword, Eq, 0)?],
            Self::Option(level, name) => vec![is(1, number(level))?, is(2, number(name))?],
        })
    }
}

/// Takes all other calls from this thread for good. The server has no other thread.
pub(super) fn enter(lists_folders: bool) -> Result<(), Error> {
    apply_filter(&program(std::process::id(), lists_folders)?)
}

/// How many calls are left.
pub(super) const fn count(lists_folders: bool) -> usize {
    ANY.len() + SOME.len() + TO_ITSELF.len() + lists_folders as usize
}

fn program(own_process: u32, lists_folders: bool) -> Result<BpfProgram, BackendError> {
    let mut rules = BTreeMap::new();
    for (call, _) in ANY.iter().chain(lists_folders.then_some(&LISTING)) {
        rules.insert(*call, Vec::new());
    }
    for (call, conditions, _) in SOME {
        let alternatives = conditions.iter().map(|only| only.rule());
        rules.insert(*call, alternatives.collect::<Result<_, _>>()?);
    }
    for call in TO_ITSELF {
        let to_itself = Only::Is(0, own_process.into()).rule()?;
        rules.insert(*call, vec![to_itself]);
    }
    let tables: BpfProgram = SeccompFilter::new(
        rules,
        SeccompAction::Errno(libc::EPERM.unsigned_abs()),
        SeccompAction::Allow,
        TargetArch::try_from(ARCH)?,
    )?
    .try_into()?;
    Ok([newer_is_unknown().as_slice(), &tables].concat())
}

/// What the crate can't express: a call with a number above [`NEWEST`] fails with `ENOSYS`. It goes
/// in front of the tables: load the number (the first word of `struct seccomp_data`); if it is
/// above, return the error, else skip that.
fn newer_is_unknown() -> [sock_filter; 3] {
    // The codes of bpf(4).
    const LOAD_WORD: u16 = 0x20;
    const JUMP_IF_GREATER: u16 = 0x25;
    const RETURN: u16 = 0x06;
    let statement = |code, jf, k| sock_filter { code, jt: 0, jf, k };
    let unknown = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    [
        statement(LOAD_WORD, 0, 0),
        statement(JUMP_IF_GREATER, 1, NEWEST),
        statement(RETURN, 0, unknown.into()),
    ]
}

#[cfg(test)]
mod tests;
