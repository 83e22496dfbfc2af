//! The page's tables: the numbers behind the plots.

use std::fmt::{Display, Write as _};

use super::{Report, escaped, grouped};
use crate::outcome::Outcome;
use crate::report::requests::RequestRow;

// Writing to a String can't fail.
impl Report {
    pub(super) fn tables(&self, page: &mut String) {
        self.outcomes_table(page);
        self.requests_table(page);
        self.latency_table(page);
        self.memory_table(page);
    }

    fn outcomes_table(&self, page: &mut String) {
        let occurring = |outcome: &Outcome| self.connections.outcomes.of(*outcome) > 0;
        let outcomes: Vec<Outcome> = Outcome::ALL.into_iter().filter(occurring).collect();
        page.push_str("<h2>How connections ended</h2>\n");
        begin(
            page,
            "behaviour",
            outcomes.iter().map(|outcome| outcome.name()),
        );
        for row in &self.behaviours {
            let counts = outcomes
                .iter()
                .map(|outcome| grouped(row.outcomes.of(*outcome)));
            write_row(page, row.behaviour, counts);
        }
        let counts = outcomes
            .iter()
            .map(|e| grouped(self.connections.outcomes.of(*e)));
        write_row(page, "all", counts);
        end(page);
        page.push_str("<p class=\"note\">");
        for outcome in outcomes {
            let _ = write!(page, "<b>{}</b>: {}. ", outcome.name(), outcome.meaning());
        }
        let early = self.connections.closed_early;
        if early > 0 {
            let _ = write!(
                page,
                "{} were closed within the idle time that the server had promised. ",
                grouped(early)
            );
        }
        if let Some(error) = &self.connections.first_failure {
            let _ = write!(page, "The first error was: {}.", escaped(error));
        }
        page.push_str("</p>\n");
    }

    fn requests_table(&self, page: &mut String) {
        page.push_str("<h2>What became of requests</h2>\n");
        begin(page, "requests", ["asked", "answered", "lost", "under way"]);
        let mut row = |name: &str, row: &RequestRow| {
            let counts = [row.asked, row.answered, row.lost, row.under_way];
            if row.asked > 0 {
                write_row(page, name, counts.map(grouped));
            }
        };
        for behaviour in &self.behaviours {
            row(behaviour.behaviour, &behaviour.requests);
        }
        row("all", &self.requests);
        row("of these: probes", &self.probes.requests);
        row("late, within the idle time", &self.late.within_idle_time);
        row("late, after it", &self.late.after_idle_time);
        end(page);
    }

    fn latency_table(&self, page: &mut String) {
        let Some(first) = self.latency.first() else {
            return;
        };
        page.push_str("<h2>Latency in milliseconds</h2>\n");
        let names = first.percentiles.iter().map(|p| format!("{} %", p.percent));
        begin(page, "of", std::iter::once("count".to_owned()).chain(names));
        for latency in &self.latency {
            let times = latency.percentiles.iter().map(|p| format!("{:.3}", p.ms));
            write_row(
                page,
                latency.of,
                std::iter::once(grouped(latency.count)).chain(times),
            );
        }
        end(page);
    }

    fn memory_table(&self, page: &mut String) {
        let Some(memory) = &self.server_memory else {
            return;
        };
        page.push_str("<h2>The server\u{2019}s memory</h2>\n");
        begin(page, "connections", ["private, KiB", "proportional, KiB"]);
        for reading in [&memory.before, &memory.after] {
            let sizes = [reading.private / 1024, reading.proportional / 1024];
            write_row(page, &grouped(reading.connections), sizes.map(grouped));
        }
        let each = |bytes: Option<f64>| bytes.map_or(String::new(), |bytes| format!("{bytes:.1}"));
        let bytes = [
            memory.private_per_connection,
            memory.proportional_per_connection,
        ];
        write_row(page, "bytes for each connection", bytes.map(each));
        end(page);
    }
}

fn begin(page: &mut String, first: &str, others: impl IntoIterator<Item = impl Display>) {
    let _ = write!(page, "<div class=\"table\"><table>\n<tr><th>{first}</th>");
    for other in others {
        let _ = write!(page, "<th>{other}</th>");
    }
    page.push_str("</tr>\n");
}

fn write_row(page: &mut String, name: &str, cells: impl IntoIterator<Item = String>) {
    let _ = write!(page, "<tr><th>{name}</th>");
    for cell in cells {
        let _ = write!(page, "<td>{cell}</td>");
    }
    page.push_str("</tr>\n");
}

fn end(page: &mut String) {
    page.push_str("</table></div>\n");
}
