//! What the kernel answers seldom: an accept that fails.

use std::process::Command;

use crate::support::{Answer, Server, Site};

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
