//! The file of header rules: what is wrong with it stops the start, it is never served, and SIGHUP reads
//! it again.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Output;

use rustix::process::Signal;

use crate::support::answer::TEXT;
use landlock::ABI;

use crate::sandbox::has_landlock;
use crate::support::site::make_fifo;
use crate::support::{Answer, Server, Site};

const RULES: &str = "/*\n  X-Robots-Tag: noindex\n";
const RELOADED: &str =
    "millpond: the header rules were read again from 'root/_headers': patterns: ";

/// The server printed exactly one line on standard error, and ended with status 2.
#[track_caller]
fn expect(output: &Output, line: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(error, format!("millpond: {line}\n"));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_wrong_line_stops_the_start_with_file_line_and_cure() {
    let site = Site::new();
    let table = [
        (
            "/*\n  ETag: \"a\"\n",
            "2: 'ETag' depends on the content, which only the server knows; remove the line",
        ),
        (
            "X-A: b\n",
            "1: 'X-A: b' stands below no pattern; write one such as /* above it",
        ),
        (
            "# none\n\nhttps://a.b/*\n  A: b\n",
            "3: 'https://a.b/*' is a whole URL, and rules hold for all hosts here; write the path \
             alone, as in /assets/*",
        ),
        (
            "/*\n  A: b\u{1b}[31m\n",
            "2: a control character in the value of 'A'; remove it",
        ),
    ];
    for (text, line) in table {
        fs::write(site.path("rules"), text).unwrap();
        expect(&site.run(&["--headers", "rules"]), &format!("rules:{line}"));
    }
    fs::write(site.path("rules"), vec![b'#'; (256 << 10) + 1]).unwrap();
    let line = "rules:1: the file is longer than 256 KiB; put rules together with '*'";
    expect(&site.run(&["--headers", "rules"]), line);
    assert!(!site.log().exists(), "a log of a server that never was");
}

#[test]
fn a_file_that_cannot_be_read_stops_the_start() {
    let site = Site::new();
    make_fifo(&site.path("fifo"));
    let table = [
        ("missing", "No such file or directory (os error 2)"),
        ("root", "it is no regular file"),
        ("fifo", "it is no regular file"),
        ("/dev/zero", "it is no regular file"),
    ];
    for (path, reason) in table {
        let line = format!(
            "cannot read the header rules '{path}': {reason}; name a file that can be read with \
             --headers FILE"
        );
        expect(&site.run(&["--headers", path]), &line);
    }
}

fn start(site: &Site) -> Server {
    let mut server = site.start(&["--headers", "root/_headers"]);
    server.next_diagnostic();
    server
}

#[track_caller]
fn is_absent(server: &Server, name: &str) {
    let answer = server.connect().get(&format!("/{name}"));
    let expected = Answer::not_found().with_extra("X-Robots-Tag", "noindex");
    assert_eq!(answer, expected, "{name}");
}

#[test]
fn the_file_is_never_served_by_any_name() {
    let site = Site::new();
    site.write("_headers", RULES);
    fs::hard_link(site.root("_headers"), site.root("hard")).unwrap();
    symlink("_headers", site.root("link")).unwrap();
    symlink(".", site.root("folder")).unwrap();
    let server = start(&site);
    for name in [
        "_headers",
        "hard",
        "link",
        "folder/_headers",
        "%5Fheaders",
        "a/../_headers",
    ] {
        is_absent(&server, name);
    }
    // An editor puts another file in its place, which the server has not read yet.
    site.write("new", "/*\n  A: b\n");
    fs::rename(site.root("new"), site.root("_headers")).unwrap();
    fs::hard_link(site.root("_headers"), site.root("hard2")).unwrap();
    for name in ["_headers", "hard2", "link", "folder/_headers"] {
        is_absent(&server, name);
    }
    // The one that was read is still in use.
    is_absent(&server, "hard");
    site.write("a.txt", "a\n");
    let answer = server.connect().get("/a.txt");
    let expected = Answer::file(TEXT, "a\n").with_extra("X-Robots-Tag", "noindex");
    assert_eq!(answer, expected);
}

#[test]
fn sighup_reads_the_file_again_and_keeps_the_old_rules_if_it_is_bad() {
    let site = Site::new();
    site.write("_headers", RULES);
    let mut server = start(&site);
    let mut reload = |text: &str| {
        site.write("new", text);
        fs::rename(site.root("new"), site.root("_headers")).unwrap();
        server.signal(Signal::HUP);
        assert_eq!(
            server.next_diagnostic(),
            "millpond: the log was opened again"
        );
        let line = server.next_diagnostic();
        let answer = server.connect().get("/_headers");
        assert_eq!(answer.body, Answer::not_found().body);
        line
    };
    assert_eq!(reload("/a\n  A: b\n/b\n  A: b\n"), format!("{RELOADED}2"));
    let bad = "millpond: root/_headers:2: 'Date' is the time of the answer, which only the server \
               knows; remove the line; the old header rules stay in use";
    assert_eq!(reload("/a\n  Date: now\n"), bad);
    assert_eq!(reload(RULES), format!("{RELOADED}1"));
    fs::remove_file(site.root("_headers")).unwrap();
    make_fifo(&site.root("_headers"));
    server.signal(Signal::HUP);
    server.next_diagnostic();
    let line = server.next_diagnostic();
    let begin = "millpond: cannot read the header rules 'root/_headers': it is no regular file; ";
    assert!(line.starts_with(begin), "{line}");
    assert!(
        line.ends_with("; the old header rules stay in use"),
        "{line}"
    );
    let expected = Answer::index().with_extra("X-Robots-Tag", "noindex");
    assert_eq!(server.connect().get("/"), expected);
}

#[test]
fn in_the_sandbox_the_file_is_read_again_within_its_folder() {
    if !has_landlock(ABI::V1) {
        return;
    }
    let site = Site::new();
    for folder in ["logs", "rules"] {
        fs::create_dir(site.path(folder)).unwrap();
    }
    site.write("_headers", RULES);
    fs::write(site.path("rules/site"), RULES).unwrap();
    for path in ["root/_headers", "rules/site"] {
        let options = ["--sandbox", "--log", "logs/Log.csv", "--headers", path];
        let mut server = site.start(&options);
        server.next_diagnostic();
        let line = server.next_diagnostic();
        let has_folder = line.contains(", and in the header rules' folder to read; ");
        assert_eq!(has_folder, path == "rules/site", "{line}");
        let new = site.path(&format!("{path}.new"));
        fs::write(&new, RULES).unwrap();
        fs::rename(new, site.path(path)).unwrap();
        server.signal(Signal::HUP);
        server.next_diagnostic();
        let line = server.next_diagnostic();
        assert!(
            line.starts_with("millpond: the header rules were read again"),
            "{line}"
        );
        if path == "root/_headers" {
            is_absent(&server, "_headers");
        }
    }
}
