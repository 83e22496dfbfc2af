//! How the server starts, and how it fails to start: one line with the fault and its cure, and an
//! exit status.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, ChildStdout, Output};

use millpond::os::descriptors::for_connections;
use rustix::process::{Resource, getrlimit};

use crate::support::answer::HTML;
use crate::support::server::announced;
use crate::support::site::INDEX;
use crate::support::{Answer, Client, Site};

/// The server printed exactly one line on standard error, and ended with this status.
#[track_caller]
fn expect(output: &Output, status: i32, line: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(error, format!("millpond: {line}\n"));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    assert_eq!(output.status.code(), Some(status));
}

#[test]
fn a_missing_root_stops_the_start() {
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
fn a_port_in_use_stops_the_start() {
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
fn an_address_of_another_machine_stops_the_start() {
    let site = Site::new();
    // Reserved for documentation (RFC 5737): no machine has it.
    let output = site.run(&["--listen", "192.0.2.1:0"]);
    let line = "cannot listen on 192.0.2.1:0: Cannot assign requested address (os error 99); \
                choose an address of this machine with --listen ADDR:PORT";
    expect(&output, 1, line);
}

#[test]
fn a_log_that_cannot_be_opened_stops_the_start() {
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
fn contradictory_or_invalid_options_stop_the_start() {
    let table: [(&[&str], &str); 9] = [
        (&["--bad"], "--bad"),
        (&["another-root"], "root"),
        (&["--listen", "example.com:1"], "example.com:1"),
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
fn help_and_version_are_printed_on_standard_output() {
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
fn the_banner_names_the_limits_in_effect() {
    let site = Site::new();
    let mut server = site.start(&["--max-connections", "100", "--keep-alive", "2.5"]);
    // The server has raised the soft limit to the hard one.
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

/// A server under a limit on descriptors: where it listens, or what it said instead.
#[track_caller]
fn start_under(site: &Site, limit: u64, options: &[&str]) -> Result<Running, Output> {
    let script = format!("ulimit -n {limit}; exec \"$@\"");
    let mut command = site.command_behind(&["sh", "-c", &script, "sh"], options);
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    if line.is_empty() {
        return Err(child.wait_with_output().unwrap());
    }
    Ok(Running {
        address: announced(line.trim_end()),
        child,
        _output: output,
    })
}

struct Running {
    address: SocketAddr,
    child: Child,
    _output: BufReader<ChildStdout>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Everything can be had, also when all connections that are let in ask at once.
#[track_caller]
fn serves_all(server: &Running) {
    let mut client = Client::connect(server.address);
    assert_eq!(client.get("/"), Answer::file(HTML, INDEX));
    assert_eq!(client.get("/folder/").status, "HTTP/1.1 200 OK");
    assert_eq!(client.get("/missing").body, b"not here");
    assert_eq!(client.get("/large").body.len(), LARGE);
    drop(client);
    let mut clients: Vec<Client> = (0..12).map(|_| Client::connect(server.address)).collect();
    for client in &mut clients {
        client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    }
    for client in &mut clients {
        assert_eq!(client.answer_to("GET").body, INDEX.as_bytes());
    }
}

/// More than is read into memory.
const LARGE: usize = 3_000_000;

/// The least limit under which the dynamic linker gets along.
const LINKED: u64 = 5;

#[test]
fn a_limit_of_descriptors_is_refused_or_serves() {
    let site = Site::new();
    site.write("folder/index.html", "folder");
    site.write("404.html", "not here");
    site.write("large", vec![b'x'; LARGE]);
    let recorded = ["--trace-file", "t.json", "--flight-recorder", "f.json"];
    let table: [&[&str]; 6] = [
        &[],
        &["--no-log", "--quiet"],
        &["-l", "127.0.0.1:0", "-l", "localhost:0", "-l", ":0"],
        &["--admin", "0"],
        &["--sandbox"],
        &recorded,
    ];
    for options in table {
        let mut named = None;
        let mut limit = LINKED;
        loop {
            match start_under(&site, limit, options) {
                Ok(server) => {
                    serves_all(&server);
                    break;
                }
                Err(output) => {
                    let error = String::from_utf8_lossy(&output.stderr);
                    let begin = format!("millpond: cannot serve with {limit} descriptors: ");
                    let line = error.trim_end();
                    assert!(line.starts_with(&begin), "{options:?}: {error}");
                    assert!(!line.contains('\n'), "{options:?}: {error}");
                    assert_eq!(output.status.code(), Some(1), "{error}");
                    let needed = error
                        .split(&begin)
                        .nth(1)
                        .unwrap()
                        .split_once(" are needed; ");
                    named = needed.and_then(|(count, _)| count.parse().ok()).or(named);
                    let enough = line.rsplit_once("`ulimit -n ").unwrap().1;
                    let enough: u64 = enough.strip_suffix('`').unwrap().parse().unwrap();
                    assert!(enough > limit, "{error}");
                    let retried = start_under(&site, enough, options);
                    assert!(retried.is_ok(), "{options:?}: {error}");
                    limit += 1;
                }
            }
            assert!(limit < 40, "{options:?}");
        }
        println!("{options:?}: {limit}");
        assert_eq!(named, Some(limit), "{options:?}: the number that was named");
    }
}
