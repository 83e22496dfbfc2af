//! A server with a live view, and clients in known states.

use std::net::SocketAddr;

use serde_json::Value;

use crate::support::{Client, Server, Site, eventually};

/// Larger than all buffers between the server and a client that does not read.
const LARGE: u64 = 64 << 20;

/// A server with a live view.
pub struct ViewedServer {
    pub server: Server,
    /// The address of the live view.
    pub admin: SocketAddr,
    pub site: Site,
}

impl ViewedServer {
    #[track_caller]
    pub fn start(options: &[&str]) -> Self {
        let site = Site::new();
        site.write_sparse("large", LARGE);
        Self::on(site, options)
    }

    #[track_caller]
    pub fn on(site: Site, options: &[&str]) -> Self {
        let options = [options, &["--admin", "127.0.0.1:0"]].concat();
        let mut server = site.start(&options);
        let admin = loop {
            let line = server.next_diagnostic();
            if let Some(rest) = line.strip_prefix("millpond: live view on http://") {
                break rest.strip_suffix('/').unwrap().parse().unwrap();
            }
        };
        Self {
            server,
            admin,
            site,
        }
    }

    /// Sends a request to the live view. Returns everything that comes back.
    #[track_caller]
    pub fn raw(&self, request: &str) -> String {
        let mut client = Client::connect(self.admin);
        client.send(request);
        String::from_utf8(client.read_to_end()).unwrap()
    }

    /// A whole answer of the live view, without its Date.
    #[track_caller]
    pub fn ask(&self, method: &str, target: &str) -> String {
        let answer = self.raw(&format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\n\r\n",
            self.admin
        ));
        without_date(&answer)
    }

    /// The body of an answer with status 200.
    #[track_caller]
    pub fn get(&self, target: &str) -> String {
        let answer = self.ask("GET", target);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        body.to_owned()
    }

    #[track_caller]
    pub fn state(&self) -> Value {
        serde_json::from_str(&self.get("/state")).unwrap()
    }

    /// Waits until this many connections are reading, responding, idle and closing, in this order.
    #[track_caller]
    pub fn await_states(&self, expected: [u64; 4]) -> Value {
        eventually(&format!("the states {expected:?}"), || {
            let state = self.state();
            (states(&state) == expected).then_some(state)
        })
    }

    /// A client whose request is answered, on a connection that stays open.
    #[track_caller]
    pub fn idle(&self) -> Client {
        let mut client = self.server.connect();
        client.get("/");
        client
    }

    /// A client in the middle of a head.
    #[track_caller]
    pub fn reading(&self) -> Client {
        let mut client = self.server.connect();
        client.send("GET / HT");
        client
    }

    /// A client that does not read its answer.
    #[track_caller]
    pub fn responding(&self) -> Client {
        let mut client = Client::with_receive_buffer(self.server.address, 4096);
        client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
        client
    }

    /// A client that has its last answer, leaves the connection open, and has sent more than its
    /// request: without that, the server would close at once.
    #[track_caller]
    pub fn closing(&self) -> Client {
        let mut client = self.server.connect();
        client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n\r\n");
        client.answer_to("GET");
        client
    }
}

/// The counts of a state: reading, responding, idle, closing.
#[track_caller]
pub fn states(state: &Value) -> [u64; 4] {
    ["reading", "responding", "idle", "closing"]
        .map(|name| state["connections"][name].as_u64().unwrap())
}

#[track_caller]
pub fn without_date(answer: &str) -> String {
    let (before, rest) = answer.split_once("\r\nDate: ").expect("a Date");
    let (date, after) = rest.split_once("\r\n").unwrap();
    assert!(date.ends_with(" GMT"), "{date}");
    format!("{before}\r\n{after}")
}
