//! A file on which another process has a write lease (fcntl(2)): until that process gives it up, or the
//! kernel takes it, the file can't be opened. That is no 404, and no other client waits for it.

use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::support::answer::TEXT;
use crate::support::client::request;
use crate::support::pipe::Pipe;
use crate::support::{Answer, Goodbye, Site};

/// More than the server reads into memory when it opens a file.
const LARGE: usize = 1_000_000;

/// A process that holds a lease, as a file server does for its clients.
struct Holder {
    child: Child,
    input: Option<ChildStdin>,
    output: Pipe<ChildStdout>,
}

impl Holder {
    /// `None`, with a message, where there is no Python or no lease to be had.
    #[track_caller]
    fn of(site: &Site, name: &str) -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/hold_lease.py");
        let mut command = Command::new("python3");
        command
            .arg(script)
            .arg(site.root(name))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let Ok(mut child) = command.spawn() else {
            println!("skipped: no python3 to hold a lease");
            return None;
        };
        let input = child.stdin.take();
        let mut output = Pipe::new(child.stdout.take().unwrap());
        let line = output.next_line().expect("a word from the holder");
        if line != "held" {
            println!("skipped: {line}");
            child.wait().unwrap();
            return None;
        }
        Some(Self {
            child,
            input,
            output,
        })
    }

    /// Gives the lease up.
    #[track_caller]
    fn release(mut self) {
        drop(self.input.take());
        assert_eq!(self.output.next_line().as_deref(), Some("released"));
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
fn a_leased_file_is_waited_for_while_others_are_served() {
    let site = Site::new();
    let small = b"small\n".to_vec();
    for (name, content) in [("small.txt", small), ("large.txt", vec![b'x'; LARGE])] {
        site.write(name, &content);
        let Some(holder) = Holder::of(&site, name) else {
            return;
        };
        let mut server = site.start(&["--head-timeout", "60"]);
        let mut waiting = server.connect();
        waiting.send(request("GET", &format!("/{name}"), ""));
        // Each of these asks twice, in turns after the one that has met the lease.
        for _ in 0..3 {
            server.has_seen_all();
        }
        assert_eq!(server.connect().get("/"), Answer::index());
        waiting.stream().set_nonblocking(true).unwrap();
        let said = waiting.stream().peek(&mut [0]);
        assert_eq!(said.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
        waiting.stream().set_nonblocking(false).unwrap();

        holder.release();
        assert_eq!(waiting.answer_to("GET"), Answer::file(TEXT, &content));
        assert_eq!(waiting.get("/"), Answer::index().left(996));
        drop(waiting);
        let goodbye = Goodbye::of(&mut server);
        assert_eq!(goodbye.connections, 5, "{goodbye:?}");
        assert_eq!(goodbye.responses, 9, "{goodbye:?}");
    }
}
