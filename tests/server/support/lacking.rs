//! A kernel that lacks a system call, as an older one would: for a thread, and the processes that
//! it starts.

use std::collections::BTreeMap;
use std::thread;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};

/// Numbers of system calls that are recent enough to be the same on all architectures.
pub const OPENAT2: i64 = 437;
pub const LANDLOCK_CREATE_RULESET: i64 = 444;

/// The error of a kernel that lacks the call (errno(3)).
const ENOSYS: u32 = 38;

/// Runs `work` on a new thread for which `call` does not exist. A process that `work` starts
/// inherits that (seccomp(2)), and "no new privileges" with it.
#[track_caller]
pub fn without<T: Send>(call: i64, work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let lacking = scope.spawn(|| {
            apply_filter(&filter(call)).unwrap();
            work()
        });
        lacking
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn filter(call: i64) -> BpfProgram {
    let machine = TargetArch::try_from(std::env::consts::ARCH).unwrap();
    let filter = SeccompFilter::new(
        // No conditions: the filter matches any arguments.
        BTreeMap::from([(call, Vec::new())]),
        SeccompAction::Allow,
        SeccompAction::Errno(ENOSYS),
        machine,
    );
    filter.unwrap().try_into().unwrap()
}
