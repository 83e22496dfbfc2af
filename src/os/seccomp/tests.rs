//! The filter's program is run here as the kernel runs it, so that calls can be judged that no test
//! may make.

use nix::libc::c_long;

use super::allowed::EXEC;
use super::*;

/// A call, as the filter sees it (seccomp(2), `struct seccomp_data`).
struct Call {
    number: c_long,
    machine: u32,
    arguments: [u64; 6],
}

/// The process that the filter is made for.
const OWN: u32 = 4711;

/// `AUDIT_ARCH_X86_64`, `AUDIT_ARCH_AARCH64` and `AUDIT_ARCH_I386` (linux/audit.h).
const THIS_MACHINE: u32 = if cfg!(target_arch = "x86_64") {
    0xC000_003E
} else {
    0xC000_00B7
};
const OTHER_MACHINE: u32 = 0x4000_0003;

impl Call {
    fn new(number: c_long, arguments: &[u64]) -> Self {
        let mut all = [7; 6];
        all[..arguments.len()].copy_from_slice(arguments);
        Self {
            number,
            machine: THIS_MACHINE,
            arguments: all,
        }
    }

    fn word(&self, offset: u32) -> u32 {
        let mut bytes = Vec::new();
        bytes.extend(u32::try_from(self.number).unwrap().to_ne_bytes());
        bytes.extend(self.machine.to_ne_bytes());
        // The instruction pointer.
        bytes.extend([0; 8]);
        for argument in self.arguments {
            bytes.extend(argument.to_ne_bytes());
        }
        let offset = offset as usize;
        u32::from_ne_bytes(bytes[offset..offset + 4].try_into().unwrap())
    }
}

/// What the kernel is told to do (bpf(4)).
fn verdict(call: &Call) -> u32 {
    verdict_of(&program(OWN, false).unwrap(), call)
}

fn verdict_of(program: &BpfProgram, call: &Call) -> u32 {
    let (mut at, mut accumulator) = (0, 0);
    loop {
        let step = &program[at];
        at += 1;
        let mut jump = |is_true: bool| at += usize::from(if is_true { step.jt } else { step.jf });
        match step.code {
            0x20 => accumulator = call.word(step.k),
            0x54 => accumulator &= step.k,
            0x05 => at += step.k as usize,
            0x15 => jump(accumulator == step.k),
            0x25 => jump(accumulator > step.k),
            0x35 => jump(accumulator >= step.k),
            0x06 => return step.k,
            code => panic!("instruction {code:#x}"),
        }
    }
}

/// A level or name of a socket's option, as an argument.
fn option(number: c_int) -> u64 {
    u64::from(number.cast_unsigned())
}

const ALLOW: u32 = 0x7FFF_0000;
const KILL_PROCESS: u32 = 0x8000_0000;
const EPERM: u32 = 0x0005_0000 + libc::EPERM.unsigned_abs();
const ENOSYS: u32 = 0x0005_0000 + libc::ENOSYS.unsigned_abs();

#[test]
fn a_call_in_the_first_table_is_allowed_with_any_arguments() {
    for (number, reason) in ANY {
        assert_eq!(verdict(&Call::new(*number, &[])), ALLOW, "{number}");
        assert!(!reason.is_empty());
    }
}

/// A static build for an empty container has musl, which calls the older of two ways.
#[cfg(target_arch = "x86_64")]
#[test]
fn what_musl_calls_is_allowed_too() {
    let older = [
        libc::SYS_epoll_pwait,
        libc::SYS_open,
        libc::SYS_stat,
        libc::SYS_lstat,
        libc::SYS_readlink,
        libc::SYS_rename,
        libc::SYS_poll,
    ];
    for number in older {
        assert_eq!(verdict(&Call::new(number, &[])), ALLOW, "{number}");
    }
}

#[test]
fn no_call_stands_in_the_tables_twice() {
    let some = SOME.iter().map(|(number, ..)| *number);
    let mut numbers: Vec<c_long> = ANY.iter().map(|(number, _)| *number).chain(some).collect();
    numbers.extend(TO_ITSELF);
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), count(false));
}

#[test]
fn arguments_are_looked_at_where_one_call_can_do_much() {
    let exec = EXEC | libc::PROT_READ as u64;
    let data = (libc::PROT_READ | libc::PROT_WRITE) as u64;
    let high = 1 << 32;
    let table = [
        (libc::SYS_sendto, vec![1, 1, 1, 0, 0, 0], ALLOW),
        (libc::SYS_sendto, vec![1, 1, 1, 0, 1, 16], EPERM),
        (libc::SYS_sendto, vec![1, 1, 1, 0, high, 16], EPERM),
        (
            libc::SYS_setsockopt,
            vec![
                1,
                option(libc::SOL_SOCKET),
                option(super::super::refuse_handshakes::SO_BINDTOIFINDEX),
            ],
            ALLOW,
        ),
        (
            libc::SYS_setsockopt,
            vec![1, option(libc::SOL_SOCKET), option(libc::SO_ATTACH_FILTER)],
            EPERM,
        ),
        (
            libc::SYS_setsockopt,
            vec![
                1,
                option(libc::IPPROTO_TCP),
                option(super::super::refuse_handshakes::SO_BINDTOIFINDEX),
            ],
            EPERM,
        ),
        (libc::SYS_mmap, vec![0, 1, data], ALLOW),
        (libc::SYS_mmap, vec![0, 1, exec], EPERM),
        (libc::SYS_mmap, vec![0, 1, high | exec], EPERM),
        (libc::SYS_mprotect, vec![0, 1, data], ALLOW),
        (libc::SYS_mprotect, vec![0, 1, exec], EPERM),
        (libc::SYS_pkey_mprotect, vec![0, 1, data], EPERM),
        (
            libc::SYS_madvise,
            vec![0, 1, libc::MADV_DONTNEED as u64],
            ALLOW,
        ),
        (
            libc::SYS_madvise,
            vec![0, 1, libc::MADV_HWPOISON as u64],
            EPERM,
        ),
        (
            libc::SYS_fcntl,
            vec![1, libc::F_DUPFD_CLOEXEC as u64],
            ALLOW,
        ),
        (libc::SYS_fcntl, vec![1, libc::F_SETFL as u64], EPERM),
        (libc::SYS_fcntl, vec![1, libc::F_SETOWN as u64], EPERM),
        (libc::SYS_ioctl, vec![1, libc::TCGETS], ALLOW),
        (libc::SYS_ioctl, vec![1, libc::TIOCGWINSZ], ALLOW),
        (libc::SYS_ioctl, vec![1, libc::TIOCSTI], EPERM),
        (libc::SYS_ioctl, vec![1, libc::FIONBIO], EPERM),
        (libc::SYS_tgkill, vec![OWN.into(), 1, 6], ALLOW),
        (libc::SYS_tgkill, vec![1, 1, 6], EPERM),
        (libc::SYS_tkill, vec![OWN.into(), 6], ALLOW),
        (libc::SYS_tkill, vec![1, 6], EPERM),
        (libc::SYS_kill, vec![OWN.into(), 6], EPERM),
    ];
    for (number, arguments, expected) in table {
        let call = Call::new(number, &arguments);
        assert_eq!(verdict(&call), expected, "{number} {arguments:?}");
    }
}

#[test]
fn a_call_newer_than_the_tables_is_unknown_and_an_older_one_forbidden() {
    let newest = c_long::from(NEWEST);
    let known: Vec<c_long> = ANY
        .iter()
        .map(|(number, _)| *number)
        .chain(SOME.iter().map(|(number, ..)| *number))
        .chain(TO_ITSELF.iter().copied())
        .collect();
    for number in (0..=newest).filter(|number| !known.contains(number)) {
        assert_eq!(verdict(&Call::new(number, &[])), EPERM, "{number}");
    }
    // The last ones are those of x32, which have a bit of their own.
    for number in [
        newest + 1,
        1_000,
        0x4000_0000,
        0x4000_0000 + libc::SYS_write,
    ] {
        assert_eq!(verdict(&Call::new(number, &[])), ENOSYS, "{number}");
    }
}

#[test]
fn a_call_by_another_machines_numbers_ends_the_process() {
    for (number, _) in ANY {
        let mut call = Call::new(*number, &[]);
        call.machine = OTHER_MACHINE;
        assert_eq!(verdict(&call), KILL_PROCESS, "{number}");
    }
}

#[test]
fn only_a_server_that_lists_folders_reads_their_names() {
    let (number, _) = LISTING;
    let call = Call::new(number, &[]);
    assert_eq!(verdict(&call), EPERM);
    let listing = program(OWN, true).unwrap();
    assert_eq!(verdict_of(&listing, &call), ALLOW);
    assert_eq!(count(true), count(false) + 1);
}
