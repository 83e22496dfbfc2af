//! `--sandbox`: everything works as without it, and the kernel forbids the rest.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;
use std::process::Command;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, Scope,
};
use millpond::response::pages;
use rustix::process::{Signal, geteuid};

use crate::support::answer::TEXT;
use crate::support::lacking::{LANDLOCK_CREATE_RULESET, without};
use crate::support::log::{row, rows, wait_for_rows};
use crate::support::site::INDEX;
use crate::support::{Answer, Server, Site};

const BANNER: &str = "millpond: sandbox";
const REOPENED: &str = "millpond: the log was opened again";

/// Whether the kernel knows all rights of this Landlock version; prints a message if not.
pub fn has_landlock(version: ABI) -> bool {
    // The ruleset is created but not entered: this process keeps its rights.
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

/// A server in its sandbox, and the banner line that says so. `None`, with a message, where the
/// kernel has no Landlock. The log has its own folder, which does not contain the root.
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
fn a_sandboxed_server_serves_and_says_so() {
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
    let expected = ": opens files beneath the root to read, and in the log's folder to read and \
                    write; makes no sockets, starts no processes, holds no capabilities; 56 system \
                    calls are left";
    assert!(line.ends_with(expected), "{line}");
    let status = server.process_file("status");
    let none = "0000000000000000";
    for expected in [
        "NoNewPrivs:\t1\n".to_owned(),
        // A filter.
        "Seccomp:\t2\n".to_owned(),
        format!("CapInh:\t{none}\n"),
        format!("CapPrm:\t{none}\n"),
        format!("CapEff:\t{none}\n"),
        format!("CapAmb:\t{none}\n"),
    ] {
        assert!(status.contains(&expected), "{expected}{status}");
    }
    if geteuid().is_root() {
        assert!(status.contains(&format!("CapBnd:\t{none}\n")), "{status}");
    }

    let mut client = server.connect();
    let table = [
        ("/", Answer::index()),
        ("/a.txt", Answer::file(TEXT, "a\n")),
        ("/sub/", Answer::index()),
        // Only opening the name shows that it is a directory.
        (
            "/sub",
            Answer::page("404 Not Found", pages::directory("/sub")),
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
    // A file created beneath the root later is beneath it as well.
    site.write("new/b.txt", "b\n");
    assert_eq!(
        client.get("/new/b.txt"),
        Answer::file(TEXT, "b\n").left(989)
    );
    server.stop();
    assert_eq!(rows(&site.path("logs/Log.csv")).len(), 9);
}

#[test]
fn in_the_sandbox_the_log_is_rotated_created_set_aside_and_repaired() {
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
    assert_eq!(server.next_diagnostic(), REOPENED);
    client.ask("HEAD", "/", "");
    assert_eq!(wait_for_rows(&log, 1), std::slice::from_ref(&row));
    assert_eq!(
        rows(&site.path("logs/Log.1.csv")),
        std::slice::from_ref(&row)
    );

    fs::remove_file(&log).unwrap();
    client.ask("HEAD", "/", "");
    assert_eq!(wait_for_rows(&log, 1), std::slice::from_ref(&row));

    // Another program's file in the log's place is set aside.
    fs::rename(&log, site.path("logs/Log.2.csv")).unwrap();
    fs::write(&log, "foreign\n").unwrap();
    server.signal(Signal::HUP);
    let notice = server.next_diagnostic();
    assert!(notice.contains("was set aside"), "{notice}");
    assert_eq!(server.next_diagnostic(), REOPENED);
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
    assert_eq!(server.next_diagnostic(), REOPENED);
    client.ask("HEAD", "/", "");
    server.stop();
    assert_eq!(rows(&log), [row.clone(), row]);
}

/// From outside, one thing shows which files a process may not read: a root that is created again
/// is not covered by the rule. Without a sandbox the server serves it at once.
#[test]
fn another_folder_in_the_place_of_the_root_is_not_served() {
    let site = Site::new();
    let Some((server, _)) = start(&site) else {
        return;
    };
    let mut client = server.connect();
    assert_eq!(client.get("/"), Answer::index());
    fs::rename(site.path("root"), site.path("before")).unwrap();
    site.write("index.html", "other");
    assert_eq!(client.get("/"), Answer::not_found().left(996));
    // The server may still read the folder that was the root, should it come back.
    fs::remove_dir_all(site.path("root")).unwrap();
    fs::rename(site.path("before"), site.path("root")).unwrap();
    assert_eq!(client.get("/"), Answer::index().left(995));
}

#[test]
fn a_kernel_without_landlock_stops_the_start() {
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

/// Root without its capabilities may enter only what the mode lets it enter. Every answer would be 404,
/// so the server does not start.
#[test]
fn a_root_that_only_capabilities_open_is_refused() {
    if !geteuid().is_root() || !has_landlock(ABI::V1) {
        println!("skipped: not root, or no Landlock");
        return;
    }
    let site = Site::new();
    let root = site.path("root");
    fs::set_permissions(&root, fs::Permissions::from_mode(0o700)).unwrap();
    chown(&root, Some(12_345), None).unwrap();
    let output = site.run(&["--sandbox", "--no-log"]);
    let expected = "millpond: cannot enter the sandbox: 'root' can't be entered without the \
                    capabilities that a sandbox takes away: Permission denied (os error 13); let \
                    this user enter it by its owner or mode, or start without --sandbox\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    assert_eq!(output.status.code(), Some(1));
}

/// The one call that an option adds.
#[test]
fn a_sandboxed_server_that_lists_folders_has_one_call_more() {
    if !has_landlock(ABI::V1) {
        return;
    }
    let site = Site::new();
    fs::create_dir(site.path("logs")).unwrap();
    let mut server = site.start(&["--sandbox", "--listing", "--log", "logs/Log.csv"]);
    server.next_diagnostic();
    let line = server.next_diagnostic();
    assert!(line.ends_with("; 57 system calls are left"), "{line}");
}
