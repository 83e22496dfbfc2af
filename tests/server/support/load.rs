//! A client that sends requests without a pause, each with a target of its own, so that every row
//! can be told from every other.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use super::log::rows;
use super::{Client, Server};

/// Options for a server under load: no limit on the requests of one connection, and no line for
/// each.
pub const ENDLESS: [&str; 3] = ["--quiet", "--keep-alive-requests", "0"];

/// The number of requests that are in flight at a time.
const BATCH: usize = 20;

/// A connection that is busy on a thread of its own.
pub struct Load {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<String>>,
}

impl Load {
    /// Asks for `/?NAME-1`, `/?NAME-2` and so on until `finish` is called.
    #[track_caller]
    pub fn start(server: &Server, name: &str) -> Self {
        let mut client = server.connect();
        let name = name.to_owned();
        let stop = Arc::new(AtomicBool::new(false));
        let is_stopped = stop.clone();
        let thread = thread::spawn(move || {
            let mut targets = Vec::new();
            while !is_stopped.load(Ordering::Relaxed) {
                let name = format!("{name}-{}", targets.len());
                targets.extend(ask_for(&mut client, &name, BATCH));
            }
            targets
        });
        Self { stop, thread }
    }

    /// Ends the load. Returns the targets of all requests: each was answered.
    #[track_caller]
    pub fn finish(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// Sends `count` requests in one write, and reads their answers. Returns the targets.
#[track_caller]
pub fn ask_for(client: &mut Client, name: &str, count: usize) -> Vec<String> {
    let targets: Vec<String> = (0..count).map(|n| format!("/?{name}-{n}")).collect();
    let request = |target| format!("HEAD {target} HTTP/1.1\r\nHost: h\r\n\r\n");
    client.send(targets.iter().map(request).collect::<String>());
    for _ in 0..count {
        assert_eq!(client.head().status, "HTTP/1.1 200 OK");
    }
    targets
}

/// The targets in a log of which every row is whole.
#[track_caller]
pub fn targets(log: &Path) -> Vec<String> {
    rows(log).into_iter().map(|row| row[3].clone()).collect()
}

/// Every target that was requested has its row in exactly one of the logs, except for `lost`
/// targets, which have none.
#[track_caller]
pub fn check_each_once(logs: &[impl AsRef<Path>], asked: &[String], lost: usize) {
    let mut counts: HashMap<String, usize> =
        asked.iter().map(|target| (target.clone(), 0)).collect();
    assert_eq!(counts.len(), asked.len(), "a target was asked for twice");
    for target in logs.iter().flat_map(|log| targets(log.as_ref())) {
        *counts.entry(target).or_default() += 1;
    }
    let with = |count: fn(usize) -> bool| counts.iter().filter(move |&(_, &n)| count(n));
    let mut doubled = with(|count| count > 1);
    assert_eq!(doubled.next(), None, "of {} rows", asked.len());
    assert!(counts.len() == asked.len(), "rows without a request");
    let lookup_error: Vec<_> = with(|count| count == 0).take(lost + 3).collect();
    assert_eq!(
        lookup_error.len(),
        lost,
        "of {}: {lookup_error:?} …",
        asked.len()
    );
}
