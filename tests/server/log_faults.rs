//! Logs that cannot be written: a full disk, a limit on file sizes. The server goes on serving,
//! counts the rows that are lost, and writes only whole rows.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use rustix::process::{Resource, Rlimit, Signal, prlimit};

use crate::support::faulty::{start, stopped, warned};
use crate::support::load::{ask_for, check_each_once};
use crate::support::log::{COLUMNS, rows, wait_for_rows};
use crate::support::{Server, Site};

const NO_SPACE: &str = "No space left on device (os error 28)";
const TOO_LARGE: &str = "File too large (os error 27)";

/// A disk of 64 KiB at `logs`, unmounted on drop. `None`, with a message, if the test may not mount
/// it.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(site: &Site) -> Option<Self> {
        let place = site.path("logs");
        fs::create_dir(&place).unwrap();
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", "size=64k", "millpond-test"]);
        let output = command.arg(&place).output();
        if output.is_ok_and(|output| output.status.success()) {
            return Some(Self(place));
        }
        println!("skipped: only root can mount a small disk");
        None
    }

    /// Fills the disk: only the rest of the log's last block stays free.
    fn fill(&self) {
        let mut filler = File::create(self.0.join("filler")).unwrap();
        while filler.write(&[0; 4096]).is_ok() {}
    }

    fn free(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // In the worst case the disk stays mounted until the machine restarts: a destructor can do
        // no better.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_fills_up_costs_only_the_rows_that_are_counted() {
    let site = Site::new();
    let Some(disk) = SmallDisk::mount(&site) else {
        return;
    };
    let log = site.path("logs/Log.csv");
    let mut server = start(&site, "logs/Log.csv");
    let mut client = server.connect();
    let mut asked = ask_for(&mut client, "before", 1);
    wait_for_rows(&log, 1);
    disk.fill();
    asked.extend(ask_for(&mut client, "full", 200));
    let lost = warned(&mut server, "logs/Log.csv", NO_SPACE);
    assert!((100..200).contains(&lost), "{lost}");
    // The log also holds whole rows while the disk is full: a reader that copies it now can parse
    // it.
    assert!(rows(&log).len() < 200);
    disk.free();
    asked.extend(ask_for(&mut client, "after", 200));
    let lost = stopped(server);
    assert!((100..200).contains(&lost), "{lost}");
    check_each_once(&[log], &asked, lost);
}

#[test]
fn a_disk_that_is_full_at_the_start_does_not_stop_the_server() {
    let site = Site::new();
    let Some(disk) = SmallDisk::mount(&site) else {
        return;
    };
    disk.fill();
    let mut server = start(&site, "logs/Log.csv");
    let mut client = server.connect();
    let mut asked = ask_for(&mut client, "full", 10);
    assert!(warned(&mut server, "logs/Log.csv", NO_SPACE) >= 9);
    disk.free();
    asked.extend(ask_for(&mut client, "after", 10));
    let lost = stopped(server);
    assert!((9..=10).contains(&lost), "{lost}");
    check_each_once(&[site.path("logs/Log.csv")], &asked, lost);
}

/// Limits the size to which the server's files may grow, in bytes; `None` lifts the limit.
#[track_caller]
fn limit_file_size(server: &Server, current: Option<u64>) {
    let limit = Rlimit {
        current,
        maximum: None,
    };
    prlimit(Some(server.process()), Resource::Fsize, limit).unwrap();
}

/// Gives space to a log that has reached its limit. Returns the logs that exist afterwards.
type LiftLimit = fn(&Site, &mut Server) -> Vec<PathBuf>;

#[test]
fn a_log_at_its_size_limit_goes_on_once_it_has_space() {
    let table: [(&str, LiftLimit); 3] = [
        ("the limit is lifted", |site, server| {
            limit_file_size(server, None);
            vec![site.log()]
        }),
        ("the log is rotated", |site, server| {
            let rotated = site.path("Log.csv.1");
            fs::rename(site.log(), &rotated).unwrap();
            server.signal(Signal::HUP);
            let line = server.next_diagnostic();
            assert_eq!(line, "millpond: the log was opened again");
            vec![rotated, site.log()]
        }),
        ("the log is copied and emptied", |site, _| {
            let copy = site.path("copy.csv");
            fs::copy(site.log(), &copy).unwrap();
            File::create(site.log()).unwrap();
            vec![copy, site.log()]
        }),
    ];
    for (what, lift_limit) in table {
        println!("{what}");
        let site = Site::new();
        let mut server = start(&site, "Log.csv");
        let mut client = server.connect();
        let mut asked = ask_for(&mut client, "before", 20);
        wait_for_rows(&site.log(), 20);
        // Space for a row and a half, whatever their length.
        let length = fs::metadata(site.log()).unwrap().len();
        let row = (length - COLUMNS.len() as u64) / 20;
        limit_file_size(&server, Some(length + row * 3 / 2));
        asked.extend(ask_for(&mut client, "beyond", 10));
        assert_eq!(warned(&mut server, "Log.csv", TOO_LARGE), 8);
        assert_eq!(rows(&site.log()).len(), 21);
        let logs = lift_limit(&site, &mut server);
        asked.extend(ask_for(&mut client, "after", 10));
        // The row that was cut is written late, but not lost.
        assert_eq!(stopped(server), 8);
        check_each_once(&logs, &asked, 8);
    }
}

#[test]
fn a_size_limit_of_zero_loses_every_row_and_serves_on() {
    let site = Site::new();
    let mut server = start(&site, "Log.csv");
    limit_file_size(&server, Some(0));
    let mut client = server.connect();
    let asked = ask_for(&mut client, "lost", 3);
    warned(&mut server, "Log.csv", TOO_LARGE);
    assert_eq!(stopped(server), asked.len());
    check_each_once(&[site.log()], &asked, asked.len());
}
