//! A server whose log fails, and its messages about that on standard error.

use super::load::ENDLESS;
use super::{Server, Site};

/// Starts a server with its log at this path, and takes its banner from standard error.
#[track_caller]
pub fn start(site: &Site, log: &str) -> Server {
    let mut server = site.start(&[&["--log", log], &ENDLESS[..]].concat());
    let banner = server.next_diagnostic();
    assert!(banner.contains(&format!("log '{log}'")), "{banner}");
    server
}

/// The next line on standard error says that the log fails, and why. Returns the number of rows
/// that it reports as lost.
#[track_caller]
pub fn warned(server: &mut Server, log: &str, reason: &str) -> usize {
    let line = server.next_diagnostic();
    let before = format!("millpond: cannot write the log '{log}': {reason}; ");
    let lost = line
        .strip_prefix(&before)
        .and_then(|rest| rest.strip_suffix(" rows lost so far, serving goes on"));
    lost.expect(&line).parse().unwrap()
}

/// Stops the server. Its last line, the only one left, reports how many rows are lost. Returns that
/// number.
#[track_caller]
pub fn stopped(mut server: Server) -> usize {
    server.stop();
    let lines = server.diagnostics.rest();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains(" responses"), "{lines:?}");
    let lost = lines[0].split("; ").find_map(|part| {
        let count = part.strip_suffix(" log rows lost")?;
        Some(count.parse().unwrap())
    });
    lost.unwrap_or(0)
}
