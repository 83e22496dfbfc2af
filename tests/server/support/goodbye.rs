//! The last line of a server: how many connections there were, and why each ended.

use std::collections::BTreeMap;

use super::Server;

/// What a stopped server says on standard error at the end.
#[derive(Debug, PartialEq, Eq)]
pub struct Goodbye {
    pub connections: u64,
    /// Cause → how many; those that did not occur are not said.
    pub close_reasons: BTreeMap<String, u64>,
    pub responses: u64,
}

impl Goodbye {
    /// Stops a server as Ctrl-C does, and reads it. Every connection has exactly one cause.
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

    /// How many connections ended for this cause.
    pub fn count(&self, cause: &str) -> u64 {
        self.close_reasons.get(cause).copied().unwrap_or(0)
    }

    /// `millpond: stopped after 3 connections (peer 2, stopped 1) and 4 responses`.
    fn read(line: &str) -> Option<Self> {
        let rest = line.strip_prefix("millpond: stopped after ")?;
        let (connections, rest) = rest.split_once(" connections")?;
        let (close_reasons, rest) = rest.split_once(" and ")?;
        let close_reasons = match close_reasons.strip_prefix(" (") {
            Some(reasons) => reasons.strip_suffix(')')?,
            // There is nothing to say of no connections.
            None => close_reasons,
        };
        let (responses, _) = rest.split_once(" responses")?;
        let close_reasons = close_reasons.split(", ").filter(|cause| !cause.is_empty());
        let close_reasons = close_reasons.map(|cause| {
            let (name, count) = cause.split_once(' ')?;
            Some((name.to_owned(), count.parse().ok()?))
        });
        Some(Self {
            connections: connections.parse().ok()?,
            close_reasons: close_reasons.collect::<Option<_>>()?,
            responses: responses.parse().ok()?,
        })
    }
}
