//! How it starts, and how it refuses to: one line with the thing and the cure, and a status.

use std::fs;
use std::net::TcpListener;
use std::process::Output;

use millpond::os::descriptors::for_connections;
use rustix::process::{Resource, getrlimit};

use crate::support::Site;

/// It printed nothing but one line on standard error, and ended with this status.
#[track_caller]
fn expect(output: &Output, status: i32, line: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(error, format!("millpond: {line}\n"));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    assert_eq!(output.status.code(), Some(status));
}

#[test]
fn a_missing_root() {
    let site = Site::new();
    fs::remove_dir_all(site.path("root")).unwrap();
    let cure = "name an existing folder, as in: millpond path/to/site";
    let line =
        format!("cannot serve the folder 'root': No such file or directory (os error 2); {cure}");
    expect(&site.run(&[]), 1, &line);
    fs::write(site.path("root"), "no folder").unwrap();
    let line = format!("cannot serve the folder 'root': Not a directory (os error 20); {cure}");
    expect(&site.run(&[]), 1, &line);
    assert!(!site.log().exists(), "a log of a server that never was");
}

#[test]
fn a_port_in_use() {
    let site = Site::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let line = format!(
        "cannot listen on {address}: Address already in use (os error 98); stop the other server, \
         or choose another port with --listen ADDR:PORT"
    );
    expect(&site.run(&["--listen", &address.to_string()]), 1, &line);
    let port = address.port().to_string();
    expect(&site.run(&["-p", &port]), 1, &line);
    expect(
        &site.run(&["--listen", "127.0.0.1:0", "--listen", &port]),
        1,
        &line,
    );
}

#[test]
fn an_address_of_another_machine() {
    let site = Site::new();
    // Set aside for documentation: nobody has it.
    let output = site.run(&["--listen", "192.0.2.1:0"]);
    let line = "cannot listen on 192.0.2.1:0: Cannot assign requested address (os error 99); \
                choose an address of this machine with --listen ADDR:PORT";
    expect(&output, 1, line);
}

#[test]
fn a_log_that_cannot_be_opened() {
    let site = Site::new();
    fs::create_dir(site.path("folder")).unwrap();
    let table = [
        ("missing/Log.csv", "No such file or directory (os error 2)"),
        ("folder", "Is a directory (os error 21)"),
        ("root/index.html/Log.csv", "Not a directory (os error 20)"),
    ];
    for (log, reason) in table {
        let line = format!(
            "cannot open the log '{log}': {reason}; name another file with --log FILE, or use \
             --no-log"
        );
        expect(&site.run(&["--log", log]), 1, &line);
    }
}

#[test]
fn options_that_cannot_be_meant() {
    let table: [(&[&str], &str); 9] = [
        (&["--bad"], "--bad"),
        (&["another-root"], "root"),
        (&["--listen", "localhost:1"], "localhost:1"),
        (&["-p", "65536"], "65536"),
        (&["--keep-alive", "ten"], "ten"),
        (&["--keep-alive-requests", "-1"], "-1"),
        (&["--head-timeout", "0"], "0"),
        (&["--stall-timeout", "nan"], "nan"),
        (&["--no-log", "--log", "Log.csv"], "--no-log"),
    ];
    let site = Site::new();
    for (options, thing) in table {
        let output = site.run(options);
        let error = String::from_utf8(output.stderr.clone()).unwrap();
        let line = error
            .strip_prefix("millpond: ")
            .unwrap()
            .strip_suffix('\n')
            .unwrap();
        expect(&output, 2, line);
        assert!(!line.contains('\n'), "more than one line: {error}");
        assert!(line.contains(&format!("'{thing}")), "{thing} in {line}");
        assert!(line.ends_with("; see millpond --help"), "{line}");
    }
}

#[test]
fn help_and_version() {
    let site = Site::new();
    for option in ["--version", "-V"] {
        let output = site.run(&[option]);
        let version = format!("millpond {}\n", env!("CARGO_PKG_VERSION"));
        assert_eq!(String::from_utf8_lossy(&output.stdout), version);
        assert_eq!((output.stderr.len(), output.status.code()), (0, Some(0)));
    }
    for option in ["--help", "-h"] {
        let output = site.run(&[option]);
        let help = String::from_utf8_lossy(&output.stdout);
        assert!(help.contains("Usage: millpond [OPTIONS] [ROOT]"), "{help}");
        assert_eq!((output.stderr.len(), output.status.code()), (0, Some(0)));
    }
}

#[test]
fn the_banner_says_what_holds() {
    let site = Site::new();
    let mut server = site.start(&["--max-connections", "100", "--keep-alive", "2.5"]);
    // The soft limit has been raised to the hard one.
    let descriptors = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    let expected = format!(
        "millpond: {} serves 'root'; {descriptors} descriptors, at most 100 connections (as asked \
         for), backlog 4096; cache 16 MiB; keep-alive 2.5 s, 998 requests; heads up to 16 KiB; head \
         timeout 10 s, stall timeout 30 s; log 'Log.csv'",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(server.next_diagnostic(), expected);

    let mut server = site.start(&["--no-log", "--cache", "0"]);
    let banner = server.next_diagnostic();
    let cap = for_connections(descriptors);
    let reserve = descriptors - cap as u64;
    let expected = format!(
        "{descriptors} descriptors, at most {cap} connections (descriptors less {reserve} in \
         reserve), backlog 4096; no cache; "
    );
    assert!(banner.contains(&expected), "{banner}");
    assert!(banner.ends_with("; log none"), "{banner}");
}
