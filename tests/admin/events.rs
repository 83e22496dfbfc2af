//! The stream of pictures, and the timeline of one watched connection.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;

use serde_json::Value;

use crate::support::Client;
use crate::viewed::{ViewedServer, states, without_date};

/// A viewer that reads a stream of events.
pub struct Watching {
    lines: BufReader<TcpStream>,
}

impl Watching {
    #[track_caller]
    pub fn begin(viewed: &ViewedServer, target: &str) -> Self {
        Self::on(Client::connect(viewed.admin), viewed, target)
    }

    #[track_caller]
    pub fn on(mut client: Client, viewed: &ViewedServer, target: &str) -> Self {
        client.send(format!(
            "GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n",
            viewed.admin
        ));
        let mut watching = Self {
            lines: BufReader::new(client.stream().try_clone().unwrap()),
        };
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(watching.lines.read_line(&mut head).unwrap(), 0);
        }
        let head = without_date(&head);
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(
            head.contains("\r\nContent-Type: text/event-stream\r\n"),
            "{head}"
        );
        assert!(!head.contains("Content-Length"), "{head}");
        watching
    }

    /// The next event of this name.
    #[track_caller]
    pub fn next(&mut self, name: &str) -> Value {
        let mut current = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(
                self.lines.read_line(&mut line).unwrap(),
                0,
                "the stream has ended"
            );
            if let Some(name) = line.strip_prefix("event: ") {
                name.trim_end().clone_into(&mut current);
            } else if let Some(data) = line.strip_prefix("data: ")
                && current == name
            {
                return serde_json::from_str(data).unwrap();
            }
        }
    }

    /// The first event of this name that fulfils `wanted`.
    #[track_caller]
    pub fn until(&mut self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        // Four come per second: this is longer than any change takes, and bounded.
        for _ in 0..80 {
            let picture = self.next(name);
            if wanted(&picture) {
                return picture;
            }
        }
        panic!("no such {name} in 80");
    }
}

#[test]
fn pictures_follow_the_connections() {
    let viewed = ViewedServer::start(&[]);
    let mut watching = Watching::begin(&viewed, "/events");
    let first = watching.next("picture");
    assert_eq!(states(&first), [0; 4]);
    assert_eq!(first["slab"]["cells"], "");
    let idle = viewed.idle();
    let picture = watching.until("picture", |picture| states(picture) == [0, 0, 1, 0]);
    let cells = picture["slab"]["cells"].as_str().unwrap();
    assert!(
        cells.len() == 4 && cells.starts_with("i9") && cells.ends_with('i'),
        "{cells}"
    );
    assert_eq!(picture["slab"]["slots_per_cell"], 1);
    let _reading = viewed.reading();
    let picture = watching.until("picture", |picture| states(picture) == [1, 0, 1, 0]);
    assert_eq!(picture["slab"]["cells"].as_str().unwrap().len(), 8);
    drop(idle);
    let picture = watching.until("picture", |picture| states(picture) == [1, 0, 0, 0]);
    assert!(
        picture["slab"]["cells"]
            .as_str()
            .unwrap()
            .starts_with("-00-")
    );
    assert_eq!(picture["close_causes"]["peer"], 1);
    // All other members are those of /state.
    let mut members: Vec<&String> = picture.as_object().unwrap().keys().collect();
    let state = viewed.state();
    members.retain(|name| *name != "slab");
    assert_eq!(
        members,
        state.as_object().unwrap().keys().collect::<Vec<_>>()
    );
}

#[test]
fn a_watched_connection_is_shown_with_its_timeline() {
    let viewed = ViewedServer::start(&[]);
    let _other = viewed.idle();
    let mut client = viewed.idle();
    let mut watching = Watching::begin(&viewed, "/events?watch=1");
    let before = watching.until("connection", |connection| connection["open"] == true);
    assert_eq!((&before["slot"], &before["serial"]), (&1.into(), &1.into()));
    assert_eq!(before["peer"], client.address().to_string());
    assert_eq!(before["state"], "idle");
    assert_eq!(before["waits_for"], "a request");
    assert_eq!(before["deadline"], "idle");
    assert_eq!(before["responses"], 1);
    let left = before["deadline_in_seconds"].as_f64().unwrap();
    assert!((0.1..=10.4).contains(&left), "{left}");
    assert_eq!(before["timeline"].as_array().unwrap().len(), 0);
    client.get("/no\"such");
    let after = watching.until("connection", |connection| connection["responses"] == 2);
    let shown: Vec<&str> = after["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["text"].as_str().unwrap())
        .collect();
    assert!(
        shown.contains(&"answers GET /no\"such with 404"),
        "{shown:?}"
    );
    assert!(
        shown.contains(&"Responding -> Idle: all sent, kept alive"),
        "{shown:?}"
    );
    drop(client);
    let end = watching.until("connection", |connection| connection["open"] == false);
    let last = end["timeline"].as_array().unwrap().last().unwrap();
    assert_eq!(last["text"], "is closed: peer");
}

#[test]
fn a_watched_slot_without_a_connection_is_shown_as_closed() {
    let viewed = ViewedServer::start(&[]);
    let mut watching = Watching::begin(&viewed, "/events?watch=0");
    let empty = watching.next("connection");
    assert_eq!(empty["open"], false);
    assert_eq!(empty["serial"], Value::Null);
    let _idle = viewed.idle();
    let found = watching.until("connection", |connection| connection["open"] == true);
    assert_eq!(found["state"], "idle");
}
