//! What lies outside the root, or is not a regular file, does not exist for clients: 404, at once.

use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::support::answer::TEXT;
use crate::support::site::make_fifo;
use crate::support::{Answer, Server, Site};

const OCTETS: &str = "application/octet-stream";

/// The user id that owns no files.
const NOBODY: u32 = 65_534;

#[test]
fn links_are_followed_inside_the_root_only() {
    let site = Site::new();
    site.write("a.txt", "a\n");
    site.write("sub/b.txt", "b\n");
    fs::write(site.path("secret.txt"), "secret\n").unwrap();
    fs::create_dir(site.path("outside")).unwrap();
    fs::write(site.path("outside/secret.txt"), "secret\n").unwrap();
    let [a, b, nothing] = [
        Answer::file(TEXT, "a\n"),
        Answer::file(TEXT, "b\n"),
        Answer::not_found(),
    ];
    let inside = site.root("a.txt").display().to_string();
    let table = [
        // The link, its destination, the target that is requested, and the expected answer.
        ("to-a.txt", "a.txt", "/to-a.txt", &a),
        ("sub/up.txt", "../a.txt", "/sub/up.txt", &a),
        ("to-sub", "sub", "/to-sub/b.txt", &b),
        ("chain.txt", "to-sub/../to-a.txt", "/chain.txt", &a),
        ("around.txt", "sub/../sub/b.txt", "/around.txt", &b),
        ("broken.txt", "nothing.txt", "/broken.txt", &nothing),
        ("loop.txt", "loop.txt", "/loop.txt", &nothing),
        ("ping.txt", "pong.txt", "/ping.txt", &nothing),
        ("pong.txt", "ping.txt", "/pong.txt", &nothing),
        ("out.txt", "../secret.txt", "/out.txt", &nothing),
        ("out", "../outside", "/out/secret.txt", &nothing),
        (
            "out-and-in.txt",
            "../root/a.txt",
            "/out-and-in.txt",
            &nothing,
        ),
        ("passwd", "/etc/passwd", "/passwd", &nothing),
        ("slash", "/", "/slash/etc/passwd", &nothing),
        ("absolute.txt", &inside, "/absolute.txt", &a),
        ("process", "/proc/self", "/process/environ", &nothing),
    ];
    let server = site.start(&[]);
    let mut client = server.connect();
    for (index, (link, to, target, expected)) in table.into_iter().enumerate() {
        symlink(to, site.root(link)).unwrap();
        let expected = expected.clone().left(997 - index);
        assert_eq!(client.get(target), expected, "{link} -> {to}");
    }
}

#[test]
fn only_regular_files_are_served() {
    let site = Site::new();
    make_fifo(&site.root("fifo"));
    let _listener = UnixListener::bind(site.root("socket")).unwrap();
    symlink("/dev/zero", site.root("zero")).unwrap();
    fs::create_dir_all(site.root("sub/index.html")).unwrap();
    let server = site.start(&[]);
    let mut client = server.connect();
    for (index, target) in ["/fifo", "/socket", "/zero", "/fifo/", "/fifo"]
        .into_iter()
        .enumerate()
    {
        assert_eq!(
            client.get(target),
            Answer::not_found().left(997 - index),
            "{target}"
        );
    }
    // A directory's index that is itself a directory.
    assert_eq!(client.get("/sub/").status, "HTTP/1.1 404 Not Found");
}

#[test]
fn a_file_that_cannot_be_read_is_not_found() {
    let site = Site::new();
    site.write("a.txt", "a\n");
    site.write("secret.txt", "secret\n");
    fs::set_permissions(site.root("secret.txt"), Permissions::from_mode(0o000)).unwrap();
    let mut command = site.command(&["--no-log"]);
    if File::open(site.root("secret.txt")).is_ok() {
        // Root can read every file, so another user has to serve.
        let mut version = Command::new(command.get_program());
        if version
            .arg("--version")
            .uid(NOBODY)
            .gid(NOBODY)
            .output()
            .is_err()
        {
            println!("skipped: root can read every file, and no other user can run the binary");
            return;
        }
        fs::set_permissions(site.path(""), Permissions::from_mode(0o755)).unwrap();
        command.uid(NOBODY).gid(NOBODY);
    }
    let server = Server::spawn(command);
    let mut client = server.connect();
    assert_eq!(client.get("/a.txt"), Answer::file(TEXT, "a\n"));
    assert_eq!(client.get("/secret.txt"), Answer::not_found().left(996));
}

#[test]
fn an_empty_file_is_served_with_length_zero() {
    let site = Site::new();
    site.write("empty.txt", "");
    let server = site.start(&[]);
    let mut client = server.connect();
    assert_eq!(client.get("/empty.txt"), Answer::file(TEXT, ""));
    assert_eq!(client.get("/empty.txt"), Answer::file(TEXT, "").left(996));
}

#[test]
fn a_file_beyond_four_gigabytes_has_its_full_length() {
    const LENGTH: u64 = 5 * 1024 * 1024 * 1024;
    let site = Site::new();
    site.write_sparse("large", LENGTH);
    let server = site.start(&[]);
    let mut client = server.connect();
    let mut expected = Answer::file(OCTETS, "");
    for (name, value) in &mut expected.fields {
        if name == "Content-Length" {
            *value = LENGTH.to_string();
        }
    }
    assert_eq!(client.ask("HEAD", "/large", ""), expected.clone());
    client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.head(), expected.left(996));
    assert_eq!(client.read(1_000_000), vec![0; 1_000_000]);
}

#[test]
fn the_log_beneath_the_root_is_not_served() {
    let site = Site::new();
    let mut server = site.start(&["--log", "root/Log.csv"]);
    fs::hard_link(site.root("Log.csv"), site.root("other.csv")).unwrap();
    symlink("Log.csv", site.root("link.csv")).unwrap();
    let mut client = server.connect();
    for (index, target) in ["/Log.csv", "/other.csv", "/link.csv"]
        .into_iter()
        .enumerate()
    {
        assert_eq!(
            client.get(target),
            Answer::not_found().left(997 - index),
            "{target}"
        );
    }
    assert_eq!(
        server.next_diagnostic(),
        "millpond: the log 'root/Log.csv' lies in the folder that is served; it will not be \
         served itself"
    );
    // The log is written despite the warning.
    server.stop();
    let mut text = String::new();
    File::open(site.root("Log.csv"))
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text.lines().count(), 4, "{text}");
}
