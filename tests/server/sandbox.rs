//! `--sandbox`: everything works as without, and the kernel forbids the rest.

use std::fs;
use std::os::unix::fs::symlink;

use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr};
use rustix::process::Signal;

use crate::support::answer::{HTML, TEXT};
use crate::support::lacking::{LANDLOCK_CREATE_RULESET, without};
use crate::support::log::{row, rows, wait_for_rows};
use crate::support::site::INDEX;
use crate::support::{Answer, Server, Site};

const BANNER: &str = "millpond: sandbox";
const OPENED_ANEW: &str = "millpond: the log was opened anew";

/// A server in its sandbox, with the line that says so, or `None`, said aloud, where the kernel
/// has no Landlock. The log has a folder of its own: the root is not beneath it.
#[track_caller]
fn start(site: &Site) -> Option<(Server, String)> {
    fs::create_dir_all(site.path("logs")).unwrap();
    // Made, and not entered: this process goes on as it was.
    let rules = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .and_then(Ruleset::create);
    if rules.is_err() {
        println!("skipped: this kernel has no Landlock");
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
        Answer::file(TEXT, "b\n").left(990)
    );
    server.stop();
    assert_eq!(rows(&site.path("logs/Log.csv")).len(), 8);
}

#[test]
fn the_log_is_rotated_deleted_and_emptied() {
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
    server.stop();
    assert_eq!(rows(&log), [row]);
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
