//! The house rules that a test can hold: the maps are true, every room looks downstairs only, a
//! crate has one door, files and functions are short, words mean one thing, and what the documents
//! name is there. `cargo test --test house -- --nocapture` prints the figures.

// A failing test is what panics are for here.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "house/arrows.rs"]
mod arrows;
#[path = "house/documents.rs"]
mod documents;
#[path = "house/sizes.rs"]
mod sizes;
#[path = "house/tree.rs"]
mod tree;
#[path = "house/words.rs"]
mod words;

use std::collections::{BTreeMap, BTreeSet};

use self::tree::{Package, packages};

/// Room → level, from the table in the map.
fn levels(package: &Package) -> BTreeMap<String, u32> {
    package
        .map_text()
        .lines()
        .filter_map(|line| line.strip_prefix("//! | ")?.split_once(" | [`"))
        .filter_map(|(level, rest)| {
            let name = rest.split('`').next().unwrap();
            Some((name.to_owned(), level.parse().ok()?))
        })
        .collect()
}

#[test]
fn the_maps_name_every_room_and_no_other() {
    for package in packages() {
        let sources = package.sources();
        let rooms: BTreeSet<&str> = sources.values().map(tree::Source::room).collect();
        let levels = levels(&package);
        let named: BTreeSet<&str> = levels.keys().map(String::as_str).collect();
        assert_eq!(named, rooms, "{}", package.name);
        assert!(!named.is_empty());
    }
}

#[test]
fn every_room_looks_downstairs_only() {
    for package in packages() {
        let (sources, levels) = (package.sources(), levels(&package));
        let files = arrows::between_files(&sources);
        let rooms = arrows::between_rooms(&sources, &files);
        for (room, used) in &rooms {
            for other in used {
                assert!(
                    levels[other] < levels[room],
                    "{}: {room}, of level {}, uses {other}, of level {}",
                    package.name,
                    levels[room],
                    levels[other]
                );
            }
        }
        println!(
            "{}: {} rooms, {} arrows between them, none upward; {} files, {} arrows between them",
            package.name,
            rooms.len(),
            rooms.values().map(BTreeSet::len).sum::<usize>(),
            files.len(),
            files.values().map(BTreeSet::len).sum::<usize>(),
        );
    }
}

/// Held for the server. In the swarm a room's file and its folder still use each other.
#[test]
fn no_files_of_the_server_use_each_other_in_a_circle() {
    let [server, _] = packages();
    let arrows = arrows::between_files(&server.sources());
    assert_eq!(arrows::circle(&arrows), None);
}

/// Of each crate, the rooms or files that may use it.
type Doors = &'static [(&'static str, &'static [&'static str])];

const SERVER_DOORS: Doors = &[
    (
        "mio",
        &[
            "server",
            "admin",
            "os/bind.rs",
            "os/listeners.rs",
            "os/transport.rs",
        ],
    ),
    ("slab", &["connection_table/mod.rs"]),
    ("httparse", &["http"]),
    ("csv", &["log/csv_row.rs"]),
    ("httpdate", &["http/date.rs"]),
    ("mime_guess", &["http/media_type.rs"]),
    (
        "percent_encoding",
        &[
            "http/target.rs",
            "http/request_line.rs",
            "http/header_rules/pattern.rs",
        ],
    ),
    ("cap_std", &["files/root.rs"]),
    ("lru", &["files"]),
    ("humantime", &["log", "cli", "response/listing/page.rs"]),
    ("landlock", &["os/sandbox.rs"]),
    (
        "nix",
        &[
            "os/defer_accept.rs",
            "os/refuse_handshakes.rs",
            "os/seccomp.rs",
            "os/seccomp/allowed.rs",
        ],
    ),
    ("seccompiler", &["os/seccomp.rs"]),
    ("socket2", &["os/bind.rs"]),
    ("signal_hook", &["os/stop_signals.rs", "server/signals.rs"]),
    ("signal_hook_mio", &["server/signals.rs"]),
    ("lexopt", &["cli"]),
];

const SWARM_DOORS: Doors = &[
    ("mio", &["client", "run.rs", "swarm"]),
    ("httparse", &["answer"]),
    ("socket2", &["swarm/connect.rs"]),
    ("indicatif", &["progress.rs"]),
    ("serde_json", &["report", "error.rs"]),
];

#[test]
fn each_crate_has_its_door() {
    for (package, doors) in packages().iter().zip([SERVER_DOORS, SWARM_DOORS]) {
        for source in package.sources().values() {
            for (name, allowed) in doors {
                let is_used = source.code.lines().any(|line| {
                    line.match_indices(&format!("{name}::")).any(|(at, _)| {
                        let before = line[..at].chars().next_back().unwrap_or(' ');
                        !before.is_alphanumeric() && before != '_' && before != ':'
                    })
                });
                let is_allowed = |door: &&str| {
                    source.path == *door
                        || source.room() == door.trim_end_matches(".rs") && !door.contains('/')
                };
                assert!(
                    !is_used || allowed.iter().any(is_allowed),
                    "{} does not go through the door of {name}",
                    source.path
                );
            }
        }
    }
}
