//! A kernel that lacks a system call, as an older one would: for a thread, and what it starts.

use std::collections::BTreeMap;
use std::thread;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};

/// Numbers of system calls that came late enough to be the same on all machines.
pub const OPENAT2: i64 = 437;
pub const LANDLOCK_CREATE_RULESET: i64 = 444;

/// What such a kernel answers (errno(3)).
const ENOSYS: u32 = 38;

/// Runs `work` on a thread of its own for which `call` is unknown. A process that is started
/// there inherits that (seccomp(2)), and "no new privileges" with it.
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
        // No conditions: whatever its arguments are.
        BTreeMap::from([(call, Vec::new())]),
        SeccompAction::Allow,
        SeccompAction::Errno(ENOSYS),
        machine,
    );
    filter.unwrap().try_into().unwrap()
}
