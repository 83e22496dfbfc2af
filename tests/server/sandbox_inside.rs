//! `--sandbox` from inside: everything that it forbids is tried there, and what it leaves.
//!
//! A server offers no way to run code in it. So this test program starts itself again, as a process
//! that enters the sandbox as the server does, and then tries.

use std::fs::{self, File, Permissions};
use std::io::{self, BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::{
    FileExt as _, OpenOptionsExt as _, PermissionsExt as _, chown, fchown, symlink,
};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::{Command, Stdio, exit};
use std::thread;
use std::time::{Duration, SystemTime};

use landlock::ABI;
use millpond::config::{Config, Observing};
use millpond::events::event::{Event, Observer as _};
use millpond::observe::Observers;
use millpond::os::sandbox::{self, Needs};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::ptrace;
use rustix::fs::{
    Access, CWD, FallocateFlags, FileType, MemfdFlags, Mode, OFlags, XattrFlags, access, fallocate,
    inotify, memfd_create, mknodat, readlink, setxattr, stat,
};
use rustix::io::Errno;
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use rustix::net::{AddressFamily, SendFlags, SocketType, sendto, sockopt};
use rustix::process::{
    Pid, PidfdFlags, Resource, Rlimit, Signal, chroot, getpid, getppid, kill_process, pidfd_open,
    prlimit, setpriority_process, setsid,
};
use rustix::system::sethostname;
use rustix::thread::{CapabilitySets, capabilities, set_capabilities, set_name};

use crate::sandbox::has_landlock;
use crate::support::Site;
use crate::support::site::INDEX;

/// Where the process that tries finds its site.
const SITE: &str = "MILLPOND_SANDBOX_SITE";

/// Which of the attempts the process makes.
const ATTEMPT: &str = "MILLPOND_SANDBOX_ATTEMPT";

#[test]
fn everything_else_is_forbidden() {
    let Some((_site, command)) = inside("all") else {
        return;
    };
    let output = output(command);
    assert_eq!(output.status, Some(0), "{}{}", output.said, output.error);
    assert!(output.said.contains("all tried"), "{}", output.said);
}

#[test]
fn a_panic_tells_its_words_and_writes_the_recorded_events() {
    let Some((site, mut command)) = inside("panic") else {
        return;
    };
    // For the backtrace the standard library reads the program's file and /proc, in vain.
    command.env("RUST_BACKTRACE", "1");
    let output = output(command);
    assert!(output.error.contains("on purpose"), "{}", output.error);
    let said = "millpond: wrote the last 1 events";
    assert!(output.error.contains(said), "{}", output.error);
    assert!(fs::metadata(site.path("flight.json")).unwrap().len() > 0);
    assert_eq!(output.status, Some(1), "{}", output.error);
}

#[test]
fn an_abort_ends_the_process_by_its_signal() {
    let Some((_site, mut command)) = inside("abort") else {
        return;
    };
    let status = command.status().unwrap();
    assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()));
}

/// The kernel goes on with such a sleep by a call of its own, which must be left.
#[test]
fn a_sleep_outlasts_a_stop() {
    let Some((_site, mut command)) = inside("sleep") else {
        return;
    };
    let mut child = command.spawn().unwrap();
    let process = Pid::from_child(&child);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut wait_for = |word| lines.find(|line| line.as_ref().unwrap() == word).unwrap();
    wait_for("sleeps").unwrap();
    thread::sleep(SLEEP / 4);
    kill_process(process, Signal::STOP).unwrap();
    thread::sleep(SLEEP / 4);
    kill_process(process, Signal::CONT).unwrap();
    wait_for("slept").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

const SLEEP: Duration = Duration::from_millis(400);

/// A site, and the command that makes an attempt in a sandbox on it.
fn inside(attempt: &str) -> Option<(Site, Command)> {
    if !has_landlock(ABI::V1) {
        return None;
    }
    let site = Site::new();
    fs::create_dir(site.path("logs")).unwrap();
    fs::write(site.path("logs/Log.csv"), "row").unwrap();
    fs::write(site.path("secret.txt"), "secret").unwrap();
    symlink("secret.txt", site.path("link")).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "sandbox_inside::a_process_of_its_own"])
        .args(["--ignored", "--nocapture"])
        .env(SITE, site.path(""))
        .env(ATTEMPT, attempt)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Some((site, command))
}

struct Output {
    status: Option<i32>,
    said: String,
    error: String,
}

fn output(mut command: Command) -> Output {
    let output = command.output().unwrap();
    Output {
        status: output.status.code(),
        said: String::from_utf8(output.stdout).unwrap(),
        error: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
#[ignore = "started by the tests above, in a process of its own"]
fn a_process_of_its_own() {
    let Some(site) = std::env::var_os(SITE) else {
        return;
    };
    let attempt = std::env::var(ATTEMPT).unwrap();
    // The thread must not end: the call for that is not left. It ends the process.
    let tried = catch_unwind(AssertUnwindSafe(|| make(&attempt, site.into())));
    exit(i32::from(!tried.is_ok_and(|wrong| wrong == 0)));
}

/// How many attempts did not end as expected.
fn make(attempt: &str, site: PathBuf) -> u32 {
    let config = Config {
        observing: Observing {
            flight_recorder: Some(site.join("flight.json")),
            ..Observing::default()
        },
        ..Config::default()
    };
    let mut observers = Observers::open(&config).unwrap();
    let inside = Inside::enter(site);
    match attempt {
        "all" => return inside.try_all(),
        "panic" => {
            observers.event(None, Event::PollBegins(None));
            panic!("on purpose");
        }
        "abort" => std::process::abort(),
        _ => {
            println!("sleeps");
            thread::sleep(SLEEP);
            println!("slept");
        }
    }
    0
}

/// What was opened before.
struct Inside {
    site: PathBuf,
    client: TcpStream,
    listener: TcpListener,
    address: SocketAddr,
    _socket: UnixListener,
    secret: File,
    own_namespace: File,
    parent: Pid,
    machine: Vec<u8>,
    wrong: u32,
}

impl Inside {
    fn enter(site: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let inside = Self {
            client: TcpStream::connect(address).unwrap(),
            listener,
            address,
            _socket: UnixListener::bind(site.join("socket")).unwrap(),
            secret: File::open(site.join("secret.txt")).unwrap(),
            own_namespace: File::open("/proc/self/ns/net").unwrap(),
            parent: getppid().unwrap(),
            machine: rustix::system::uname().nodename().to_bytes().to_vec(),
            site,
            wrong: 0,
        };
        let root = inside.site.join("root");
        let log = inside.site.join("logs/Log.csv");
        sandbox::enter(&Needs {
            root: &root,
            log: Some(&log),
            headers: None,
            lists_folders: false,
        })
        .unwrap();
        inside
    }

    /// How many attempts did not end as expected.
    fn try_all(mut self) -> u32 {
        self.try_what_the_server_does();
        self.try_files();
        self.try_metadata();
        self.try_sockets();
        self.try_processes();
        self.try_the_machine();
        self.try_programs();
        self.try_what_remains();
        println!("all tried");
        self.wrong
    }

    fn path(&self, name: &str) -> PathBuf {
        self.site.join(name)
    }

    /// Says so if an attempt did not end with one of the errors.
    fn ends<T>(&mut self, what: &str, result: Result<T, impl Into<io::Error>>, with: &[Errno]) {
        let error = result.err().map(Into::into);
        let errno = error.as_ref().and_then(Errno::from_io_error);
        if !errno.is_some_and(|errno| with.contains(&errno)) {
            println!("{what}: {error:?}, expected {with:?}");
            self.wrong += 1;
        }
    }

    /// The filter of system calls does not let the call through.
    fn no_call<T>(&mut self, what: &str, result: Result<T, impl Into<io::Error>>) {
        self.ends(what, result, &[Errno::PERM]);
    }

    /// The call is left, and Landlock refuses this file.
    fn no_file<T>(&mut self, what: &str, result: Result<T, impl Into<io::Error>>) {
        self.ends(what, result, &[Errno::ACCESS]);
    }

    fn works<T>(&mut self, what: &str, result: Result<T, impl Into<io::Error>>) {
        if let Err(error) = result {
            println!("{what}: {:?}, expected to work", error.into());
            self.wrong += 1;
        }
    }

    fn try_what_the_server_does(&mut self) {
        let log = self.path("logs/Log.csv");
        let index = fs::read_to_string(self.path("root/index.html"));
        self.works(
            "read beneath the root",
            index.map(|text| assert_eq!(text, INDEX)),
        );
        self.works("open the root", File::open(self.path("root")));
        self.works("accept", self.listener.accept());
        let file = File::options().read(true).append(true).open(&log).unwrap();
        self.works("cut the log", file.set_len(1));
        self.works(
            "set it aside",
            fs::rename(&log, self.path("logs/aside.csv")),
        );
        self.works("make another", fs::write(&log, "new"));
    }

    fn try_files(&mut self) {
        let log = self.path("logs/Log.csv");
        let (index, new) = (self.path("root/index.html"), self.path("logs/new"));
        self.no_file("read outside", fs::read(self.path("secret.txt")));
        self.no_file("read /etc", fs::read("/etc/passwd"));
        self.no_file("read /proc", fs::read("/proc/self/status"));
        self.no_file("write outside", fs::write(self.path("new"), ""));
        self.no_file("write in the root", fs::write(&index, ""));
        self.no_file("make in the root", fs::write(self.path("root/new"), ""));
        self.no_file("list the log's folder", fs::read_dir(self.path("logs")));
        // A move from one rule's reach into another's looks like one to another disk.
        let moved = fs::rename(&log, self.path("root/new"));
        self.ends(
            "move the log into the root",
            moved,
            &[Errno::XDEV, Errno::ACCESS],
        );
        let listed = fs::read_dir(self.path("root")).and_then(|mut names| names.next().transpose());
        self.no_call("list the root", listed);
        self.no_call("remove a file", fs::remove_file(&log));
        self.no_call("make a folder", fs::create_dir(&new));
        self.no_call("remove a folder", fs::remove_dir(self.path("root")));
        self.no_call("make a link", symlink("/etc/passwd", &new));
        self.no_call("a second name", fs::hard_link(&log, &new));
        let mode = Mode::from_raw_mode(0o644);
        self.no_call("make a FIFO", mknodat(CWD, &new, FileType::Fifo, mode, 0));
        self.no_call("a file in memory", memfd_create("new", MemfdFlags::CLOEXEC));
        self.no_call("watch", inotify::init(inotify::CreateFlags::CLOEXEC));
        let file = File::options().append(true).open(&log).unwrap();
        self.no_call("allocate", fallocate(&file, FallocateFlags::empty(), 0, 1));
    }

    fn try_metadata(&mut self) {
        let log = self.path("logs/Log.csv");
        let file = File::options().append(true).open(&log).unwrap();
        let mode = || Permissions::from_mode(0o777);
        self.no_call("chmod", fs::set_permissions(&log, mode()));
        self.no_call(
            "chmod outside",
            fs::set_permissions(self.path("secret.txt"), mode()),
        );
        self.no_call("fchmod", file.set_permissions(mode()));
        self.no_call("fchmod outside", self.secret.set_permissions(mode()));
        self.no_call("chown", chown(&log, Some(1), None));
        self.no_call("fchown", fchown(&file, Some(1), None));
        let attribute = setxattr(&log, "user.a", b"b", XattrFlags::empty());
        self.no_call("setxattr", attribute);
        self.no_call("set a time", file.set_modified(SystemTime::now()));
        self.no_call("access", access("/", Access::EXISTS));
    }

    fn try_sockets(&mut self) {
        use rustix::net::socket;
        self.no_call("listen by TCP", TcpListener::bind("127.0.0.1:0"));
        self.no_call("connect by TCP", TcpStream::connect(self.address));
        self.no_call("UDP", UdpSocket::bind("127.0.0.1:0"));
        let families = [
            ("raw", AddressFamily::INET, SocketType::RAW),
            ("netlink", AddressFamily::NETLINK, SocketType::RAW),
            ("packets", AddressFamily::PACKET, SocketType::RAW),
            ("vsock", AddressFamily::VSOCK, SocketType::STREAM),
        ];
        for (what, family, kind) in families {
            self.no_call(what, socket(family, kind, None));
        }
        self.no_call(
            "a Unix socket by path",
            UnixStream::connect(self.path("socket")),
        );
        self.no_call(
            "listen by path",
            UnixListener::bind(self.path("logs/socket")),
        );
        self.no_call("a pair", UnixDatagram::pair());
        // `MSG_FASTOPEN`, which connects.
        let fast_open = SendFlags::from_bits_retain(0x2000_0000);
        let sent = sendto(&self.client, b"x", fast_open, &self.address);
        self.no_call("connect by sendto", sent);
        self.no_call("an option", sockopt::set_tcp_nodelay(&self.client, true));
        self.no_call("ioctl", self.client.set_nonblocking(true));
    }

    fn try_processes(&mut self) {
        let parent = self.parent;
        self.no_call("fork", Command::new("/bin/true").spawn());
        self.no_call::<()>("execve", Err(Command::new("/bin/true").exec()));
        self.no_call("a thread", thread::Builder::new().spawn(|| ()));
        self.no_call("ptrace", ptrace::traceme());
        let traced = ptrace::attach(nix::unistd::Pid::from_raw(parent.as_raw_pid()));
        self.no_call("ptrace another", traced);
        self.no_call("a signal to another", kill_process(parent, Signal::CONT));
        self.no_call("a signal to itself", kill_process(getpid(), Signal::CONT));
        self.no_call("pidfd_open", pidfd_open(parent, PidfdFlags::empty()));
        self.no_call("setsid", setsid());
        self.no_call("priority", setpriority_process(None, 1));
        self.no_call("prctl", set_name(c"other"));
        let limit = Rlimit {
            current: Some(1 << 20),
            maximum: Some(1 << 20),
        };
        self.no_call(
            "prlimit",
            prlimit(Some(parent), Resource::Nofile, limit).map(drop),
        );
    }

    fn try_the_machine(&mut self) {
        self.no_call("chroot", chroot(self.path("root")));
        self.no_call("chdir", std::env::set_current_dir("/"));
        let flags = MountFlags::empty();
        self.no_call(
            "mount",
            mount("none", self.path("root"), "tmpfs", flags, None),
        );
        self.no_call("unmount", unmount(self.path("root"), UnmountFlags::empty()));
        self.no_call("a namespace", unshare(CloneFlags::CLONE_NEWUSER));
        self.no_call(
            "another namespace",
            setns(&self.own_namespace, CloneFlags::CLONE_NEWNET),
        );
        // To what it is, should it be allowed.
        let named = sethostname(&self.machine);
        self.no_call("the machine's name", named);
        self.no_call("capget", capabilities(None));
        let none = CapabilitySets {
            effective: rustix::thread::CapabilitySet::empty(),
            permitted: rustix::thread::CapabilitySet::empty(),
            inheritable: rustix::thread::CapabilitySet::empty(),
        };
        self.no_call("capset", set_capabilities(None, none));
    }

    fn try_programs(&mut self) {
        let path = self.path("logs/program");
        let mut options = File::options();
        let created = options
            .write(true)
            .create_new(true)
            .mode(0o4755)
            .open(&path);
        self.works("make a file that would be a program", created);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        if mode & 0o111 != 0 {
            println!("a program was made, of mode {mode:o}");
            self.wrong += 1;
        }
    }

    /// No harm is known of it, but it should be known: docs/design.md lists it.
    fn try_what_remains(&mut self) {
        let secret = self.path("secret.txt");
        self.works("stat outside", stat(&secret));
        self.works(
            "follow a link outside",
            readlink(self.path("link"), Vec::new()),
        );
        let path_only = OFlags::PATH.bits().cast_signed();
        let opened = File::options()
            .read(true)
            .custom_flags(path_only)
            .open(&secret);
        self.works("a path outside", opened);
        self.works("read what is open", self.secret.read_at(&mut [0], 0));
        self.works(
            "send on a connection",
            rustix::net::send(&self.client, b"x", SendFlags::empty()),
        );
        let other = self.path("logs/other.csv");
        self.works("make files in the log's folder", fs::write(&other, "x"));
        self.works(
            "replace them",
            fs::rename(&other, self.path("logs/Log.csv")),
        );
    }
}
