//! `--log -`: the log on standard output, whatever that is, and nothing else there.

use std::fs::{self, File};
use std::io::Read;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Stdio};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};

use crate::support::load::{ask_for, check_each_once};
use crate::support::log::COLUMNS;
use crate::support::pipe::Pipe;
use crate::support::server::announced;
use crate::support::{Answer, Client, Site, eventually};

/// A server whose rows go to its standard output, and which says on standard error where it listens.
struct Server {
    child: Child,
    address: SocketAddr,
    diagnostics: Pipe<ChildStderr>,
}

impl Server {
    #[track_caller]
    fn start(site: &Site, output: impl Into<Stdio>) -> Self {
        let mut command = site.command(&["--log", "-", "--keep-alive-requests", "0"]);
        let mut child = command.stdout(output).spawn().unwrap();
        drop(command);
        let mut diagnostics = Pipe::new(child.stderr.take().unwrap());
        let line = eventually("the line that says where", || {
            let line = diagnostics.next_line().unwrap();
            line.starts_with("Listening").then_some(line)
        });
        let banner = diagnostics.next_line().unwrap();
        assert!(banner.ends_with("log on standard output"), "{banner}");
        Self {
            child,
            address: announced(&line),
            diagnostics,
        }
    }

    fn process(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Stops it; gives the last line on standard error, before which there is no other.
    #[track_caller]
    fn stop(mut self) -> String {
        kill_process(self.process(), Signal::INT).unwrap();
        let status = eventually("the end", || self.child.try_wait().unwrap());
        assert_eq!(status.code(), Some(0));
        let mut lines = self.diagnostics.rest();
        assert_eq!(lines.len(), 1, "{lines:?}");
        lines.pop().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Checks that the text is a log with these requests, and leaves no file named `-`.
#[track_caller]
fn check(site: &Site, text: &str, asked: &[String], lost: usize) {
    assert!(text.starts_with(&format!("{COLUMNS}\n")), "{text:.200}");
    assert_eq!(text.matches(COLUMNS).count(), 1, "one header");
    assert!(text.ends_with('\n'));
    let log = site.path("received.csv");
    fs::write(&log, text).unwrap();
    check_each_once(&[log], asked, lost);
    assert!(!site.path("-").exists());
}

/// Reads to the end, on a thread.
fn read_all(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    })
}

#[test]
fn a_pipe_gets_whole_rows_with_one_header_and_nothing_else() {
    let site = Site::new();
    let (reader, writer) = rustix::pipe::pipe().unwrap();
    let server = Server::start(&site, writer);
    let text = read_all(File::from(reader));
    let mut client = Client::connect(server.address);
    let mut asked = ask_for(&mut client, "first", 30);
    kill_process(server.process(), Signal::HUP).unwrap();
    asked.extend(ask_for(&mut client, "second", 30));
    let mut server = server;
    assert_eq!(
        server.diagnostics.next_line().unwrap(),
        "millpond: the log stays on standard output, which can't be opened again"
    );
    let last = server.stop();
    assert!(!last.contains("lost"), "{last}");
    check(&site, &text.join().unwrap(), &asked, 0);
}

#[test]
fn a_socket_gets_the_same() {
    let site = Site::new();
    let (reader, writer) = UnixStream::pair().unwrap();
    let server = Server::start(&site, OwnedFd::from(writer));
    let text = read_all(reader);
    let asked = ask_for(&mut Client::connect(server.address), "socket", 300);
    let last = server.stop();
    assert!(!last.contains("lost"), "{last}");
    check(&site, &text.join().unwrap(), &asked, 0);
}

#[test]
fn a_reader_that_stops_loses_whole_rows_which_are_counted() {
    let site = Site::new();
    let (reader, writer) = UnixStream::pair().unwrap();
    let server = Server::start(&site, OwnedFd::from(writer));
    let mut client = Client::connect(server.address);
    let mut asked = Vec::new();
    for round in 0..150 {
        let name = format!("{}-{round}", "x".repeat(250));
        asked.extend(ask_for(&mut client, &name, 50));
    }
    let mut server = server;
    let warning = server.diagnostics.next_line().unwrap();
    assert!(
        warning.starts_with("millpond: standard output does not take the log; "),
        "{warning}"
    );
    let last = server.stop();
    let lost_rows = last
        .rsplit("; ")
        .find_map(|part| part.strip_suffix(" log rows lost"))
        .expect(&last);
    let text = read_all(reader).join().unwrap();
    check(&site, &text, &asked, lost_rows.parse().unwrap());
}

#[test]
fn a_file_is_continued_with_one_header_and_never_served() {
    let site = Site::new();
    let log = site.root("out.csv");
    let mut asked = Vec::new();
    for name in ["first", "second"] {
        let output = File::options().append(true).create(true).open(&log);
        let server = Server::start(&site, output.unwrap());
        let mut client = Client::connect(server.address);
        let mut other = Client::connect(server.address);
        asked.extend(ask_for(&mut client, name, 5));
        let expected = Answer::not_found().keep_alive("timeout=10");
        assert_eq!(other.get("/out.csv"), expected);
        let last = server.stop();
        assert!(!last.contains("lost"), "{last}");
        asked.push(format!("/out.csv#{name}"));
    }
    let mut text = fs::read_to_string(&log).unwrap();
    for name in ["first", "second"] {
        text = text.replacen("/out.csv,", &format!("/out.csv#{name},"), 1);
    }
    check(&site, &text, &asked, 0);
}

#[test]
fn a_file_that_is_full_gets_whole_rows_once_there_is_room() {
    let site = Site::new();
    let log = site.path("out.csv");
    let output = File::options().append(true).create(true).open(&log);
    let server = Server::start(&site, output.unwrap());
    let limit = |current| {
        let limit = Rlimit {
            current,
            maximum: None,
        };
        prlimit(Some(server.process()), Resource::Fsize, limit).unwrap();
    };
    let mut client = Client::connect(server.address);
    limit(Some(COLUMNS.len() as u64 + 50));
    let mut asked = ask_for(&mut client, "full", 10);
    eventually("half a row", || {
        (fs::metadata(&log).unwrap().len() > COLUMNS.len() as u64 + 40).then_some(())
    });
    std::thread::sleep(std::time::Duration::from_millis(300));
    limit(None);
    asked.extend(ask_for(&mut client, "room", 10));
    let mut server = server;
    assert!(
        server
            .diagnostics
            .next_line()
            .unwrap()
            .contains("9 rows lost so far")
    );
    let last = server.stop();
    assert!(last.ends_with("; 9 log rows lost"), "{last}");
    check(&site, &fs::read_to_string(&log).unwrap(), &asked, 9);
}

#[test]
fn a_file_named_dash_is_written_with_a_folder_in_front() {
    let site = Site::new();
    let mut server = site.start(&["--log", "./-"]);
    let asked = ask_for(&mut server.connect(), "file", 3);
    server.stop();
    let log: PathBuf = site.path("-");
    check_each_once(&[log], &asked, 0);
}
