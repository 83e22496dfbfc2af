//! Log rotation: the log is removed, or renamed and reopened with SIGHUP, or cannot be reopened;
//! and SIGHUP as the end of a terminal.

use std::fs::{self, File};
use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;

use crate::support::load::{ENDLESS, Load, ask_for, check_each_once};
use crate::support::log::{COLUMNS, index_row, rows, wait_for_rows};
use crate::support::terminal::terminal;
use crate::support::{Server, Site, eventually};

const ROUNDS: usize = 10;

/// Waits until a log has rows, without parsing them: the last one may be incomplete.
#[track_caller]
fn has_rows(log: &Path) {
    let header = COLUMNS.len() as u64 + 1;
    eventually("rows", || {
        let length = fs::metadata(log).ok()?.len();
        (length > header).then_some(())
    });
}

#[test]
fn a_removed_log_is_created_again() {
    let site = Site::new();
    let mut server = site.start(&ENDLESS);
    let load = Load::start(&server, "removed");
    let mut removed = Vec::new();
    for _ in 0..ROUNDS {
        has_rows(&site.log());
        removed.push(File::open(site.log()).unwrap());
        fs::remove_file(site.log()).unwrap();
    }
    has_rows(&site.log());
    let asked = load.finish();
    server.stop();
    // The rows of a removed file can still be read by a process that has it open.
    let mut logs = vec![site.log()];
    for (number, mut file) in removed.into_iter().enumerate() {
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        let log = site.path(&format!("removed-{number}.csv"));
        fs::write(&log, content).unwrap();
        logs.push(log);
    }
    check_each_once(&logs, &asked, 0);
}

#[test]
fn a_renamed_log_loses_no_row() {
    let site = Site::new();
    let mut server = site.start(&ENDLESS);
    assert!(server.next_diagnostic().contains("log 'Log.csv'"), "banner");
    let load = Load::start(&server, "renamed");
    let mut logs = vec![site.log()];
    for number in 0..ROUNDS {
        has_rows(&site.log());
        let rotated = site.path(&format!("Log.csv.{number}"));
        fs::rename(site.log(), &rotated).unwrap();
        server.signal(Signal::HUP);
        assert_eq!(
            server.next_diagnostic(),
            "millpond: the log was opened again"
        );
        logs.push(rotated);
    }
    has_rows(&site.log());
    let asked = load.finish();
    server.stop();
    check_each_once(&logs, &asked, 0);
    let goodbye = server.diagnostics.rest();
    assert_eq!(goodbye.len(), 1, "{goodbye:?}");
    assert!(!goodbye[0].contains("lost"), "{goodbye:?}");
}

/// Moves the log away, and puts an object in its place that cannot be opened as a log. Returns the
/// log's new path.
type Obstacle = fn(&Site) -> &'static str;

#[test]
fn the_old_log_stays_in_use_if_it_cannot_be_reopened() {
    let table: [(&str, Obstacle); 3] = [
        ("No such file or directory (os error 2)", |site| {
            fs::rename(site.path("logs"), site.path("moved")).unwrap();
            "moved/Log.csv"
        }),
        ("Is a directory (os error 21)", |site| {
            fs::rename(site.path("logs/Log.csv"), site.path("old.csv")).unwrap();
            fs::create_dir(site.path("logs/Log.csv")).unwrap();
            "old.csv"
        }),
        ("Too many levels of symbolic links (os error 40)", |site| {
            fs::rename(site.path("logs/Log.csv"), site.path("old.csv")).unwrap();
            symlink("Log.csv", site.path("logs/Log.csv")).unwrap();
            "old.csv"
        }),
    ];
    for (reason, put_in_the_way) in table {
        let site = Site::new();
        fs::create_dir(site.path("logs")).unwrap();
        let mut server = site.start(&[&["--log", "logs/Log.csv"], &ENDLESS[..]].concat());
        assert!(server.next_diagnostic().contains("logs/Log.csv"), "banner");
        let load = Load::start(&server, "kept");
        has_rows(&site.path("logs/Log.csv"));
        let old = site.path(put_in_the_way(&site));
        server.signal(Signal::HUP);
        assert_eq!(
            server.next_diagnostic(),
            format!("millpond: cannot open the log again: {reason}; the old file stays in use")
        );
        let mut asked = load.finish();
        let mut client = server.connect();
        asked.extend(ask_for(&mut client, "later", 5));
        server.stop();
        check_each_once(&[old], &asked, 0);
    }
}

/// Hangs up on a server with one open connection; the server ends, and the connection's row is in
/// the log.
#[track_caller]
fn ends_after(mut server: Server, site: &Site, hang_up: impl FnOnce(&Server)) {
    let mut client = server.connect();
    client.get("/");
    hang_up(&server);
    client.expect_end();
    let address = client.address();
    drop(client);
    assert_eq!(server.wait().code(), Some(0));
    assert_eq!(rows(&site.log()), [index_row(address)]);
}

#[test]
fn a_hangup_ends_a_server_at_a_terminal() {
    let Some((_master, slave)) = terminal() else {
        return;
    };
    let site = Site::new();
    let mut command = site.command(&[]);
    command.stdin(slave);
    ends_after(Server::spawn(command), &site, |server| {
        server.signal(Signal::HUP);
    });
}

#[test]
fn a_terminal_that_is_closed_ends_its_server() {
    let Some((master, slave)) = terminal() else {
        return;
    };
    let site = Site::new();
    // As a shell does it: the terminal becomes the controlling terminal of the server.
    let plain = site.command(&[]);
    let mut command = Command::new("setsid");
    command
        .arg("--ctty")
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(plain.get_current_dir().unwrap())
        .stdin(slave.as_fd().try_clone_to_owned().unwrap())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    if Command::new("setsid").arg("--version").output().is_err() {
        println!("skipped: no setsid to start a session with");
        return;
    }
    let server = Server::spawn(command);
    drop(slave);
    ends_after(server, &site, |_| drop(master));
}

#[test]
fn a_hangup_without_a_terminal_reopens_the_log() {
    let site = Site::new();
    let mut server = site.start(&[]);
    server.next_diagnostic();
    let mut client = server.connect();
    client.get("/");
    server.signal(Signal::HUP);
    assert_eq!(
        server.next_diagnostic(),
        "millpond: the log was opened again"
    );
    let row = index_row(client.address());
    // Rows that waited were written before the server reopened the file.
    let mut expected = vec![row.clone()];
    assert_eq!(wait_for_rows(&site.log(), 1), expected);
    client.get("/");
    server.stop();
    expected.push(row);
    assert_eq!(rows(&site.log()), expected);
}
