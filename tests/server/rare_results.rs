//! What the kernel answers seldom: an accept that fails, a read that urgent data ends early, a file under a
//! lease.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use socket2::SockRef;

use crate::support::answer::TEXT;
use crate::support::{Answer, Server, Site, eventually};

/// An accept that fails concerns one client: it is counted, and the next one is served.
#[test]
fn an_accept_that_fails_is_counted_and_nothing_else() {
    for error in ["ECONNABORTED", "EPROTO", "EINTR", "ENETUNREACH"] {
        let site = Site::new();
        let inject = format!("inject=accept4:error={error}:when=1..3");
        let tracer = ["strace", "-qq", "-o", "/dev/null", "-e", inject.as_str()];
        if Command::new(tracer[0]).arg("-V").output().is_err() {
            println!("skipped: no strace to make accept4 fail with");
            return;
        }
        // Without a tracer of the child: its process id is the server's.
        let command = site.command_behind(&[&tracer[..], &["-D"]].concat(), &[]);
        let mut server = Server::spawn(command);
        let answer = server.connect().get("/");
        assert_eq!(answer, Answer::index(), "{error}");
        server.stop();
        let lines = server.diagnostics.rest();
        let last = lines.last().unwrap();
        assert!(
            last.ends_with(" and 1 responses; 3 accepts failed"),
            "{error}: {lines:?}"
        );
    }
}

/// A read ends where the urgent byte stands, and no edge announces what stands behind it.
#[test]
fn a_request_with_urgent_data_in_it_is_answered() {
    let site = Site::new();
    let server = site.start(&[]);
    let head = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    for cut in [0, 1, 16, head.len() - 1] {
        let mut client = server.connect();
        // The first is read when it is accepted, the second when its event comes.
        for left in [997, 996] {
            // All of it is there before the server reads any of it.
            server.signal(Signal::STOP);
            client.send(&head[..cut]);
            let urgent = SockRef::from(client.stream()).send_out_of_band(b"!");
            assert_eq!(urgent.unwrap(), 1);
            client.send(&head[cut..]);
            server.signal(Signal::CONT);
            assert_eq!(client.answer_to("GET"), Answer::index().left(left), "{cut}");
        }
    }
}

/// Opening such a file makes the kernel ask the holder of the lease for it. The request waits meanwhile, and
/// no other does.
#[test]
fn a_file_under_a_lease_is_waited_for() {
    let site = Site::new();
    site.write("leased.txt", "content");
    let server = site.start(&[]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/hold_lease.py");
    let holder = Command::new("python3")
        .arg(script)
        .arg(site.root("leased.txt"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut holder) = holder else {
        println!("skipped: no python3 to hold a lease with");
        return;
    };
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    if line != "held" {
        println!("skipped: no lease to be had: {line}");
        return;
    }
    let mut client = server.connect();
    client.send("GET /leased.txt HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(lines.next().unwrap().unwrap(), "asked for");
    for _ in 0..3 {
        assert_eq!(server.connect().get("/"), Answer::index());
    }
    let mut early = [0];
    client.stream().set_nonblocking(true).unwrap();
    assert!(client.stream().peek(&mut early).is_err(), "answered early");
    client.stream().set_nonblocking(false).unwrap();
    // The end of its input is the holder's sign to give the lease up.
    drop(holder.stdin.take());
    assert_eq!(client.answer_to("GET"), Answer::file(TEXT, "content"));
    let status = eventually("the holder's end", || holder.try_wait().unwrap());
    assert!(status.success());
}
