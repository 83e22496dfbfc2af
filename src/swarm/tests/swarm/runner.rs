//! Runs the swarm, and reads its report.

use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::eventually;
use crate::support::pipe::Pipe;

/// A running swarm; it is killed when this is dropped.
pub struct Swarm {
    child: Child,
    /// Its standard error.
    pub diagnostics: Pipe<ChildStderr>,
    directory: TempDir,
}

/// The exit status and the report of a swarm that has ended.
pub struct RunResult {
    pub status: i32,
    pub text: String,
    pub report: Value,
    pub page: String,
}

/// The binary with these options, which are separated by spaces.
pub fn command(options: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_millpond-swarm"));
    command
        .args(options.split_whitespace())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

impl Swarm {
    /// Starts it with these options.
    #[track_caller]
    pub fn start(address: SocketAddr, options: &str) -> Self {
        let directory = TempDir::new().unwrap();
        let mut child = command(options)
            .arg(format!("http://{address}/"))
            .arg("--json")
            .arg(directory.path().join("report.json"))
            .arg("--html")
            .arg(directory.path().join("report.html"))
            .stdout(std::fs::File::create(directory.path().join("text")).unwrap())
            .spawn()
            .unwrap();
        let diagnostics = Pipe::new(child.stderr.take().unwrap());
        Self {
            child,
            diagnostics,
            directory,
        }
    }

    /// Sends it a signal.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until the hold has begun.
    #[track_caller]
    pub fn is_holding(&mut self) {
        while let Some(line) = self.diagnostics.next_line() {
            if line.starts_with("millpond-swarm: hold: ") {
                return;
            }
        }
        panic!("the swarm ended before its hold began");
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        eventually("the swarm's end", || self.child.try_wait().unwrap())
    }

    /// Waits for its end, and reads its report.
    #[track_caller]
    pub fn finish(mut self) -> RunResult {
        let status = self.wait().code().expect("an exit by itself");
        let read = |name: &str| {
            let text = std::fs::read_to_string(self.directory.path().join(name));
            text.unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        RunResult {
            status,
            text: read("text"),
            report: serde_json::from_str(&read("report.json")).unwrap(),
            page: read("report.html"),
        }
    }
}

impl Drop for Swarm {
    fn drop(&mut self) {
        // It may have ended already, which is no failure of a guard.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs it to its end.
#[track_caller]
pub fn run(address: SocketAddr, options: &str) -> RunResult {
    Swarm::start(address, options).finish()
}

impl RunResult {
    /// A count of the report, by its path, as in `connections/endings/alive`.
    #[track_caller]
    pub fn count(&self, path: &str) -> u64 {
        let value = self.report.pointer(&format!("/{path}"));
        value
            .and_then(Value::as_u64)
            .unwrap_or_else(|| panic!("no count {path}: {value:?}"))
    }

    /// How many connections had this outcome.
    #[track_caller]
    pub fn ended(&self, outcome: &str) -> u64 {
        self.count(&format!("connections/endings/{outcome}"))
    }

    /// A count of one behaviour's row.
    #[track_caller]
    pub fn of(&self, behaviour: &str, path: &str) -> u64 {
        let rows = self.report["behaviours"].as_array().unwrap();
        let row = rows.iter().find(|row| row["behaviour"] == behaviour);
        let row = row.unwrap_or_else(|| panic!("no {behaviour}"));
        let value = row.pointer(&format!("/{path}"));
        value.and_then(Value::as_u64).unwrap()
    }

    /// Asserts that all counts add up as documented.
    #[track_caller]
    pub fn adds_up(&self, connections: u64) {
        assert_eq!(self.count("connections/total"), connections);
        assert_eq!(sum(&self.report["connections"]["endings"]), connections);
        let rows = self.report["behaviours"].as_array().unwrap();
        let tried = connections - self.ended("not-tried");
        let in_rows = rows.iter().map(|row| {
            assert_eq!(sum(&row["endings"]), row["connections"].as_u64().unwrap());
            requests_add_up(&row["requests"]);
            row["connections"].as_u64().unwrap()
        });
        assert_eq!(in_rows.sum::<u64>(), tried);
        let asked = rows
            .iter()
            .map(|row| row["requests"]["asked"].as_u64().unwrap());
        assert_eq!(asked.sum::<u64>(), self.count("requests/asked"));
        let last = self.report["timeline"].as_array().unwrap().last().unwrap();
        let still = self.ended("alive");
        assert_eq!(last["standing"], still);
        assert_eq!(last["ended"], tried - still - self.ended("connecting"));
        for row in [
            "requests",
            "probes",
            "late/within_idle_time",
            "late/after_idle_time",
        ] {
            requests_add_up(self.report.pointer(&format!("/{row}")).unwrap());
        }
    }
}

#[track_caller]
fn requests_add_up(row: &Value) {
    let count = |name: &str| row[name].as_u64().unwrap();
    let sum = count("answered") + count("lost") + count("under_way");
    assert_eq!(count("asked"), sum, "{row}");
}

fn sum(counts: &Value) -> u64 {
    let counts = counts.as_object().unwrap().values();
    counts.map(|count| count.as_u64().unwrap()).sum()
}
