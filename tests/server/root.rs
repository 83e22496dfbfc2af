//! The files change while the server runs: each answer is the file as it is now.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::support::answer::TEXT;
use crate::support::{Answer, Client, Site};

fn page(content: &str) -> Answer {
    Answer::file(TEXT, content)
}

/// Asks for `/a.txt` as the connection's request of this index.
#[track_caller]
fn expect(client: &mut Client, index: usize, expected: Answer) {
    assert_eq!(client.get("/a.txt"), expected.left(997 - index));
}

#[test]
fn a_root_that_is_swapped_removed_or_created_again_is_followed() {
    let site = Site::new();
    site.write("a.txt", "old\n");
    let server = site.start(&[]);
    let mut client = server.connect();
    expect(&mut client, 0, page("old\n"));

    fs::rename(site.path("root"), site.path("before")).unwrap();
    expect(&mut client, 1, Answer::not_found());

    site.write("a.txt", "new\n");
    expect(&mut client, 2, page("new\n"));

    fs::remove_dir_all(site.path("root")).unwrap();
    expect(&mut client, 3, Answer::not_found());

    fs::write(site.path("root"), "no folder").unwrap();
    expect(&mut client, 4, Answer::not_found());

    fs::remove_file(site.path("root")).unwrap();
    fs::rename(site.path("before"), site.path("root")).unwrap();
    expect(&mut client, 5, page("old\n"));
}

#[test]
fn a_root_that_is_a_link_is_followed_to_the_new_release() {
    let site = Site::new();
    site.write("a.txt", "one\n");
    fs::rename(site.path("root"), site.path("release-1")).unwrap();
    site.write("a.txt", "two\n");
    fs::rename(site.path("root"), site.path("release-2")).unwrap();
    symlink("release-1", site.path("root")).unwrap();
    let server = site.start(&[]);
    let mut client = server.connect();
    expect(&mut client, 0, page("one\n"));
    // As deployments do it: another link is renamed over the first one.
    symlink("release-2", site.path("next")).unwrap();
    fs::rename(site.path("next"), site.path("root")).unwrap();
    expect(&mut client, 1, page("two\n"));
}

#[test]
fn a_file_rewritten_with_the_same_length_and_time_shows_its_new_content() {
    let site = Site::new();
    let server = site.start(&[]);
    let mut client = server.connect();
    expect(&mut client, 0, Answer::not_found());
    // Same length, same time: only the content tells the versions apart.
    for (count, content) in ["one\n", "two\n", "six\n"]
        .into_iter()
        .cycle()
        .take(90)
        .enumerate()
    {
        site.write("a.txt", content);
        expect(&mut client, count + 1, page(content));
    }
    fs::remove_file(site.root("a.txt")).unwrap();
    expect(&mut client, 91, Answer::not_found());
}

/// Repeats `storm` in a second thread while `meanwhile` runs.
fn beside(storm: impl Fn() + Sync, meanwhile: impl FnOnce()) {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                storm();
            }
        });
        // On a panic, too: the scope waits for its thread.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(meanwhile));
        is_over.store(true, Ordering::Relaxed);
        if let Err(panic) = result {
            std::panic::resume_unwind(panic);
        }
    });
}

#[test]
fn renames_elsewhere_hide_no_file() {
    let site = Site::new();
    site.write("a.txt", "a\n");
    site.write("sub/other", "");
    // While any file on the system is renamed, openat2 answers EAGAIN to a link that leads upwards.
    symlink("../a.txt", site.root("sub/up.txt")).unwrap();
    let server = site.start(&["--keep-alive-requests", "0"]);
    let [here, there] = [site.root("sub/other"), site.path("there")];
    let rename = || {
        fs::rename(&here, &there).unwrap();
        fs::rename(&there, &here).unwrap();
    };
    beside(rename, || {
        let mut client = server.connect();
        for _ in 0..5_000 {
            assert_eq!(
                client.get("/sub/up.txt"),
                page("a\n").keep_alive("timeout=10")
            );
        }
    });
}

#[test]
fn a_link_that_is_swapped_never_leads_outside() {
    let site = Site::new();
    site.write("a.txt", "a\n");
    fs::write(site.path("secret.txt"), "secret\n").unwrap();
    symlink("a.txt", site.root("link.txt")).unwrap();
    let server = site.start(&["--keep-alive-requests", "0"]);
    let swap = || {
        for to in ["../secret.txt", "a.txt"] {
            symlink(to, site.path("next")).unwrap();
            fs::rename(site.path("next"), site.root("link.txt")).unwrap();
        }
    };
    beside(swap, || {
        let mut client = server.connect();
        let [inside, outside] = [page("a\n"), Answer::not_found()];
        let expected = [inside, outside].map(|answer| answer.keep_alive("timeout=10"));
        for _ in 0..5_000 {
            let answer = client.get("/link.txt");
            assert!(expected.contains(&answer), "{answer:?}");
        }
    });
}
