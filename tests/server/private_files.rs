//! Files that hold clients' requests are for the operator alone: who may read them, where they may lie,
//! and that they are not served.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::{Answer, Site};

const OPTIONS: [&str; 2] = ["--trace-file", "--flight-recorder"];

/// The server does not start, and says why in one line.
#[track_caller]
fn refused(site: &Site, option: &str, path: &str, why: &str) {
    let output = site.run(&[option, path]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    let begin = format!("millpond: cannot record events in '{path}': ");
    assert!(text.starts_with(&begin), "{text}");
    assert!(text.contains(why), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

fn make_shared(site: &Site, folder: &str) {
    fs::create_dir(site.path(folder)).unwrap();
    fs::set_permissions(site.path(folder), Permissions::from_mode(0o1777)).unwrap();
}

#[test]
fn only_the_server_s_user_may_read_them() {
    let site = Site::new();
    make_shared(&site, "shared");
    for option in OPTIONS {
        for path in ["events.json", "shared/events.json"] {
            let mut server = site.start(&[option, path]);
            server.stop();
            let mode = fs::metadata(site.path(path)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{option} {path}");
            // The next run finds its own file there.
            site.start(&[option, path]).stop();
            fs::remove_file(site.path(path)).unwrap();
        }
    }
}

#[test]
fn a_file_that_others_could_read_is_closed_to_them() {
    let site = Site::new();
    let mode_of = |path: &str| fs::metadata(site.path(path)).unwrap().permissions().mode() & 0o777;
    for option in OPTIONS {
        for (before, after) in [
            (0o644, 0o600),
            (0o666, 0o600),
            (0o777, 0o700),
            (0o200, 0o200),
        ] {
            fs::write(site.path("events.json"), "[]").unwrap();
            fs::set_permissions(site.path("events.json"), Permissions::from_mode(before)).unwrap();
            site.start(&[option, "events.json"]).stop();
            assert_eq!(mode_of("events.json"), after, "{option} {before:o}");
            fs::remove_file(site.path("events.json")).unwrap();
        }
        // What is no regular file keeps nothing that could be read later.
        let null = fs::metadata("/dev/null").unwrap().permissions().mode();
        site.start(&[option, "/dev/null"]).stop();
        let mode = fs::metadata("/dev/null").unwrap().permissions().mode();
        assert_eq!(mode, null);
    }
}

#[test]
fn no_link_of_others_is_followed() {
    let site = Site::new();
    make_shared(&site, "shared");
    fs::create_dir(site.path("own")).unwrap();
    fs::write(site.path("victim"), "precious").unwrap();
    symlink("../victim", site.path("shared/link.json")).unwrap();
    symlink("../new", site.path("shared/dangling.json")).unwrap();
    symlink("../own", site.path("shared/folder")).unwrap();
    symlink("shared/link.json", site.path("chain.json")).unwrap();
    let linked = [
        "shared/link.json",
        "shared/dangling.json",
        "shared/folder/new.json",
        "chain.json",
    ];
    for option in OPTIONS {
        for path in linked {
            refused(
                &site,
                option,
                path,
                "to which others may write, is not followed",
            );
        }
    }
    fs::hard_link(site.path("victim"), site.path("shared/hard.json")).unwrap();
    refused(&site, OPTIONS[0], "shared/hard.json", "has other names");
    assert_eq!(fs::read_to_string(site.path("victim")).unwrap(), "precious");
    assert!(!site.path("new").exists() && !site.path("own/new.json").exists());
    // Where no other user may write, a link is the operator's.
    symlink("own/real.json", site.path("mine.json")).unwrap();
    site.start(&[OPTIONS[0], "mine.json"]).stop();
    assert!(site.path("own/real.json").exists());
}

#[test]
fn none_lies_in_the_folder_that_is_served_by_way_of_a_link() {
    let site = Site::new();
    fs::create_dir(site.root("sub")).unwrap();
    symlink("root/sub", site.path("folder")).unwrap();
    symlink("root/new.json", site.path("dangling.json")).unwrap();
    for option in OPTIONS {
        for path in ["folder/events.json", "dangling.json", "root/sub/../x.json"] {
            refused(&site, option, path, "the folder that is served");
        }
    }
    let names = fs::read_dir(site.path("root")).unwrap().count();
    assert_eq!(names, 2, "index.html and sub");
    assert_eq!(fs::read_dir(site.root("sub")).unwrap().count(), 0);
}

/// Two of them in one file would write over each other, and one of them over the log.
#[test]
fn none_is_a_file_that_the_server_writes_something_else_to() {
    let site = Site::new();
    site.start(&[]).stop();
    fs::hard_link(site.log(), site.path("hard.csv")).unwrap();
    symlink("Log.csv", site.path("link.csv")).unwrap();
    let log = fs::read(site.log()).unwrap();
    let mode = fs::metadata(site.log()).unwrap().permissions();
    for option in OPTIONS {
        for path in ["Log.csv", "hard.csv", "link.csv"] {
            refused(
                &site,
                option,
                path,
                "another option writes to the same file",
            );
        }
    }
    assert_eq!(fs::read(site.log()).unwrap(), log);
    assert_eq!(fs::metadata(site.log()).unwrap().permissions(), mode);
    let both = |path| [OPTIONS[0], path, OPTIONS[1], path];
    let output = site.run(&both("one.json"));
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("another option writes to the same file"),
        "{text}"
    );
    site.start(&both("/dev/null")).stop();
    // Not even a log that is yet to be made.
    fs::remove_file(site.log()).unwrap();
    refused(
        &site,
        OPTIONS[0],
        "Log.csv",
        "another option writes to the same file",
    );
}

#[test]
fn none_is_served_by_way_of_a_hard_link() {
    let site = Site::new();
    for name in ["trace.json", "last.json", "out.txt", "err.txt"] {
        File::create(site.path(name)).unwrap();
        fs::hard_link(site.path(name), site.root(name)).unwrap();
    }
    let options = [
        "--trace-file",
        "trace.json",
        "--flight-recorder",
        "last.json",
    ];
    let server = site.start(&options);
    for path in ["/trace.json", "/last.json"] {
        let answer = server.connect().get(path);
        assert_eq!(answer, Answer::not_found(), "{path}");
    }
    drop(server);
    // The same for what the two standard streams are written to.
    let mut command = site.command(&[]);
    let append = |name| File::options().append(true).open(site.path(name)).unwrap();
    command.stdout(append("out.txt")).stderr(append("err.txt"));
    let mut child = command.spawn().unwrap();
    let address = crate::support::eventually("the address", || {
        let text = fs::read_to_string(site.path("out.txt")).unwrap();
        let line = text.lines().next()?;
        Some(crate::support::server::announced(line))
    });
    for path in ["/out.txt", "/err.txt"] {
        let answer = crate::support::Client::connect(address).get(path);
        assert_eq!(answer, Answer::not_found(), "{path}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
