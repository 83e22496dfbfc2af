//! The last line of a server: how many connections it had, and why each ended.

use std::collections::BTreeMap;

use super::Server;

/// The summary that a server prints on standard error when it stops.
#[derive(Debug, PartialEq, Eq)]
pub struct Goodbye {
    pub connections: u64,
    /// How many connections ended for each reason; reasons that did not occur are absent.
    pub close_reasons: BTreeMap<String, u64>,
    pub responses: u64,
}

impl Goodbye {
    /// Stops a server as Ctrl-C does, and reads its last line. Every connection has exactly one
    /// close reason.
    #[track_caller]
    pub fn of(server: &mut Server) -> Self {
        server.stop();
        let lines = server.diagnostics.rest();
        let line = lines.last().expect("a line at the end");
        let goodbye = Self::read(line).unwrap_or_else(|| panic!("no goodbye: {line:?}"));
        let ended: u64 = goodbye.close_reasons.values().sum();
        assert_eq!(ended, goodbye.connections, "{line}");
        goodbye
    }

    /// How many connections ended for this reason.
    pub fn count(&self, reason: &str) -> u64 {
        self.close_reasons.get(reason).copied().unwrap_or(0)
    }

    /// `millpond: stopped after 3 connections (peer 2, stopped 1) and 4 responses`.
    fn read(line: &str) -> Option<Self> {
        let rest = line.strip_prefix("millpond: stopped after ")?;
        let (connections, rest) = rest.split_once(" connections (")?;
        let (close_reasons, rest) = rest.split_once(") and ")?;
        let (responses, _) = rest.split_once(" responses")?;
        let close_reasons = close_reasons
            .split(", ")
            .filter(|reason| !reason.is_empty());
        let close_reasons = close_reasons.map(|reason| {
            let (name, count) = reason.split_once(' ')?;
            Some((name.to_owned(), count.parse().ok()?))
        });
        Some(Self {
            connections: connections.parse().ok()?,
            close_reasons: close_reasons.collect::<Option<_>>()?,
            responses: responses.parse().ok()?,
        })
    }
}
