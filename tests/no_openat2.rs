//! Kernels without `openat2`: the lookup walks the path step by step, and finds the same files.
//!
//! A test program of its own: a process that has found the call missing never tries it again, so
//! every other test would take the second way too.

// A failing test panics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::thread;

use millpond::files::{CacheLimits, DocumentRoot};
use millpond::os::transport::read_at;
use millpond::response::resource::{Content, Documents, LookupError};
use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, mknodat, openat2};
use rustix::io::Errno;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};

/// The call's number, the same on all architectures, and the error of a kernel without it.
const OPENAT2: i64 = 437;
const ENOSYS: u32 = 38;

/// Makes `openat2` fail on this thread (seccomp(2)).
fn forget_openat2() {
    let machine = TargetArch::try_from(std::env::consts::ARCH).unwrap();
    let filter = SeccompFilter::new(
        BTreeMap::from([(OPENAT2, Vec::new())]),
        SeccompAction::Allow,
        SeccompAction::Errno(ENOSYS),
        machine,
    );
    let filter: BpfProgram = filter.unwrap().try_into().unwrap();
    apply_filter(&filter).unwrap();
    let opened = openat2(CWD, "/", OFlags::PATH, Mode::empty(), ResolveFlags::BENEATH);
    assert_eq!(opened.unwrap_err(), Errno::NOSYS);
}

fn find(documents: &mut DocumentRoot, path: &str) -> Result<Vec<u8>, LookupError> {
    documents
        .find(path.as_bytes())
        .map(|resource| match &resource.content {
            Content::Bytes(bytes) => bytes.to_vec(),
            Content::File(file) => {
                let mut bytes = vec![0; usize::try_from(resource.length).unwrap()];
                read_at(file, &mut bytes, 0).unwrap();
                bytes
            }
        })
}

/// A root with one entry of every kind, and a secret outside it.
fn build(directory: &Path) -> UnixListener {
    let root = directory.join("root");
    fs::create_dir_all(root.join("sub")).unwrap();
    fs::write(directory.join("secret"), "secret").unwrap();
    fs::write(root.join("a"), "content of a").unwrap();
    fs::write(root.join("sub/b"), "content of b").unwrap();
    fs::write(root.join("large"), vec![7; 100_000]).unwrap();
    fs::hard_link(directory.join("secret"), root.join("hard")).unwrap();
    let links = [
        ("link", "a"),
        ("detour", "sub/../a"),
        ("sub/up", "../a"),
        ("to-sub", "sub"),
        ("out", "../secret"),
        ("up", ".."),
        ("through", "sub/../../secret"),
        ("out-and-in", "../root/a"),
        ("loop", "loop"),
        ("ping", "pong"),
        ("pong", "ping"),
        ("dangling", "nowhere"),
        ("process", "/proc/self"),
    ];
    for (link, to) in links {
        symlink(to, root.join(link)).unwrap();
    }
    symlink(directory.join("secret"), root.join("absolute-out")).unwrap();
    symlink(root.join("a"), root.join("absolute-in")).unwrap();
    mknodat(
        CWD,
        root.join("fifo"),
        FileType::Fifo,
        Mode::from_raw_mode(0o644),
        0,
    )
    .unwrap();
    UnixListener::bind(root.join("socket")).unwrap()
}

fn check_lookups() {
    let directory = tempfile::tempdir().unwrap();
    let _socket = build(directory.path());
    let long = "x".repeat(300);
    let deep = "x/".repeat(3_000);
    let [a, b] = ["a", "b"].map(|name| Ok(format!("content of {name}").into_bytes()));
    let missing = || Err(LookupError::NotFound);
    let table = [
        ("a", a.clone()),
        ("link", a.clone()),
        ("detour", a.clone()),
        ("sub/up", a.clone()),
        ("to-sub/up", a.clone()),
        ("sub/b", b.clone()),
        ("to-sub/b", b),
        ("large", Ok(vec![7; 100_000])),
        // A hard link is another name of the file itself, made by a user that may do so.
        ("hard", Ok(b"secret".to_vec())),
        ("sub", Err(LookupError::IsDirectory)),
        ("to-sub", Err(LookupError::IsDirectory)),
        ("b", missing()),
        ("a/b", missing()),
        ("a/index.html", missing()),
        ("out", missing()),
        ("up", missing()),
        ("up/secret", missing()),
        ("through", missing()),
        ("out-and-in", missing()),
        ("absolute-out", missing()),
        // An absolute link that leads back in.
        ("absolute-in", a),
        ("process/environ", missing()),
        ("loop", missing()),
        ("ping", missing()),
        ("dangling", missing()),
        ("fifo", missing()),
        ("socket", missing()),
        (long.as_str(), missing()),
        (deep.as_str(), missing()),
    ];
    let mut documents =
        DocumentRoot::open(&directory.path().join("root"), CacheLimits::NONE).unwrap();
    for (path, expected) in table {
        assert_eq!(find(&mut documents, path), expected, "{path}");
        documents.end_turn();
    }
}

#[test]
fn without_openat2_the_same_files_are_found() {
    thread::spawn(|| {
        forget_openat2();
        check_lookups();
    })
    .join()
    .unwrap();
}
