//! A log whose path is a symbolic link: the link stays, and leads to the log.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use rustix::process::Signal;

use crate::sandbox::has_landlock;
use crate::support::faulty::stopped;
use crate::support::load::{ENDLESS, ask_for, check_each_once};
use crate::support::log::COLUMNS;
use crate::support::{Server, Site};

/// `Log.csv` → `middle.csv` → `logs/real.csv`, which has other columns.
fn linked() -> Site {
    let site = Site::new();
    fs::create_dir(site.path("logs")).unwrap();
    fs::write(site.path("logs/real.csv"), "other,columns\n").unwrap();
    symlink(site.path("logs/real.csv"), site.path("middle.csv")).unwrap();
    symlink("middle.csv", site.log()).unwrap();
    site
}

#[test]
fn what_a_link_leads_to_is_set_aside_and_the_link_stays() {
    let site = linked();
    let mut server = site.start(&ENDLESS);
    let notice = server.next_diagnostic();
    let folder = site.path("logs").canonicalize().unwrap();
    let aside = notice
        .split_once("has other columns and was set aside as '")
        .and_then(|(_, rest)| rest.strip_suffix('\''))
        .map(PathBuf::from)
        .expect(&notice);
    assert_eq!(aside.parent().unwrap(), folder);
    assert!(
        aside
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("real.20")
    );
    assert_eq!(fs::read_to_string(aside).unwrap(), "other,columns\n");
    for link in ["Log.csv", "middle.csv"] {
        let link = site.path(link);
        assert!(fs::symlink_metadata(link).unwrap().is_symlink());
    }
    assert!(server.next_diagnostic().contains("log 'Log.csv'"), "banner");
    let mut client = server.connect();
    let mut asked = ask_for(&mut client, "first", 2);
    // Rotated as if there were no link, and then the link leads elsewhere.
    fs::rename(site.path("logs/real.csv"), site.path("logs/old.csv")).unwrap();
    hang_up(&mut server);
    asked.extend(ask_for(&mut client, "second", 2));
    fs::remove_file(site.log()).unwrap();
    symlink("logs/new.csv", site.log()).unwrap();
    hang_up(&mut server);
    asked.extend(ask_for(&mut client, "third", 2));
    assert_eq!(stopped(server), 0);
    let logs = ["logs/old.csv", "logs/real.csv", "logs/new.csv"].map(|log| site.path(log));
    check_each_once(&logs, &asked, 0);
}

#[track_caller]
fn hang_up(server: &mut Server) {
    server.signal(Signal::HUP);
    let line = server.next_diagnostic();
    assert_eq!(line, "millpond: the log was opened again");
}

#[test]
fn in_the_sandbox_the_folder_that_a_link_leads_to_is_the_log_s() {
    if !has_landlock(landlock::ABI::V1) {
        return;
    }
    let site = linked();
    let mut server = site.start(&[&["--sandbox"], &ENDLESS[..]].concat());
    let mut client = server.connect();
    let mut asked = ask_for(&mut client, "first", 2);
    fs::rename(site.path("logs/real.csv"), site.path("logs/old.csv")).unwrap();
    server.signal(Signal::HUP);
    let is_opened = |line: &String| line == "millpond: the log was opened again";
    while !is_opened(&server.next_diagnostic()) {}
    asked.extend(ask_for(&mut client, "second", 2));
    assert_eq!(stopped(server), 0);
    let logs = ["logs/old.csv", "logs/real.csv"].map(|log| site.path(log));
    check_each_once(&logs, &asked, 0);
}

/// A link of our own stands for `/dev/stdout`, which a fault would rename for the whole machine.
#[test]
fn what_the_server_inherited_is_not_renamed() {
    let site = Site::new();
    symlink("/dev/stdout", site.log()).unwrap();
    fs::write(site.path("out.txt"), "something else\n").unwrap();
    let output = File::options().append(true).open(site.path("out.txt"));
    let mut command = site.command(&ENDLESS);
    let mut child = command.stdout(output.unwrap()).spawn().unwrap();
    let said = || fs::read_to_string(site.path("out.txt")).unwrap();
    crate::support::eventually("the server", || {
        said().contains("Listening on").then_some(())
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(fs::symlink_metadata(site.log()).unwrap().is_symlink());
    assert!(
        said().starts_with(&format!("something else\n{COLUMNS}\n")),
        "{}",
        said()
    );
    let names = fs::read_dir(site.path("")).unwrap().count();
    assert_eq!(names, 3, "root, Log.csv, out.txt");
}
