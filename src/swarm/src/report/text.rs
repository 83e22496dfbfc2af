//! The report as text, for a terminal.

use std::fmt::Write as _;

use super::Report;
use super::connections::Point;
use super::requests::RequestRow;
use super::times::{Latency, Percentile};
use crate::outcome::Outcome;

/// The ages at which the text shows survival; the page has the whole curve.
const AGES: [f64; 16] = [
    0.0, 1.0, 2.0, 5.0, 9.0, 10.0, 11.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0,
    3600.0,
];

// Writing to a String can't fail.
impl Report {
    /// The report as text, over several lines.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.head(&mut text);
        self.outcomes(&mut text);
        self.survival(&mut text);
        self.requests(&mut text);
        self.latencies(&mut text);
        self.memory(&mut text);
        self.check_results(&mut text);
        text
    }

    fn head(&self, text: &mut String) {
        let settings = &self.settings;
        let ramp = self
            .ramp_seconds
            .map_or("unfinished".to_owned(), |seconds| format!("{seconds:.1} s"));
        let how = match self.finish {
            "stopped" => "; stopped by a signal, so this is how far it came",
            "nobody-left" => "; ended when no connection was left",
            _ => "",
        };
        let _ = writeln!(
            text,
            "{}: {} connections, {}\nramp {ramp}, {:.1} s in all{how}",
            self.target, settings.connections, settings.mix, self.seconds,
        );
    }

    fn outcomes(&self, text: &mut String) {
        let connections = &self.connections;
        let _ = writeln!(text, "\nconnections");
        for outcome in Outcome::ALL {
            let count = connections.outcomes.of(outcome);
            if count > 0 {
                let share = percent(count, connections.total);
                let _ = writeln!(text, "  {:<40} {count:>9}  {share:>9}", outcome.meaning());
            }
        }
        if connections.closed_early > 0 {
            let _ = writeln!(
                text,
                "  {} of them closed within the idle time that the server had promised",
                connections.closed_early
            );
        }
        if let Some(error) = &connections.first_failure {
            let _ = writeln!(text, "  the first error: {error}");
        }
    }

    fn survival(&self, text: &mut String) {
        let last = self.survival.last().map_or(0.0, |point| point.seconds);
        let ages: Vec<f64> = AGES.into_iter().filter(|age| *age <= last).collect();
        let _ = write!(text, "\nsurvival, in % of those tried\n  age in seconds");
        for age in &ages {
            let _ = write!(text, " {age:>7}");
        }
        let mut row = |name: &str, curve: &[Point]| {
            let _ = write!(text, "\n  {name:<14}");
            for age in &ages {
                let _ = write!(text, " {:>7}", share_at(curve, *age));
            }
        };
        row("all", &self.survival);
        if self.behaviours.len() > 1 {
            for behaviour in &self.behaviours {
                row(behaviour.behaviour, &behaviour.survival);
            }
        }
        text.push('\n');
    }

    fn requests(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "\nrequests                   asked  answered      lost  under way"
        );
        let mut row = |name: &str, row: &RequestRow| {
            if row.asked > 0 {
                let _ = writeln!(
                    text,
                    "  {name:<20} {:>9} {:>9} {:>9}  {:>9}",
                    row.asked, row.answered, row.lost, row.under_way
                );
            }
        };
        row("all", &self.requests);
        if self.behaviours.len() > 1 {
            for behaviour in &self.behaviours {
                row(behaviour.behaviour, &behaviour.requests);
            }
        }
        row("probes", &self.probes.requests);
        row("within the idle time", &self.late.within_idle_time);
        row("after the idle time", &self.late.after_idle_time);
        let probes = &self.probes;
        let missed = probes.planned.saturating_sub(probes.requests.asked);
        if missed > 0 {
            let _ = writeln!(
                text,
                "  {missed} of {} probes were not made: their connections had ended, or their time \
                 had not come",
                probes.planned
            );
        }
        let without = self.late.clients_without_idle_time;
        if without > 0 {
            let _ = writeln!(
                text,
                "  {without} late clients were promised no idle time; give one with --idle-time"
            );
        }
        let answers = &self.answers;
        let _ = writeln!(
            text,
            "  answers: {} of 2xx, {} of 3xx, {} of 4xx, {} of 5xx; {} of them unasked",
            answers.successful,
            answers.redirected,
            answers.client_errors,
            answers.server_errors,
            answers.unasked
        );
    }

    fn latencies(&self, text: &mut String) {
        let Some(first) = self.latency.first() else {
            return;
        };
        let _ = write!(text, "\nlatency in ms      count");
        for percentile in shown(first) {
            let _ = write!(text, " {:>9}", format!("p{}", percentile.percent));
        }
        text.push('\n');
        for latency in &self.latency {
            let _ = write!(text, "  {:<10} {:>11}", latency.of, latency.count);
            for percentile in shown(latency) {
                let _ = write!(text, " {:>9.3}", percentile.ms);
            }
            text.push('\n');
        }
    }

    fn memory(&self, text: &mut String) {
        let Some(memory) = &self.server_memory else {
            return;
        };
        let each = |bytes: Option<f64>| bytes.map_or("?".to_owned(), |bytes| format!("{bytes:.1}"));
        let _ = writeln!(
            text,
            "\nserver's memory (process {})\n  with {} and {} connections: private {} and {} KiB, \
             proportional {} and {} KiB\n  bytes for each connection: private {}, proportional {}",
            memory
                .processes
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
            memory.before.connections,
            memory.after.connections,
            memory.before.private / 1024,
            memory.after.private / 1024,
            memory.before.proportional / 1024,
            memory.after.proportional / 1024,
            each(memory.private_per_connection),
            each(memory.proportional_per_connection),
        );
    }

    fn check_results(&self, text: &mut String) {
        if self.expectations.is_empty() {
            return;
        }
        let _ = writeln!(text, "\nexpectations");
        for check in &self.expectations {
            let _ = writeln!(
                text,
                "  {:<8} {}: {}",
                if check.met { "met" } else { "NOT MET" },
                check.expected,
                check.found.as_deref().unwrap_or("not seen in this run")
            );
        }
    }
}

/// The percentiles that fit in a line: the median and those above it.
fn shown(latency: &Latency) -> impl Iterator<Item = &Percentile> {
    let of_median = |percentile: &&Percentile| percentile.percent >= 50.0;
    latency.percentiles.iter().filter(of_median)
}

/// The share that reached an age, in %, rounded down: 99.996 % must not look like 100 %.
fn share_at(curve: &[Point], age: f64) -> String {
    let point = curve.iter().rfind(|point| point.seconds <= age);
    let is_known = |last: &Point| age <= last.seconds || last.share <= 0.0;
    match point {
        Some(point) if curve.last().is_some_and(is_known) => {
            format!("{:.2}", (point.share * 1e4 + 1e-6).floor() / 1e2)
        }
        _ => "-".to_owned(),
    }
}

/// Counts are far below 2⁵³, from where on an `f64` would round them.
#[allow(clippy::cast_precision_loss)]
fn percent(part: u64, whole: u64) -> String {
    format!("{:.2} %", 100.0 * part as f64 / whole.max(1) as f64)
}
