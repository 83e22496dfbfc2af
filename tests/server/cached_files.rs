//! Files that the server caches between requests: each answer is the file as it is now.

use std::fs;
use std::os::unix::fs::symlink;

use millpond::os::descriptors::for_cache;
use rustix::process::{Resource, getrlimit};

use crate::support::answer::TEXT;
use crate::support::wait::eventually;
use crate::support::{Answer, Client, Server, Site};

const OPTIONS: [&str; 2] = ["--keep-alive-requests", "0"];

const NAMES: [&str; 2] = ["small.txt", "large.txt"];

/// Larger than the files that are read into memory.
const LARGE: usize = 100_000;

fn content(name: &str, byte: &str) -> String {
    byte.repeat(if name == "small.txt" { 100 } else { LARGE })
}

/// What is done to a file of this name and content, and its content afterwards; `None` if it is no
/// file any more.
type Change = (&'static str, fn(&Site, &str), Option<fn(&str) -> String>);

const CHANGES: [Change; 6] = [
    (
        "rewritten",
        |site, name| site.write(name, content(name, "b")),
        Some(|name| content(name, "b")),
    ),
    (
        "replaced",
        |site, name| {
            site.write("new", content(name, "b"));
            fs::rename(site.root("new"), site.root(name)).unwrap();
        },
        Some(|name| content(name, "b")),
    ),
    (
        "cut short",
        |site, name| site.write(name, "b"),
        Some(|_| "b".to_owned()),
    ),
    (
        "deleted",
        |site, name| fs::remove_file(site.root(name)).unwrap(),
        None,
    ),
    (
        "moved outside and linked to",
        |site, name| {
            fs::rename(site.root(name), site.path(name)).unwrap();
            symlink(format!("../{name}"), site.root(name)).unwrap();
        },
        None,
    ),
    (
        "gone with the root, which is made again",
        |site, name| {
            let old = site.path(&format!("old-{name}"));
            fs::rename(site.path("root"), old).unwrap();
            site.write(name, content(name, "b"));
        },
        Some(|name| content(name, "b")),
    ),
];

#[test]
fn each_change_shows_in_the_next_answer() {
    let limit = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    if for_cache(limit) == 0 {
        eprintln!(
            "skipped: with {limit} descriptors the server caches no open file, so the test cannot see one"
        );
        return;
    }
    // All servers start before the first change, so that their files age together.
    let sites: Vec<_> = CHANGES
        .iter()
        .flat_map(|change| NAMES.map(|name| (change, name, started())))
        .collect();
    for ((what, change, after), name, (site, server)) in sites {
        let mut client = server.connect();
        wait_until_cached(&server, &mut client);
        change(&site, name);
        let expected = match after {
            Some(content) => Answer::file(TEXT, content(name)),
            None => Answer::not_found(),
        };
        let answer = client.get(&format!("/{name}"));
        assert_eq!(answer, expected.keep_alive("timeout=10"), "{name} {what}");
    }
}

fn started() -> (Site, Server) {
    let site = Site::new();
    for name in NAMES {
        site.write(name, content(name, "a"));
    }
    let server = site.start(&OPTIONS);
    (site, server)
}

/// Requests both files until the large one stays open. By then the small one, which is older, is
/// cached too.
#[track_caller]
fn wait_until_cached(server: &Server, client: &mut Client) {
    eventually("a file that stays open", || {
        for name in NAMES {
            let expected = Answer::file(TEXT, content(name, "a"));
            let answer = client.get(&format!("/{name}"));
            assert_eq!(answer, expected.keep_alive("timeout=10"), "{name}");
        }
        // The turn that sent the last answer is over when the next answer arrives; a file that is
        // open now stays open.
        client.get("/");
        has_open(server, "large.txt").then_some(())
    });
}

fn has_open(server: &Server, name: &str) -> bool {
    let folder = format!("/proc/{}/fd", server.process().as_raw_nonzero());
    fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.unwrap().path()).ok())
        .any(|path| path.ends_with(name))
}

/// The server may accept a connection in the same turn of the loop in which it has answered the one
/// before, and must not answer it with a lookup from before it came. This is a race: without the
/// validation epoch, one connection in a few hundred loses it.
#[test]
fn each_new_connection_sees_the_change_made_before_it_came() {
    let site = Site::new();
    let server = site.start(&["--quiet"]);
    for round in 0..2_000 {
        let answer = server.connect().get("/new.txt");
        assert_eq!(answer, Answer::not_found(), "{round}");
        site.write("new.txt", "new");
        let answer = server.connect().get("/new.txt");
        assert_eq!(answer, Answer::file(TEXT, "new"), "{round}");
        fs::remove_file(site.root("new.txt")).unwrap();
    }
}
