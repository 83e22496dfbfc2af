//! A running server, killed on drop.

use std::net::SocketAddr;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};

use super::pipe::Pipe;
use super::{Client, eventually};

/// The real binary, listening.
pub struct Server {
    child: Child,
    /// The address that the server itself announced.
    pub address: SocketAddr,
    /// Its standard output after the first line; `None` once a test has closed it.
    pub output: Option<Pipe<ChildStdout>>,
    /// Its standard error.
    pub diagnostics: Pipe<ChildStderr>,
}

impl Server {
    /// Starts the server, and waits for the line with its address.
    #[track_caller]
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut output = Pipe::new(child.stdout.take().unwrap());
        let mut diagnostics = Pipe::new(child.stderr.take().unwrap());
        let Some(line) = output.next_line() else {
            panic!("{command:?} did not start: {:?}", diagnostics.rest());
        };
        Self {
            child,
            address: announced(&line),
            output: Some(output),
            diagnostics,
        }
    }

    /// A new connection.
    #[track_caller]
    pub fn connect(&self) -> Client {
        Client::connect(self.address)
    }

    /// Makes sure that the server has seen everything that was sent to it before: it has one
    /// thread, and serves this connection after the events that were already there. It reads the
    /// second request in a later turn of the loop than the one that accepted the connection, and so
    /// after everything that this turn left undone.
    #[track_caller]
    pub fn has_seen_all(&self) {
        let mut client = self.connect();
        client.get("/");
        client.get("/");
    }

    /// The next line of its standard output.
    #[track_caller]
    pub fn next_line(&mut self) -> String {
        let output = self.output.as_mut().expect("an output that is open");
        output.next_line().expect("another line of output")
    }

    /// The next line of its standard error.
    #[track_caller]
    pub fn next_diagnostic(&mut self) -> String {
        self.diagnostics.next_line().expect("another diagnostic")
    }

    /// Its process.
    pub fn process(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// The contents of its file `name` in `/proc`, such as `status` or `stat`.
    #[track_caller]
    pub fn process_file(&self, name: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{name}", self.child.id())).unwrap()
    }

    /// How many descriptors it has open.
    #[track_caller]
    pub fn descriptors(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.child.id());
        std::fs::read_dir(folder).unwrap().count()
    }

    /// Lowers its limit on descriptors: the server still believes in the limit that it found at the
    /// start.
    #[track_caller]
    pub fn lower_descriptors(&self, limit: u64) {
        let limit = Rlimit {
            current: Some(limit),
            maximum: Some(limit),
        };
        prlimit(Some(self.process()), Resource::Nofile, limit).unwrap();
    }

    /// Sends it a signal.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        kill_process(self.process(), signal).unwrap();
    }

    /// Waits until the server has ended by itself.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        eventually("the server's end", || self.child.try_wait().unwrap())
    }

    /// Stops the server as Ctrl-C does: afterwards its log is complete.
    #[track_caller]
    pub fn stop(&mut self) {
        self.signal(Signal::INT);
        assert_eq!(self.wait().code(), Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server may have ended already, which is no failure here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads `Listening on port N: http://ADDR/`.
#[track_caller]
pub fn announced(line: &str) -> SocketAddr {
    let address: Option<SocketAddr> = line
        .split_once(": http://")
        .and_then(|(_, rest)| rest.strip_suffix('/'))
        .and_then(|address| address.parse().ok());
    let Some(address) = address else {
        panic!("no address in {line:?}");
    };
    let expected = format!("Listening on port {}: http://{address}/", address.port());
    assert_eq!(line, expected);
    address
}
