//! Names that are swapped while the server opens them: not one byte comes from outside the root.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::support::answer::TEXT;
use crate::support::lacking::{OPENAT2, without};
use crate::support::site::make_fifo;
use crate::support::{Answer, Server, Site};

const SWAPS: usize = 100_000;

/// Much less than any timeout of the server, much more than opening a file takes on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(1);

const OPTIONS: [&str; 2] = ["--keep-alive-requests", "0"];

#[test]
fn nothing_comes_from_outside() {
    let site = swapped_site();
    let server = site.start(&OPTIONS);
    race(&site, &server);
}

#[test]
fn nothing_comes_from_outside_without_openat2() {
    let site = swapped_site();
    let server = without(OPENAT2, || site.start(&OPTIONS));
    race(&site, &server);
}

/// `file.txt` and `folder/file.txt`, and beside each a link to a secret, which is swapped with it
/// again and again.
fn swapped_site() -> Site {
    let site = Site::new();
    site.write("file.txt", "inside\n");
    site.write("folder/file.txt", "inside\n");
    fs::create_dir(site.path("outside")).unwrap();
    fs::write(site.path("outside/file.txt"), "secret\n").unwrap();
    symlink("../outside/file.txt", site.root("file-link")).unwrap();
    symlink("../outside", site.root("folder-link")).unwrap();
    site
}

#[track_caller]
fn race(site: &Site, server: &Server) {
    let swapping = AtomicUsize::new(2);
    let swap = |one: &Path, other: &Path| {
        // An even number: in the end each name is back in its place.
        for _ in 0..SWAPS {
            renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).unwrap();
        }
        swapping.fetch_sub(1, Ordering::Relaxed);
    };
    thread::scope(|scope| {
        for name in ["file", "folder"] {
            let link = site.root(format!("{name}-link"));
            let name = if name == "file" { "file.txt" } else { name };
            let name = site.root(name);
            scope.spawn(move || swap(&name, &link));
        }
        for target in ["/file.txt", "/folder/file.txt"] {
            let swapping = &swapping;
            scope.spawn(move || {
                let expected = [Answer::file(TEXT, "inside\n"), Answer::not_found()]
                    .map(|answer| answer.keep_alive("timeout=10"));
                let mut seen = [0_u32; 2];
                let mut client = server.connect();
                while swapping.load(Ordering::Relaxed) > 0 {
                    let answer = client.get(target);
                    let Some(index) = expected.iter().position(|one| *one == answer) else {
                        panic!("{target}: {answer:?}");
                    };
                    seen[index] += 1;
                }
                // Both outcomes occurred, so the race was real; the last answer is the file.
                assert!(seen.iter().all(|&count| count > 0), "{target}: {seen:?}");
                assert_eq!(client.get(target), expected[0], "{target}");
            });
        }
    });
}

#[test]
fn special_files_and_loops_are_not_found_at_once() {
    let site = Site::new();
    make_fifo(&site.root("fifo"));
    let _listener = UnixListener::bind(site.root("socket")).unwrap();
    symlink("loop", site.root("loop")).unwrap();
    symlink("pong", site.root("ping")).unwrap();
    symlink("ping", site.root("pong")).unwrap();
    symlink("/dev/zero", site.root("zero")).unwrap();
    symlink("/proc/self/fd/0", site.root("standard-input")).unwrap();
    let long = format!("/{}", "x".repeat(300));
    let deep = "/x".repeat(3_000);
    let targets = [
        "/fifo",
        "/fifo/",
        "/socket",
        "/loop",
        "/loop/x",
        "/ping",
        "/zero",
        "/standard-input",
        &long,
        &deep,
        "/.hidden",
        "/nul%01",
    ];
    for server in [
        site.start(&OPTIONS),
        without(OPENAT2, || site.start(&OPTIONS)),
    ] {
        let [mut client, mut other] = [server.connect(), server.connect()];
        let expected = Answer::not_found().keep_alive("timeout=10");
        for target in targets {
            let before = Instant::now();
            assert_eq!(client.get(target), expected, "{target}");
            // Another client is served at once as well.
            assert_eq!(other.get("/").status, "HTTP/1.1 200 OK");
            let elapsed = before.elapsed();
            assert!(elapsed < AT_ONCE, "{target}: {elapsed:?}");
        }
    }
}

#[test]
fn a_root_that_is_created_again_under_load_never_serves_an_old_version() {
    const REBUILDS: usize = 100;
    let site = Site::new();
    let server = site.start(&OPTIONS);
    let is_over = AtomicBool::new(false);
    let page = |version: usize| {
        Answer::file(TEXT, format!("version {version:03}\n")).keep_alive("timeout=10")
    };
    let build = |version: usize| {
        fs::remove_dir_all(site.path("root")).unwrap();
        fs::create_dir(site.path("root")).unwrap();
        // The file is there whole or not at all, and never older than a version that a client has
        // seen.
        site.write("next", format!("version {version:03}\n"));
        fs::rename(site.root("next"), site.root("a.txt")).unwrap();
    };
    build(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let missing = Answer::not_found().keep_alive("timeout=10");
                let mut client = server.connect();
                let mut newest = 0;
                while !is_over.load(Ordering::Relaxed) {
                    let answer = client.get("/a.txt");
                    if answer == missing {
                        continue;
                    }
                    let text = String::from_utf8(answer.body.clone()).unwrap();
                    let version = text.trim_start_matches("version ").trim_end();
                    let version = version.parse().unwrap();
                    assert_eq!(answer, page(version));
                    assert!(version >= newest, "{version} after {newest}");
                    newest = version;
                }
            });
        }
        let rebuilt = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut client = server.connect();
            for version in 1..=REBUILDS {
                build(version);
                assert_eq!(client.get("/a.txt"), page(version));
            }
        }));
        is_over.store(true, Ordering::Relaxed);
        rebuilt.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}
