//! The page's plots: survival, the run, latencies, late requests.

use std::fmt::Write as _;

use super::Report;
use crate::report::connections::Point;
use crate::report::plot::{Axis, Plot, Scale, Series, Shape};
use crate::report::requests::LateGroup;
use crate::report::times::TimelinePoint;

/// The colour for all connections together; behaviours have the colours after it.
const ALL: usize = 0;

impl Report {
    pub(super) fn plots(&self, page: &mut String) {
        section(
            page,
            "Survival",
            "The share of connections that reached an age. Those still alive are counted for as \
             long as they were seen (Kaplan\u{2013}Meier); those that were never established ended at \
             age 0.",
            &self.survival_plot(),
        );
        section(
            page,
            "The run",
            "How many connections were established and open, and how many had ended.",
            &self.run_plot(),
        );
        if !self.latency.is_empty() {
            section(
                page,
                "Latency",
                "Percentiles: so many per cent of all took no longer. <i>First</i> is the first \
                 request of a connection, <i>probe</i> one on a connection that had long been idle.",
                &self.latency_plot(),
            );
        }
        if !self.late.groups.is_empty() {
            section(
                page,
                "Late requests",
                "Requests sent at about the end of the idle time that the server had promised. \
                 One that is lost before that moment is a broken promise; after it, the client had \
                 to reckon with that.",
                &self.late_plot(),
            );
        }
    }

    fn survival_plot(&self) -> String {
        let mut series = vec![curve("all", ALL, &self.survival)];
        if self.behaviours.len() > 1 {
            for (index, row) in self.behaviours.iter().enumerate() {
                series.push(curve(row.behaviour, index + 1, &row.survival));
            }
        }
        Plot {
            description: "The share of connections alive, by their age",
            x: around("age in seconds", Scale::Linear, &series, |point| point.0),
            y: Axis::around("% alive", Scale::Linear, [0.0, 100.0].into_iter()),
            series,
            mark: None,
        }
        .to_svg()
    }

    fn run_plot(&self) -> String {
        let line = |name, colour, value: fn(&TimelinePoint) -> u64| Series {
            name,
            colour,
            shape: Shape::Line,
            points: self
                .timeline
                .iter()
                .map(|point| (point.seconds, number(value(point))))
                .collect(),
        };
        let series = vec![
            line("standing", 1, |point| point.standing),
            line("ended", 2, |point| point.ended),
        ];
        Plot {
            description: "Connections that were established and that had ended, by time",
            x: around("seconds since the start", Scale::Linear, &series, |point| {
                point.0
            }),
            y: around("connections", Scale::Linear, &series, |point| point.1),
            series,
            mark: None,
        }
        .to_svg()
    }

    fn latency_plot(&self) -> String {
        let names = |percent: f64| format!("{percent} %");
        let places = self.latency.first().map_or_else(Vec::new, |latency| {
            let percentiles = latency.percentiles.iter();
            percentiles
                .map(|percentile| names(percentile.percent))
                .collect()
        });
        let series: Vec<Series> = self
            .latency
            .iter()
            .enumerate()
            .map(|(index, latency)| Series {
                name: latency.of,
                colour: index + 1,
                shape: Shape::Line,
                points: (0_u32..)
                    .map(f64::from)
                    .zip(latency.percentiles.iter().map(|percentile| percentile.ms))
                    .collect(),
            })
            .collect();
        Plot {
            description: "Latencies by percentile",
            x: around("percentile", Scale::Named(places), &series, |point| point.0),
            y: around("milliseconds", Scale::Logarithmic, &series, |point| point.1),
            series,
            mark: None,
        }
        .to_svg()
    }

    fn late_plot(&self) -> String {
        let groups = &self.late.groups;
        let steps = |name, colour, value: fn(&LateGroup) -> u64| {
            let point = |group: &LateGroup| (f64::from(group.from_ms), number(value(group)));
            let end = groups
                .last()
                .map(|group| (f64::from(group.to_ms), number(value(group))));
            Series {
                name,
                colour,
                shape: Shape::Steps,
                points: groups.iter().map(point).chain(end).collect(),
            }
        };
        let series = vec![
            steps("answered", 1, |group| group.answered),
            steps("lost", 2, |group| group.lost),
        ];
        Plot {
            description: "Late requests that were answered and that were lost, by their time",
            x: around(
                "milliseconds after the end of the idle time",
                Scale::Linear,
                &series,
                |point| point.0,
            ),
            y: around("requests", Scale::Linear, &series, |point| point.1),
            series,
            mark: Some((0.0, "end of the idle time")),
        }
        .to_svg()
    }
}

fn section(page: &mut String, title: &str, caption: &str, svg: &str) {
    // Writing to a String can't fail.
    let _ = writeln!(
        page,
        "<section>\n<h2>{title}</h2>\n<figure>\n{svg}<figcaption>{caption}</figcaption>\n</figure>\n\
         </section>"
    );
}

fn curve<'a>(name: &'a str, colour: usize, points: &[Point]) -> Series<'a> {
    Series {
        name,
        colour,
        shape: Shape::Steps,
        points: points
            .iter()
            .map(|point| (point.seconds, 100.0 * point.share))
            .collect(),
    }
}

/// An axis that covers one coordinate of all points.
fn around(label: &str, scale: Scale, series: &[Series], of: fn(&(f64, f64)) -> f64) -> Axis {
    let points = series.iter().flat_map(|series| &series.points);
    Axis::around(label, scale, points.map(of))
}

/// Counts are far below 2⁵³, from where on an `f64` would round them.
#[allow(clippy::cast_precision_loss)]
fn number(count: u64) -> f64 {
    count as f64
}
