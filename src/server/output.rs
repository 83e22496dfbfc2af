//! What the server tells: requests on standard output, rows in the log, the last line.

use std::fmt::Write as _;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::Server;
use crate::log::file::LogFile;
use crate::observe::live::HasLiveView;

impl<O: HasLiveView> Server<O> {
    /// Tells standard output that the server listens, and where.
    pub fn announce(&mut self) -> io::Result<()> {
        for address in self.addresses()? {
            let line = format!(
                "Listening on port {}: http://{}/\n",
                address.port(),
                reachable(address)
            );
            self.output.print(line.as_bytes());
        }
        Ok(())
    }

    /// The lines and the rows that are due, and what waits for a reader.
    pub(super) fn write_out(&mut self) {
        let context = self.table.context();
        let now = context.clock.now().monotonic;
        let is_due = |due: Option<Duration>| due.is_some_and(|due| due <= now);
        let (lines, rows) = (is_due(context.lines.due()), is_due(context.log.due()));
        if lines {
            self.print_lines();
        } else if self.output.is_waiting() {
            self.output.flush();
        }
        if self.diagnostics.is_waiting() {
            self.diagnostics.flush();
        }
        if rows {
            self.write_log();
        }
    }

    pub(super) fn print_lines(&mut self) {
        let context = self.table.context_mut();
        self.output.print(context.lines.as_bytes());
        context.lines.clear(context.clock.now().monotonic);
    }

    pub(super) fn write_log(&mut self) {
        let Some(file) = &mut self.log_file else {
            return;
        };
        let context = self.table.context_mut();
        let rows = context.log.take();
        if rows.is_empty() {
            return;
        }
        let warning = file.write(&rows, context.clock.now().monotonic);
        context.log.give_back(rows);
        // It may be another file than before, if the old one was deleted.
        context.documents.never_serve(file.identities());
        if let Some(warning) = warning {
            self.diagnose(&warning);
        }
    }

    pub(super) fn log_summary(&mut self) {
        let lost = self.log_file.as_ref().map_or(0, LogFile::lost_since_start);
        let mut line = format!(
            "stopped after {} connections ({}) and {} responses",
            self.table.accepted(),
            self.table.closed(),
            self.table.context().log.recorded()
        );
        // Writing to a String can't fail.
        if lost > 0 {
            let _ = write!(line, "; {lost} log rows lost");
        }
        if self.output.untaken() > 0 {
            let _ = write!(line, "; {} lines of output lost", self.output.untaken());
        }
        self.diagnose(&line);
    }
}

/// The address to type into a browser: "all addresses" is none.
fn reachable(address: SocketAddr) -> SocketAddr {
    let mut address = SocketAddr::new(address.ip().to_canonical(), address.port());
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_to_type() {
        let table = [
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("0.0.0.0:1", "127.0.0.1:1"),
            ("[::]:1", "[::1]:1"),
            ("[::ffff:10.0.0.1]:1", "10.0.0.1:1"),
        ];
        for (address, expected) in table {
            assert_eq!(reachable(address.parse().unwrap()).to_string(), expected);
        }
    }
}
