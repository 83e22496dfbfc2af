//! The table of transitions as a picture: the content comes from the table, the positions from
//! here.

use std::fmt::Write as _;

use millpond::events::state::{StateName, TRANSITIONS, Transition};

use crate::words;

pub(crate) const WIDTH: u32 = 700;
pub(crate) const HEIGHT: u32 = 790;

/// The distance between two lines of a label.
const LINE: u32 = 24;

const STYLE: &str = r#"  <style>
    .card { fill: #fbfcfa; stroke: #c3d2cf; }
    .box { fill: #e3eeeb; stroke: #1d5f6b; stroke-width: 2; }
    .calm { fill: #1d5f6b; stroke: #1d5f6b; stroke-width: 2; }
    .end { fill: none; stroke: #4f686d; stroke-width: 2; stroke-dasharray: 5 5; }
    .line { fill: none; stroke: #4a6b71; stroke-width: 2; }
    .tip { fill: #4a6b71; }
    .dot { fill: #9a6414; }
    text { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, P052, "Book Antiqua", Georgia, serif; font-size: 19.5px; fill: #2c454b; }
    .name { font-size: 27px; fill: #12333b; text-anchor: middle; }
    .sub { font-size: 17px; fill: #35555b; text-anchor: middle; }
    .on { fill: #ffffff; }
    .r { text-anchor: end; }
    .m { text-anchor: middle; }
    @media (prefers-color-scheme: dark) {
      .card { fill: #13292f; stroke: #29464d; }
      .box { fill: #1a3a42; stroke: #7dbcc2; }
      .calm { fill: #8ccbcf; stroke: #8ccbcf; }
      .end { stroke: #8fa9ac; }
      .line { stroke: #86a9ad; }
      .tip { fill: #86a9ad; }
      .dot { fill: #e8c27a; }
      text { fill: #c9dbdb; }
      .name { fill: #eef6f4; }
      .sub { fill: #bad0d0; }
      .on { fill: #0c2228; }
    }
  </style>
  <defs>
    <marker id="a" viewBox="0 0 12 12" refX="10.5" refY="6" markerWidth="12" markerHeight="12" markerUnits="userSpaceOnUse" orient="auto">
      <path class="tip" d="M0 .8 11.5 6 0 11.2 2.6 6z"/>
    </marker>
  </defs>
"#;

/// How a transition is drawn.
struct Route {
    path: &'static str,
    /// `r` and `m` align the label to its right end or its middle.
    class: &'static str,
    x: u32,
    y: u32,
    /// How many characters fit into a line.
    letters: usize,
}

const fn route(path: &'static str, class: &'static str, x: u32, y: u32, letters: usize) -> Route {
    Route {
        path,
        class,
        x,
        y,
        letters,
    }
}

fn route_of(transition: &Transition) -> Route {
    use StateName::{Closing, Idle, Reading, Responding};
    match (transition.from, transition.to) {
        (None, Some(Reading)) => route("M345 45V90", "", 362, 44, 20),
        (Some(Reading), Some(Responding)) => route("M308 166V306", "r", 296, 220, 17),
        (Some(Responding), Some(Reading)) => route("M382 310V170", "", 395, 253, 14),
        (Some(Responding), Some(Idle)) => route("M240 347H174", "m", 206, 407, 10),
        (Some(Responding), Some(Closing)) => route("M345 384V526", "", 358, 446, 14),
        (Some(Idle), Some(Reading)) => route("M92 310V148Q92 130 110 130H236", "m", 160, 117, 20),
        (Some(Reading), None) => route(
            "M450 130H652Q670 130 670 148V719Q670 737 652 737H434",
            "",
            466,
            156,
            21,
        ),
        (Some(Responding), None) => route("M450 347H670", "", 466, 373, 20),
        (Some(Idle), None) => route("M92 384V719Q92 737 110 737H256", "", 105, 644, 20),
        (Some(Closing), None) => route("M345 604V706", "", 358, 638, 21),
        _ => panic!("{transition:?} has no place in the picture yet: give it a route"),
    }
}

/// Breaks a label into lines at spaces.
fn lines(text: &str, letters: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().unwrap();
        if line.is_empty() {
            line.push_str(word);
        } else if line.len() + 1 + word.len() <= letters {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn draw_transition(transition: &Transition) -> String {
    let route = route_of(transition);
    // A line that joins another on its transition has no arrowhead of its own.
    let joins = (transition.from, transition.to) == (Some(StateName::Responding), None);
    let tip = if joins { "" } else { " marker-end=\"url(#a)\"" };
    let mut out = format!("  <path class=\"line\" d=\"{}\"{tip}/>\n", route.path);
    let class = match route.class {
        "" => String::new(),
        class => format!(" class=\"{class}\""),
    };
    for (index, line) in (0..).zip(lines(transition.when, route.letters)) {
        let (x, y) = (route.x, route.y + index * LINE);
        let text = format!("<text{class} x=\"{x}\" y=\"{y}\">{line}</text>");
        writeln!(out, "  {text}").unwrap();
    }
    out
}

fn state(state: StateName) -> String {
    let (class, on, x, y, width) = match state {
        StateName::Reading => ("box", "", 240, 94, 210),
        StateName::Responding => ("box", "", 240, 310, 210),
        StateName::Idle => ("calm", " on", 14, 310, 156),
        StateName::Closing => ("box", "", 240, 530, 210),
    };
    let middle = x + width / 2;
    format!(
        "  <rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"74\" rx=\"12\"/>\n  \
         <text class=\"name{on}\" x=\"{middle}\" y=\"{}\">{}</text>\n  \
         <text class=\"sub{on}\" x=\"{middle}\" y=\"{}\">waits for {}</text>\n",
        y + 32,
        state.name(),
        y + 57,
        state.waits_for()
    )
}

/// The whole picture.
pub(crate) fn draw() -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" aria-labelledby=\"t d\" lang=\"en\">\n  \
         <!-- Drawn from src/events/state.rs by tests/diagram -->\n  \
         <title id=\"t\">The states of one connection in millpond</title>\n  \
         <desc id=\"d\">{}</desc>\n{STYLE}",
        words::description()
    );
    let (width, height) = (WIDTH - 2, HEIGHT - 2);
    writeln!(
        out,
        "  <rect class=\"card\" x=\".75\" y=\".75\" width=\"{width}.5\" height=\"{height}.5\" \
         rx=\"14\" stroke-width=\"1.5\"/>\n  <circle class=\"dot\" cx=\"345\" cy=\"38\" r=\"7\"/>"
    )
    .unwrap();
    out.extend(TRANSITIONS.iter().map(draw_transition));
    out.extend(StateName::ALL.map(state));
    out.push_str(
        "  <rect class=\"end\" x=\"260\" y=\"710\" width=\"170\" height=\"54\" rx=\"27\"/>\n  \
         <text class=\"name\" x=\"345\" y=\"746\">closed</text>\n</svg>\n",
    );
    out
}
