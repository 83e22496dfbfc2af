//! `--sandbox`: everything works as without, and the kernel forbids the rest.

use std::fs::{self, File};
use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::thread;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, Scope,
};
use millpond::os::sandbox;
use millpond::response::answer;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::process::{Signal, getppid, test_kill_process};

use crate::support::answer::{HTML, TEXT};
use crate::support::lacking::{LANDLOCK_CREATE_RULESET, without};
use crate::support::log::{row, rows, wait_for_rows};
use crate::support::site::INDEX;
use crate::support::{Answer, Server, Site};

const BANNER: &str = "millpond: sandbox";
const OPENED_ANEW: &str = "millpond: the log was opened anew";

/// Whether the kernel knows all rights of this version; said aloud if not.
pub fn has_landlock(version: ABI) -> bool {
    // Made, and not entered: this process goes on as it was.
    let hard = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    let mut rules = hard.handle_access(AccessFs::from_all(version));
    if version >= ABI::V4 {
        rules = rules.and_then(|rules| rules.handle_access(AccessNet::from_all(version)));
    }
    if version >= ABI::V6 {
        rules = rules.and_then(|rules| rules.scope(Scope::from_all(version)));
    }
    let has = rules.and_then(Ruleset::create).is_ok();
    if !has {
        println!("skipped: this kernel has no Landlock {version:?}");
    }
    has
}

/// A server in its sandbox, with the line that says so, or `None`, said aloud, where the kernel
/// has no Landlock. The log has a folder of its own: the root is not beneath it.
#[track_caller]
fn start(site: &Site) -> Option<(Server, String)> {
    fs::create_dir_all(site.path("logs")).unwrap();
    if !has_landlock(ABI::V1) {
        return None;
    }
    let mut server = site.start(&["--sandbox", "--log", "logs/Log.csv"]);
    server.next_diagnostic();
    let line = server.next_diagnostic();
    assert!(line.starts_with(BANNER), "{line}");
    Some((server, line))
}

#[test]
fn it_serves_and_says_what_holds() {
    let site = Site::new();
    site.write("a.txt", "a\n");
    site.write("sub/index.html", INDEX);
    site.write_sparse("large", 1_000_000);
    symlink("../a.txt", site.root("sub/link.txt")).unwrap();
    fs::write(site.path("secret.txt"), "secret\n").unwrap();
    symlink("../secret.txt", site.root("out.txt")).unwrap();
    symlink("/etc/passwd", site.root("passwd")).unwrap();
    let Some((mut server, line)) = start(&site) else {
        return;
    };
    let expected = ": reads beneath the root and the log's folder, writes beneath the log's folder; \
                    no new privileges";
    assert!(line.ends_with(expected), "{line}");
    let status = server.process_file("status");
    assert!(status.contains("NoNewPrivs:\t1\n"), "{status}");

    let mut client = server.connect();
    let table = [
        ("/", Answer::file(HTML, INDEX)),
        ("/a.txt", Answer::file(TEXT, "a\n")),
        ("/sub/", Answer::file(HTML, INDEX)),
        // That it is a directory is found out by opening it.
        (
            "/sub",
            Answer::page("404 Not Found", answer::directory_page("/sub")),
        ),
        ("/sub/link.txt", Answer::file(TEXT, "a\n")),
        (
            "/large",
            Answer::file("application/octet-stream", vec![0; 1_000_000]),
        ),
        ("/out.txt", Answer::not_found()),
        ("/passwd", Answer::not_found()),
    ];
    for (index, (target, expected)) in table.into_iter().enumerate() {
        assert_eq!(client.get(target), expected.left(997 - index), "{target}");
    }
    // What is put beneath the root later is beneath it.
    site.write("new/b.txt", "b\n");
    assert_eq!(
        client.get("/new/b.txt"),
        Answer::file(TEXT, "b\n").left(989)
    );
    server.stop();
    assert_eq!(rows(&site.path("logs/Log.csv")).len(), 9);
}

#[test]
fn the_log_is_rotated_deleted_set_aside_and_mended() {
    let site = Site::new();
    let Some((mut server, _)) = start(&site) else {
        return;
    };
    let log = site.path("logs/Log.csv");
    let mut client = server.connect();
    let row = row(client.address(), "HEAD / index.html 200 0 complete");
    client.ask("HEAD", "/", "");
    assert_eq!(wait_for_rows(&log, 1), std::slice::from_ref(&row));

    // As logrotate does it.
    fs::rename(&log, site.path("logs/Log.1.csv")).unwrap();
    server.signal(Signal::HUP);
    assert_eq!(server.next_diagnostic(), OPENED_ANEW);
    client.ask("HEAD", "/", "");
    assert_eq!(wait_for_rows(&log, 1), std::slice::from_ref(&row));
    assert_eq!(
        rows(&site.path("logs/Log.1.csv")),
        std::slice::from_ref(&row)
    );

    fs::remove_file(&log).unwrap();
    client.ask("HEAD", "/", "");
    assert_eq!(wait_for_rows(&log, 1), std::slice::from_ref(&row));

    // Someone else's file in its place is set aside.
    fs::rename(&log, site.path("logs/Log.2.csv")).unwrap();
    fs::write(&log, "foreign\n").unwrap();
    server.signal(Signal::HUP);
    let notice = server.next_diagnostic();
    assert!(notice.contains("was set aside"), "{notice}");
    assert_eq!(server.next_diagnostic(), OPENED_ANEW);
    client.ask("HEAD", "/", "");
    assert_eq!(wait_for_rows(&log, 1), std::slice::from_ref(&row));

    // A torn end is cut off, as after a crash of another server.
    let mut other = fs::read(&log).unwrap();
    other.extend_from_slice(b"half a r");
    fs::rename(&log, site.path("logs/Log.3.csv")).unwrap();
    fs::write(&log, other).unwrap();
    server.signal(Signal::HUP);
    let notice = server.next_diagnostic();
    assert!(notice.contains("last 8 bytes were cut off"), "{notice}");
    assert_eq!(server.next_diagnostic(), OPENED_ANEW);
    client.ask("HEAD", "/", "");
    server.stop();
    assert_eq!(rows(&log), [row.clone(), row]);
}

/// A process can't be asked what it may not do. But a sandbox binds the thread that entered it
/// (landlock(7)), so that this can be tried from within.
#[test]
fn everything_else_is_forbidden() {
    let site = Site::new();
    if !has_landlock(ABI::V1) {
        return;
    }
    fs::create_dir(site.path("logs")).unwrap();
    fs::write(site.path("logs/Log.csv"), "row").unwrap();
    fs::write(site.path("secret.txt"), "secret").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let has_ports = has_landlock(ABI::V4);
    let has_scopes = has_landlock(ABI::V6);
    let try_all = || {
        sandbox::enter(&site.path("root"), Some(&site.path("logs/Log.csv"))).unwrap();
        allowed(&site);
        files_forbidden(&site);
        if has_ports {
            let address = listener.local_addr().unwrap();
            forbidden("connect", TcpStream::connect(address));
            forbidden("bind", TcpListener::bind("127.0.0.1:0"));
        }
        if has_scopes {
            let signal = test_kill_process(getppid().unwrap());
            forbidden("a signal", signal.map_err(io::Error::from));
        }
    };
    thread::scope(|scope| scope.spawn(try_all).join().unwrap());
}

/// What a server does in its sandbox; see `src/sandbox.rs` for what for.
fn allowed(site: &Site) {
    let log = site.path("logs/Log.csv");
    assert_eq!(fs::read_to_string(site.root("index.html")).unwrap(), INDEX);
    assert!(File::open(site.path("root")).is_ok(), "a directory");
    let file = File::options().read(true).append(true).open(&log).unwrap();
    file.set_len(1).unwrap();
    fs::rename(&log, site.path("logs/aside.csv")).unwrap();
    fs::write(&log, "new").unwrap();
}

fn files_forbidden(site: &Site) {
    let (log, logs) = (site.path("logs/Log.csv"), |name| {
        site.path(&format!("logs/{name}"))
    });
    let index = site.root("index.html");
    forbidden("read outside", fs::read(site.path("secret.txt")));
    forbidden("read /etc", fs::read("/etc/passwd"));
    forbidden("write outside", fs::write(site.path("new"), ""));
    forbidden("write in the root", fs::write(&index, ""));
    forbidden("make in the root", fs::write(site.root("new"), ""));
    forbidden("remove in the root", fs::remove_file(&index));
    forbidden("list the log's folder", fs::read_dir(site.path("logs")));
    forbidden("make a folder", fs::create_dir(logs("new")));
    forbidden("make a link", symlink("/etc/passwd", logs("new")));
    let mode = Mode::from_raw_mode(0o644);
    let fifo = mknodat(CWD, logs("new"), FileType::Fifo, mode, 0);
    forbidden("make a FIFO", fifo.map_err(io::Error::from));
    forbidden("move the log", fs::rename(&log, site.root("new")));
    forbidden("lend it a name", fs::hard_link(&log, site.root("new")));
    forbidden("run a program", Command::new("/bin/true").spawn());
}

#[track_caller]
fn forbidden<T>(what: &str, result: io::Result<T>) {
    let kind = result.err().map(|error| error.kind());
    // A move or a name from one rule's reach into another's looks like one to another disk.
    let expected = [
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::CrossesDevices,
    ];
    assert!(
        kind.is_some_and(|kind| expected.contains(&kind)),
        "{what}: {kind:?}"
    );
}

/// From outside it can't be seen what a process may not read, but for this: a root that is made
/// again is beyond the rule. Without a sandbox it is served at once.
#[test]
fn another_folder_in_the_place_of_the_root_is_out_of_reach() {
    let site = Site::new();
    let Some((server, _)) = start(&site) else {
        return;
    };
    let mut client = server.connect();
    assert_eq!(client.get("/"), Answer::file(HTML, INDEX));
    fs::rename(site.path("root"), site.path("before")).unwrap();
    site.write("index.html", "other");
    assert_eq!(client.get("/"), Answer::not_found().left(996));
    // The folder that was the root may still be read, should it come back.
    fs::remove_dir_all(site.path("root")).unwrap();
    fs::rename(site.path("before"), site.path("root")).unwrap();
    assert_eq!(client.get("/"), Answer::file(HTML, INDEX).left(995));
}

#[test]
fn a_kernel_without_it_gets_no_server() {
    let site = Site::new();
    let output = without(LANDLOCK_CREATE_RULESET, || site.run(&["--sandbox"]));
    let error = String::from_utf8(output.stderr).unwrap();
    let expected = "millpond: cannot enter the sandbox: this kernel has no Landlock; start \
                    without --sandbox, or on Linux 5.13 or later\n";
    assert_eq!(error, expected);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
    assert_eq!(output.status.code(), Some(1));
}

/// A link that is changed to lead elsewhere takes the root out of the sandbox. The server refuses it
/// at the start, wherever in the root's path it stands, and names the folder to serve instead.
#[test]
fn a_root_behind_a_link_is_refused_with_the_folder_to_name() {
    let site = Site::new();
    fs::create_dir(site.path("releases")).unwrap();
    fs::rename(site.path("root"), site.path("releases/1")).unwrap();
    fs::create_dir(site.path("releases/1/public")).unwrap();
    symlink("releases/1", site.path("root")).unwrap();
    symlink("..", site.path("releases/1/up")).unwrap();
    let table = [
        ("root", "root", "releases/1"),
        ("root/", "root", "releases/1"),
        ("root/.", "root", "releases/1"),
        ("root/public", "root", "releases/1/public"),
        ("releases/1/up/1", "releases/1/up", "releases/1"),
    ];
    for (root, link, folder) in table {
        refused(&site, Path::new(root), Path::new(link), folder);
        refused(&site, &site.path(root), &site.path(link), folder);
    }
}

#[track_caller]
fn refused(site: &Site, root: &Path, link: &Path, folder: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_millpond"));
    let options = ["--sandbox", "--no-log", "--listen", "127.0.0.1:0"];
    command.current_dir(site.path("")).args(options).arg(root);
    let output = command.output().unwrap();
    let expected = format!(
        "millpond: cannot enter the sandbox: '{}' is a link, and a folder that it leads to later \
         would lie outside the sandbox; name the folder itself, '{}', or start without --sandbox\n",
        link.display(),
        site.path(folder).canonicalize().unwrap().display()
    );
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    assert_eq!(output.stdout, b"");
    assert_eq!(output.status.code(), Some(1));
}
