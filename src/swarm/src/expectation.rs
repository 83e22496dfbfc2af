//! Expectations about a run, as in `survive@9s>=99.9%`: their grammar, and when they are met.
//!
//! ```text
//! expectation = figure operator value
//! figure      = "survive" [ "." behaviour ] "@" duration   share of connections that reach this age
//!             | timed "-p" percentile                      connect-p50, first-p99, probe-p99.9
//!             | outcome                                     refused, reset, closed, alive …
//!             | "lost" | "late-lost" | "closed-early"      requests, requests, connections
//!             | "bytes-per-connection"                     the server's private memory
//! operator    = "<" | "<=" | "==" | ">=" | ">"
//! value       = number "%" | duration | number
//! ```

use std::time::Duration;

use crate::behaviour::Behaviour;
use crate::latency::Timed;
use crate::outcome::Outcome;

/// A figure of the summary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// The share of all connections, or of those of one behaviour, that reached this age.
    Survival(Option<Behaviour>, Duration),
    /// A percentile of a latency, in seconds.
    Latency(Timed, f64),
    /// How many connections had this outcome.
    Outcome(Outcome),
    /// How many requests were lost.
    Lost,
    /// How many requests were lost although they were sent within the promised idle time.
    LateLost,
    /// How many connections the server closed within the promised idle time.
    ClosedEarly,
    /// The growth of the server's private memory per connection.
    BytesPerConnection,
}

/// How a figure is compared with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `==`
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    More,
}

/// An expectation about one figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// As it was typed.
    pub text: String,
    /// The figure that is compared.
    pub figure: Figure,
    comparison: Comparison,
    value: f64,
}

/// 99.9 / 100 is a little more than 0.999 as an `f64`, so values this close count as equal. It is
/// far below one in a million connections, and below a microsecond.
const ROUNDING: f64 = 1e-9;

/// An operator comes before those that are a prefix of it.
const OPERATORS: [(&str, Comparison); 5] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("==", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::More),
];

impl Expectation {
    /// Parses an expectation. The error message says what is wrong, and what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (left, comparison, right) = OPERATORS
            .iter()
            .find_map(|&(operator, comparison)| {
                let (left, right) = text.split_once(operator)?;
                Some((left.trim(), comparison, right.trim()))
            })
            .ok_or("no comparison; write one such as survive@9s>=99.9%")?;
        let figure = Figure::parse(left)?;
        let value = figure.parse_value(right)?;
        Ok(Self {
            text: text.to_owned(),
            figure,
            comparison,
            value,
        })
    }

    /// Whether the figure that was found is as expected. A figure that is unknown never is.
    pub fn is_met_by(&self, found: Option<f64>) -> bool {
        found.is_some_and(|found| match self.comparison {
            Comparison::Less => found < self.value - ROUNDING,
            Comparison::AtMost => found <= self.value + ROUNDING,
            Comparison::Equal => (found - self.value).abs() <= ROUNDING,
            Comparison::AtLeast => found >= self.value - ROUNDING,
            Comparison::More => found > self.value + ROUNDING,
        })
    }
}

impl Figure {
    fn parse(text: &str) -> Result<Self, String> {
        let plain = match text {
            "lost" => Some(Self::Lost),
            "late-lost" => Some(Self::LateLost),
            "closed-early" => Some(Self::ClosedEarly),
            "bytes-per-connection" => Some(Self::BytesPerConnection),
            name => Outcome::named(name).map(Self::Outcome),
        };
        plain
            .map(Ok)
            .or_else(|| parse_survival(text))
            .or_else(|| parse_latency(text).map(Ok))
            .unwrap_or_else(|| {
                Err(format!(
                    "no figure is called '{text}'; there are survive@9s, survive.idle@9s, \
                     connect-p99, first-p99, further-p99, probe-p99, lost, late-lost, \
                     closed-early, bytes-per-connection and {}",
                    Outcome::ALL.map(Outcome::name).join(", ")
                ))
            })
    }

    /// Parses a value into the unit of the figure: a share from 0 to 1, seconds, or a count.
    fn parse_value(self, text: &str) -> Result<f64, String> {
        match self {
            Self::Survival(..) => text
                .strip_suffix('%')
                .and_then(|number| number.trim().parse::<f64>().ok())
                .filter(|percent| (0.0..=100.0).contains(percent))
                .map(|percent| percent / 100.0)
                .ok_or_else(|| format!("'{text}' is no share; write one such as 99.9%")),
            Self::Latency(..) => humantime::parse_duration(text)
                .map(|duration| duration.as_secs_f64())
                .map_err(|_| format!("'{text}' is no time; write one such as 50ms")),
            _ => text
                .parse::<f64>()
                .ok()
                .filter(|number| *number >= 0.0)
                .ok_or_else(|| format!("'{text}' is no number")),
        }
    }

    /// Formats a value of this figure for people.
    pub fn show(self, value: f64) -> String {
        match self {
            // Rounded down: 99.96 % must not look like the 100.0 % that it is not.
            Self::Survival(..) => format!("{:.3} %", ((value + ROUNDING) * 1e5).floor() / 1e3),
            Self::Latency(..) => format!("{:.3} ms", value * 1e3),
            Self::BytesPerConnection => format!("{value:.1}"),
            _ => format!("{value:.0}"),
        }
    }
}

/// Parses `survive@9s` or `survive.idle@9s`; `None` if the text is not of this form at all.
fn parse_survival(text: &str) -> Option<Result<Figure, String>> {
    let (name, age) = text.split_once('@')?;
    let behaviour = match name.strip_prefix("survive")? {
        "" => None,
        dotted => Some(Behaviour::named(dotted.strip_prefix('.')?)?),
    };
    let age = humantime::parse_duration(age)
        .map_err(|_| format!("'{age}' is no age; write one with its unit, as in survive@9s"));
    Some(age.map(|age| Figure::Survival(behaviour, age)))
}

fn parse_latency(text: &str) -> Option<Figure> {
    let (name, percentile) = text.split_once("-p")?;
    let timed = Timed::ALL.into_iter().find(|timed| timed.name() == name)?;
    let percentile = percentile.parse().ok()?;
    let is_percentile = (0.0..=100.0).contains(&percentile);
    is_percentile.then_some(Figure::Latency(timed, percentile))
}

#[cfg(test)]
mod tests;
