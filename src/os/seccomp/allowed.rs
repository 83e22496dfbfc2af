//! The system calls that are left in the sandbox, each with its reason.

use nix::libc::{self, c_int, c_long};

use super::super::refuse_handshakes::SO_BINDTOIFINDEX;

/// Calls that are allowed with any arguments, and what for. The kernel keeps a bitmap of them, so
/// that no filter runs when they are called (Linux 5.11).
pub(super) const ANY: &[(c_long, &str)] = &[
    // Connections.
    (libc::SYS_accept4, "new connections"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_epoll_wait, "readiness"),
    (
        libc::SYS_epoll_pwait,
        "readiness, with musl or another machine",
    ),
    (libc::SYS_epoll_ctl, "a new connection is registered"),
    (libc::SYS_recvfrom, "requests"),
    (libc::SYS_sendfile, "bodies of files"),
    (
        libc::SYS_shutdown,
        "a lingering close; the listeners, at a stop",
    ),
    (libc::SYS_close, "connections and files"),
    (libc::SYS_getsockname, "the port that is announced"),
    // Files. What may be opened is Landlock's to decide.
    (libc::SYS_openat2, "files beneath the root"),
    (
        libc::SYS_openat,
        "the root, the log, and where openat2 fails",
    ),
    (
        libc::SYS_readlinkat,
        "links beneath the root, where openat2 fails",
    ),
    #[cfg(target_arch = "x86_64")]
    (
        libc::SYS_readlink,
        "the same by the standard library: an absolute link that stays beneath the root",
    ),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_open, "openat, with musl"),
    (libc::SYS_statx, "the standard library's metadata"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_stat, "the same, with musl"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_lstat, "the same of a link, with musl"),
    (
        libc::SYS_newfstatat,
        "whether a cached file is still the same; the sizes of a listing",
    ),
    (libc::SYS_fstat, "which file was opened"),
    (libc::SYS_pread64, "small files, and the end of the log"),
    (libc::SYS_preadv2, "whether a file is in memory"),
    (libc::SYS_fadvise64, "reading ahead"),
    (
        libc::SYS_lseek,
        "the log is examined; the recorder's file is written again",
    ),
    (libc::SYS_read, "the log is examined; signals"),
    (libc::SYS_write, "the log, traces, lines for people"),
    (
        libc::SYS_pwritev2,
        "lines to a pipe or terminal that can't be opened again: never waits",
    ),
    (libc::SYS_writev, "what the C library says before it aborts"),
    (libc::SYS_flock, "a log that servers share"),
    (
        libc::SYS_ftruncate,
        "half a row is cut off; the recorder's file is written again",
    ),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_rename, "a log with other columns is set aside"),
    #[cfg(not(target_arch = "x86_64"))]
    (RENAMEAT, "a log with other columns is set aside"),
    #[cfg(not(target_arch = "x86_64"))]
    (
        libc::SYS_renameat2,
        "the same, on a machine without renameat",
    ),
    // Memory.
    (libc::SYS_brk, "the heap"),
    (libc::SYS_munmap, "the heap"),
    (libc::SYS_mremap, "a large buffer grows"),
    (libc::SYS_getrandom, "the seeds of hash tables"),
    (libc::SYS_futex, "locks of the standard library"),
    // Time.
    (
        libc::SYS_clock_gettime,
        "the time, where the vDSO can't tell it",
    ),
    (libc::SYS_clock_nanosleep, "slow motion, and the log's lock"),
    (libc::SYS_ppoll, "whether a reader takes another line"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_poll, "the same, with musl"),
    (
        libc::SYS_restart_syscall,
        "a sleep that SIGSTOP has interrupted",
    ),
    // Signals, and the end.
    (libc::SYS_rt_sigreturn, "the end of each signal handler"),
    (libc::SYS_rt_sigaction, "a stack overflow, an abort"),
    (libc::SYS_rt_sigprocmask, "an abort"),
    (
        libc::SYS_sigaltstack,
        "the standard library's end of the main thread",
    ),
    (libc::SYS_getpid, "the process to send SIGUSR1 to; an abort"),
    (libc::SYS_gettid, "an abort; the words of a panic"),
    (libc::SYS_exit_group, "the end"),
];

/// The same, and only with `--listing`.
pub(super) const LISTING: (c_long, &str) = (libc::SYS_getdents64, "the names in a folder");

/// The number for every machine but `x86_64`, which libc does not name for all of them.
#[cfg(not(target_arch = "x86_64"))]
const RENAMEAT: c_long = 38;

/// Calls that are allowed if one of the conditions holds, and what for. With other arguments they
/// are refused.
#[allow(
    clippy::unnecessary_cast,
    reason = "with musl the requests of ioctl have another type"
)]
pub(super) const SOME: &[(c_long, &[Only], &str)] = &[
    (
        libc::SYS_sendto,
        // An address and `MSG_FASTOPEN` would connect a socket, which Landlock does not notice.
        &[Only::Null(4)],
        "responses; the byte that tells the loop of a signal",
    ),
    (
        libc::SYS_fcntl,
        &[
            Only::Is(1, libc::F_DUPFD_CLOEXEC as u64),
            Only::Is(1, libc::F_GETFD as u64),
        ],
        "the recorder's own standard error; whether a descriptor is open, in debug builds",
    ),
    (
        libc::SYS_ioctl,
        // Not `TIOCSTI`, which types into the terminal of the shell that started the server.
        &[
            Only::Is(1, libc::TIOCGWINSZ as u64),
            Only::Is(1, libc::TCGETS as u64),
        ],
        "whether standard error is a terminal",
    ),
    (
        libc::SYS_setsockopt,
        &[Only::Option(libc::SOL_SOCKET, SO_BINDTOIFINDEX)],
        "new clients are refused, at a stop",
    ),
    (libc::SYS_mmap, &[Only::Lacks(2, EXEC)], "large buffers"),
    (libc::SYS_mprotect, &[Only::Lacks(2, EXEC)], "the heap"),
    (
        libc::SYS_madvise,
        &[
            Only::Is(2, libc::MADV_DONTNEED as u64),
            Only::Is(2, libc::MADV_FREE as u64),
        ],
        "memory is given back",
    ),
];

/// How an abort sends its signal, with glibc and with musl. The first argument is this process, or its only
/// thread, which has the same number.
pub(super) const TO_ITSELF: &[c_long] = &[libc::SYS_tgkill, libc::SYS_tkill];

/// Memory that can be executed: no code may come in.
pub(super) const EXEC: u64 = libc::PROT_EXEC as u64;

/// A condition on the argument with the number that stands first.
#[derive(Clone, Copy, Debug)]
pub(super) enum Only {
    /// A number of 32 bits, all that the kernel looks at, equals this.
    Is(u8, u64),
    /// None of these bits is set in the lower half of the argument.
    Lacks(u8, u64),
    /// A pointer to nothing.
    Null(u8),
    /// Level and name of a socket's option.
    Option(c_int, c_int),
}
