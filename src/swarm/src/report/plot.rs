//! A plot as inline SVG: lines or steps over two axes. Colours and fonts come from the page's style.

mod axis;

use std::fmt::Write as _;

pub(super) use self::axis::{Axis, Scale};

/// The size of the drawing, in the units of its view box; the page scales it.
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 300.0;

/// Margins for the axes' labels.
const LEFT: f64 = 62.0;
const RIGHT: f64 = 28.0;
const TOP: f64 = 22.0;
const BOTTOM: f64 = 48.0;

/// How consecutive points are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// By a straight line.
    Line,
    /// By a horizontal line from the first, then a vertical one to the next.
    Steps,
}

/// One line of a plot. Its number chooses its colour.
pub(super) struct Series<'a> {
    pub(super) name: &'a str,
    pub(super) colour: usize,
    pub(super) shape: Shape,
    pub(super) points: Vec<(f64, f64)>,
}

/// One or several series over two axes.
pub(super) struct Plot<'a> {
    /// The text alternative for screen readers.
    pub(super) description: &'a str,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) series: Vec<Series<'a>>,
    /// A vertical line at a value of the horizontal axis, and its label.
    pub(super) mark: Option<(f64, &'a str)>,
}

// Writing to a String can't fail.
impl Plot<'_> {
    /// The plot as an SVG element, and a legend if there is more than one series.
    pub(super) fn to_svg(&self) -> String {
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">\n",
            self.description
        );
        self.horizontal(&mut svg);
        self.vertical(&mut svg);
        self.marked(&mut svg);
        for series in &self.series {
            let _ = writeln!(
                svg,
                "<path class=\"line c{}\" d=\"{}\"/>",
                series.colour,
                self.path(series)
            );
        }
        svg.push_str("</svg>\n");
        self.legend(&mut svg);
        svg
    }

    fn x_of(&self, value: f64) -> f64 {
        LEFT + self.x.part(value) * (WIDTH - LEFT - RIGHT)
    }

    fn y_of(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - self.y.part(value) * (HEIGHT - TOP - BOTTOM)
    }

    fn path(&self, series: &Series) -> String {
        let mut path = String::new();
        for (index, &(x, y)) in series.points.iter().enumerate() {
            let (x, y) = (self.x_of(x), self.y_of(y));
            let _ = match (index, series.shape) {
                (0, _) => write!(path, "M{x:.1} {y:.1}"),
                (_, Shape::Line) => write!(path, "L{x:.1} {y:.1}"),
                (_, Shape::Steps) => write!(path, "H{x:.1}V{y:.1}"),
            };
        }
        path
    }

    fn horizontal(&self, svg: &mut String) {
        let foot = HEIGHT - BOTTOM;
        for (value, label) in self.x.ticks() {
            let x = self.x_of(value);
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
                foot + 17.0
            );
        }
        let _ = writeln!(
            svg,
            "<text class=\"label\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            f64::midpoint(LEFT, WIDTH - RIGHT),
            HEIGHT - 8.0,
            self.x.label
        );
    }

    fn vertical(&self, svg: &mut String) {
        for (value, label) in self.y.ticks() {
            let y = self.y_of(value);
            let _ = writeln!(
                svg,
                "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\" \
                 text-anchor=\"end\">{label}</text>",
                WIDTH - RIGHT,
                LEFT - 7.0,
                y + 4.0
            );
        }
        let middle = f64::midpoint(TOP, HEIGHT - BOTTOM);
        let _ = writeln!(
            svg,
            "<text class=\"label\" transform=\"translate(13 {middle:.1}) rotate(-90)\" \
             text-anchor=\"middle\">{}</text>",
            self.y.label
        );
    }

    fn marked(&self, svg: &mut String) {
        let Some((value, meaning)) = self.mark else {
            return;
        };
        let x = self.x_of(value);
        let _ = writeln!(
            svg,
            "<path class=\"mark\" d=\"M{x:.1} 6V{:.1}\"/><text class=\"label\" x=\"{:.1}\" \
             y=\"{:.1}\">{meaning}</text>",
            HEIGHT - BOTTOM,
            x + 5.0,
            TOP - 8.0
        );
    }

    fn legend(&self, svg: &mut String) {
        if self.series.len() < 2 {
            return;
        }
        svg.push_str("<p class=\"legend\">");
        for series in &self.series {
            let _ = write!(
                svg,
                "<span><i class=\"c{}\"></i>{}</span> ",
                series.colour, series.name
            );
        }
        svg.push_str("</p>\n");
    }
}
