//! An axis: the position of a value on it, and which values are labelled.

/// About how many labels an axis has.
const TICKS: f64 = 6.0;

/// How values are spread over an axis.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) enum Scale {
    /// Evenly, with a number at every round value.
    Linear,
    /// By their order of magnitude, with a number at every power of ten.
    Logarithmic,
    /// One place for each of these names, numbered from 0.
    Named(Vec<String>),
}

/// The range of values that one dimension of a plot shows.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Axis {
    pub(in crate::report) label: String,
    scale: Scale,
    from: f64,
    to: f64,
}

impl Axis {
    /// An axis that covers all these values. A linear one begins at 0 unless some are below.
    pub(in crate::report) fn around(
        label: &str,
        scale: Scale,
        values: impl Iterator<Item = f64>,
    ) -> Self {
        let (least, most) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), value| {
            (a.min(value), b.max(value))
        });
        let (from, to) = match &scale {
            // Nothing at all, or nothing but zero.
            _ if least > most => (0.0, 1.0),
            Scale::Linear if least >= 0.0 => (0.0, if most > 0.0 { most } else { 1.0 }),
            Scale::Linear => (least, most.max(0.0)),
            Scale::Logarithmic => power_below(least, most),
            Scale::Named(names) => (
                0.0,
                f64::from(u32::try_from(names.len()).unwrap_or(1)) - 1.0,
            ),
        };
        Self {
            label: label.to_owned(),
            scale,
            from,
            to,
        }
    }

    /// The position of a value on the axis, from 0 to 1.
    pub(super) fn part(&self, value: f64) -> f64 {
        let part = match self.scale {
            Scale::Logarithmic => (value / self.from).ln() / (self.to / self.from).ln(),
            Scale::Linear | Scale::Named(_) => (value - self.from) / (self.to - self.from),
        };
        if part.is_finite() {
            part.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// The values that are labelled, and their labels.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        match &self.scale {
            Scale::Linear => multiples(self.from, self.to),
            Scale::Logarithmic => {
                let powers = std::iter::successors(Some(self.from), |value| Some(value * 10.0));
                powers
                    .take_while(|value| *value <= self.to * 1.001)
                    .map(|value| (value, tidy(value)))
                    .collect()
            }
            Scale::Named(names) => (0_u32..)
                .map(f64::from)
                .zip(names.iter().cloned())
                .collect(),
        }
    }
}

/// The powers of ten between which these values lie.
fn power_below(least: f64, most: f64) -> (f64, f64) {
    let least = least.max(1e-6);
    let (from, to) = (least.log10().floor(), most.max(least).log10().ceil());
    (10_f64.powf(from), 10_f64.powf(to.max(from + 1.0)))
}

/// The multiples of 1, 2 or 5 times a power of ten that make about [`TICKS`] labels.
fn multiples(from: f64, to: f64) -> Vec<(f64, String)> {
    let rough = (to - from) / TICKS;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * power);
    let first = (from / step).ceil();
    (0_u32..100)
        .map(|index| (first + f64::from(index)) * step)
        .take_while(|value| *value <= to + step * 1e-6)
        .map(|value| (value, tidy(value)))
        .collect()
}

/// Formats a number with no more digits than it needs.
fn tidy(value: f64) -> String {
    let (value, unit) = match value.abs() {
        size if size >= 1e6 => (value / 1e6, "M"),
        size if size >= 1e4 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{}{unit}", if text == "-0" { "0" } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, values: &[f64]) -> String {
        let axis = Axis::around("", scale, values.iter().copied());
        let labels: Vec<String> = axis.ticks().into_iter().map(|(_, label)| label).collect();
        labels.join(" ")
    }

    #[test]
    fn round_values_are_labelled() {
        let table = [
            (Scale::Linear, &[3.0, 100.0][..], "0 20 40 60 80 100"),
            (Scale::Linear, &[0.0, 1.0], "0 0.2 0.4 0.6 0.8 1"),
            (Scale::Linear, &[-1000.0, 1000.0], "-1000 -500 0 500 1000"),
            (Scale::Linear, &[50_000.0], "0 10k 20k 30k 40k 50k"),
            (Scale::Linear, &[], "0 0.2 0.4 0.6 0.8 1"),
            (Scale::Linear, &[0.0], "0 0.2 0.4 0.6 0.8 1"),
            (Scale::Logarithmic, &[0.02, 30.0], "0.01 0.1 1 10 100"),
            (Scale::Logarithmic, &[1.0], "1 10"),
        ];
        for (scale, values, expected) in table {
            assert_eq!(labels(scale, values), expected, "{values:?}");
        }
    }

    #[test]
    fn a_value_lies_on_its_axis_in_proportion() {
        let linear = Axis::around("", Scale::Linear, [0.0, 200.0].into_iter());
        assert!((linear.part(50.0) - 0.25).abs() < 1e-9);
        let logarithmic = Axis::around("", Scale::Logarithmic, [0.1, 1000.0].into_iter());
        assert!((logarithmic.part(1.0) - 0.25).abs() < 1e-9);
        assert!(logarithmic.part(0.0).abs() < 1e-9);
        let one_name = Axis::around("", Scale::Named(vec!["a".to_owned()]), [0.0].into_iter());
        assert!(one_name.part(0.0).abs() < 1e-9);
    }
}
