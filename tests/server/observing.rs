//! `--trace` and `--trace-file`: the events of the loop as text and as a file.

use std::fs::{self, File};
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::sandbox::has_landlock;
use crate::support::answer::TEXT;
use crate::support::pipe::Pipe;
use crate::support::terminal::terminal;
use crate::support::trace_events::{self, Trace};
use crate::support::{Answer, Server, Site, eventually};

pub fn read(site: &Site, name: &str) -> Trace {
    trace_events::read(&fs::read_to_string(site.path(name)).unwrap())
}

/// Lines of a narration, without their times and without numbers that vary.
fn narration(server: &mut Server, until: &str) -> Vec<String> {
    let mut lines = Vec::new();
    loop {
        let line = server.next_diagnostic();
        if !line.starts_with("millpond: ") {
            let (time, rest) = line.split_at(11);
            assert!(time.trim().parse::<f64>().is_ok(), "{line}");
            lines.push(rest.trim().to_owned());
        }
        if line.contains(until) {
            return lines;
        }
    }
}

#[test]
fn the_trace_narrates_one_request_line_by_line() {
    let site = Site::new();
    site.write("a.txt", "text\n");
    let mut server = site.start(&["--trace"]);
    let mut client = server.connect();
    narration(&mut server, "accepted from 127.0.0.1:");
    assert_eq!(client.get("/a.txt"), Answer::file(TEXT, "text\n"));
    let narration = narration(&mut server, "the turn is over: 1 open, of these 1 idle");
    // The kernel may report the socket as writable in a turn of its own, before the request comes.
    let from = narration
        .iter()
        .rposition(|line| line.ends_with("its socket is ready"))
        .unwrap();
    let expected = [
        "0#0 runs: its socket is ready",
        "0#0 reads N bytes",
        "0#0 Reading -> Responding: head complete; if bad or late: 400",
        "0#0 answers GET /a.txt with 200",
        "0#0 writes N bytes",
        "0#0 gets its row in the log: 200, N bytes of body, complete",
        "0#0 Responding -> Idle: all sent, kept alive",
        "0#0 idle deadline in N s",
        "0#0 waits for a request; the idle deadline passes in N s",
        "the turn is over: 1 open, of these 1 idle and 0 sending; 0 in the ready queue",
    ];
    let mut lines: Vec<String> = narration[from..].to_vec();
    let last = lines.len() - 1;
    for line in &mut lines[..last] {
        let words = line.split(' ').map(|word| match word {
            "400" | "200" => word,
            _ if word.parse::<f64>().is_ok() => "N",
            _ => word,
        });
        let words: Vec<&str> = words.collect();
        *line = words.join(" ");
    }
    assert_eq!(lines, expected);
}

/// Kills a child that is not wrapped in a `Server`: its standard error is a terminal.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The first line with an event of the loop that it prints on a terminal.
#[track_caller]
fn on_a_terminal(site: &Site, variables: &[(&str, &str)]) -> Option<String> {
    let (own, other) = terminal()?;
    let mut command = site.command(&["--trace"]);
    command.env_remove("NO_COLOR").env("TERM", "xterm");
    command.envs(variables.iter().copied()).stderr(other);
    let _server = Guard(command.spawn().unwrap());
    // Drops this process's copy of the other side: with it open, the end of the stream would never
    // come.
    drop(command);
    let mut lines = Pipe::new(File::from(own));
    loop {
        let line = lines.next_line().unwrap();
        if line.contains("a turn begins") {
            return Some(line);
        }
    }
}

#[test]
fn a_terminal_gets_colours_unless_the_environment_forbids_them() {
    let site = Site::new();
    let Some(line) = on_a_terminal(&site, &[]) else {
        return;
    };
    assert!(line.contains("\x1b[2ma turn begins"), "{line:?}");
    assert!(line.contains("\x1b[0m"), "{line:?}");
    for plain in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let line = on_a_terminal(&site, &[plain]).unwrap();
        assert!(!line.contains('\x1b'), "{line:?}");
    }
}

/// The loop sleeps after each line, and a request causes a dozen lines.
#[test]
fn slow_motion_pauses_the_loop_after_each_line() {
    let site = Site::new();
    site.write("a.txt", "text\n");
    let mut server = site.start(&["--trace", "--slow-motion", "0.02"]);
    let line = server.next_diagnostic();
    assert!(line.starts_with("millpond: trace: "), "{line}");
    server.next_diagnostic();
    let line = server.next_diagnostic();
    assert!(line.contains("nobody is served for 0.02 s"), "{line}");
    let start = Instant::now();
    assert_eq!(server.connect().get("/a.txt"), Answer::file(TEXT, "text\n"));
    // The answer leaves after at least seven lines of its turn, even if the request is already
    // there when the client is accepted.
    assert!(start.elapsed() >= Duration::from_millis(7 * 20));
}

#[test]
fn the_trace_file_holds_the_whole_run() {
    let site = Site::new();
    site.write("a.txt", "text\n");
    site.write_sparse("large", 3_000_000);
    let start = Instant::now();
    let mut server = site.start(&["--trace-file", "trace.json", "--keep-alive", "2"]);
    let mut client = server.connect();
    for _ in 0..3 {
        client.get("/a.txt");
    }
    client.get("/no\"\\such%22");
    drop(client);
    server.connect().get("/large");
    let mut refused = server.connect();
    refused.send("nonsense\r\n\r\n");
    refused.answer_to("GET");
    drop(refused);
    server.has_seen_all();
    server.stop();
    let wall = start.elapsed();

    let trace = read(&site, "trace.json");
    // The loop's track has no gap, and is as long as the run.
    let turns = trace.turns();
    assert!(turns.iter().all(|name| ["poll", "turn"].contains(name)));
    let total = Duration::from_secs_f64(trace.total() / 1_000_000.0);
    assert!(total <= wall, "{total:?} of {wall:?}");
    let last = trace.instants("closed");
    let last = last.iter().map(|event| event["ts"].as_f64().unwrap());
    assert!(trace.total() >= last.fold(0.0, f64::max), "{total:?}");

    let of = |name| trace.instants(name).len();
    assert_eq!([of("accepted"), of("closed")], [4, 4]);
    assert_eq!([of("answers"), of("logged")], [8, 8]);
    for closed in trace.instants("closed") {
        let cause = closed["args"]["cause"].as_str().unwrap();
        assert!(
            ["peer", "bad-request", "stopped"].contains(&cause),
            "{closed}"
        );
    }
    assert_eq!(
        trace.states(0)[..4],
        ["Reading", "Responding", "Idle", "Reading"]
    );
    let requests = trace.instants("answers");
    let requests: Vec<&str> = requests
        .iter()
        .map(|event| event["args"]["request"].as_str().unwrap())
        .collect();
    // Escaped as on the line of a request: a backslash is doubled.
    assert!(requests.contains(&"GET /no\"\\\\such%22"), "{requests:?}");
    for counter in ["connections", "queues", "loop lag"] {
        let is_it = |event: &&serde_json::Value| event["ph"] == "C" && event["name"] == counter;
        assert!(trace.events.iter().any(|event| is_it(&event)), "{counter}");
    }
}

/// When the process is killed, the file can still be loaded: each line is whole.
#[test]
fn the_trace_file_of_a_killed_run_can_be_loaded() {
    let site = Site::new();
    let server = site.start(&["--trace-file", "trace.json"]);
    server.connect().get("/");
    server.has_seen_all();
    server.signal(Signal::KILL);
    drop(server);
    let text = fs::read_to_string(site.path("trace.json")).unwrap();
    assert!(!text.ends_with(']'));
    let events: Vec<serde_json::Value> = serde_json::from_str(&format!("{text}]")).unwrap();
    assert!(events.iter().any(|event| event["name"] == "answers"));
}

#[test]
fn a_trace_file_that_cannot_be_opened_stops_the_start() {
    let site = Site::new();
    for option in ["--trace-file", "--flight-recorder"] {
        for (path, why) in [
            ("root/trace.json", "the folder that is served"),
            ("no/such/trace.json", "No such file"),
            (".", "Is a directory"),
        ] {
            let output = site.command(&[option, path]).output().unwrap();
            let text = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{text}");
            assert!(
                text.starts_with("millpond: cannot record events in"),
                "{text}"
            );
            assert!(text.contains(why), "{text}");
            assert_eq!(text.lines().count(), 1, "{text}");
        }
    }
}

/// A full disk ends the trace and nothing else.
#[test]
fn a_full_disk_ends_the_trace_and_nothing_else() {
    let site = Site::new();
    site.write("a.txt", "text\n");
    let mut server = site.start(&["--trace-file", "/dev/full"]);
    assert_eq!(server.connect().get("/a.txt"), Answer::file(TEXT, "text\n"));
    let line = eventually("the line", || {
        let line = server.next_diagnostic();
        line.contains("trace file ends").then_some(line)
    });
    assert!(line.contains("No space left"), "{line}");
    assert_eq!(server.connect().get("/a.txt"), Answer::file(TEXT, "text\n"));
}

#[test]
fn the_trace_file_is_written_in_the_sandbox() {
    if !has_landlock(landlock::ABI::V1) {
        return;
    }
    let site = Site::new();
    let options = [
        "--sandbox",
        "--no-log",
        "--trace-file",
        "t.json",
        "--flight-recorder",
        "f.json",
    ];
    let mut server = site.start(&options);
    server.connect().get("/");
    server.signal(Signal::USR1);
    eventually("the record", || {
        let line = server.next_diagnostic();
        line.contains("wrote the last").then_some(())
    });
    server.stop();
    assert_eq!(read(&site, "t.json").instants("answers").len(), 1);
    assert_eq!(read(&site, "f.json").instants("answers").len(), 1);
}
