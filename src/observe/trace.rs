//! `--trace`: a sentence for each event, on standard error.

use std::collections::HashMap;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use super::sentence::{connection_name, sentence, waiting};
use crate::events::deadline::Deadline;
use crate::events::event::Event;
use crate::events::id::ConnectionId;
use crate::events::state::StateName;
use crate::os::console::Console;

/// The first line.
const LEGEND: &str = "millpond: trace: seconds since the start; 3#7 is the connection with \
                      serial number 7, in slot 3\n";

/// Lines are printed when this many bytes wait, or before the loop sleeps.
const BATCH: usize = 16 * 1024;

/// Prints the trace.
#[derive(Debug)]
pub(super) struct Trace {
    console: Console,
    is_coloured: bool,
    /// How long the loop stands still after each line.
    pause: Duration,
    lines: String,
    open: HashMap<ConnectionId, WaitState>,
}

/// What [`waiting`] has to know of a connection.
#[derive(Debug)]
struct WaitState {
    state: StateName,
    /// The deadline, and when it passes.
    deadline: (Deadline, Duration),
    is_queued: bool,
}

impl Trace {
    /// Prints the first line. After each further line the loop stands still for `pause`.
    pub(super) fn start(pause: Duration) -> io::Result<Self> {
        let mut console = Console::standard_error()?;
        console.print(LEGEND.as_bytes());
        Ok(Self {
            console,
            is_coloured: is_coloured(),
            pause,
            lines: String::new(),
            open: HashMap::new(),
        })
    }

    pub(super) fn on_event(
        &mut self,
        at: Duration,
        id: Option<ConnectionId>,
        event: Event,
        request: &str,
    ) {
        let sentence = sentence(event, request).or_else(|| self.waiting(at, id?));
        if let Some(id) = id {
            self.remember(at, id, event);
        }
        if let Some(sentence) = sentence {
            self.append(at, id, colour_of(event), &sentence);
        }
        if matches!(event, Event::PollBegins(_)) {
            self.print();
        }
    }

    fn waiting(&self, at: Duration, id: ConnectionId) -> Option<String> {
        let connection = self
            .open
            .get(&id)
            .filter(|connection| !connection.is_queued)?;
        let (deadline, due) = connection.deadline;
        Some(waiting(connection.state, deadline, due.saturating_sub(at)))
    }

    fn remember(&mut self, at: Duration, id: ConnectionId, event: Event) {
        if let Event::Accepted(_) = event {
            let connection = WaitState {
                state: StateName::Reading,
                deadline: (Deadline::FirstByte, at),
                is_queued: false,
            };
            self.open.insert(id, connection);
        }
        let Some(connection) = self.open.get_mut(&id) else {
            return;
        };
        match event {
            Event::Changed(_, to) => connection.state = to,
            Event::DeadlineSet(deadline, left) => connection.deadline = (deadline, at + left),
            Event::Queued(_) => connection.is_queued = true,
            Event::WorkBegins(_) => connection.is_queued = false,
            Event::Closed(_) => {
                self.open.remove(&id);
            }
            _ => {}
        }
    }

    fn append(&mut self, at: Duration, id: Option<ConnectionId>, colour: &str, sentence: &str) {
        use std::fmt::Write as _;
        let time = at.as_secs_f64();
        let subject = id.map_or(String::new(), |id| format!("  {} ", connection_name(id)));
        let (on, off) = if self.is_coloured {
            (colour, "\x1b[0m")
        } else {
            ("", "")
        };
        // Writing to a String can't fail.
        let _ = writeln!(self.lines, "{time:>11.6}  {subject}{on}{sentence}{off}");
        if !self.pause.is_zero() {
            self.print();
            std::thread::sleep(self.pause);
        } else if self.lines.len() >= BATCH {
            self.print();
        }
    }

    fn print(&mut self) {
        self.console.print(self.lines.as_bytes());
        self.lines.clear();
    }
}

impl Drop for Trace {
    /// Prints the last lines, also when a panic unwinds, and how many lines no reader took.
    fn drop(&mut self) {
        self.print();
        let lost = self.console.untaken();
        if lost > 0 {
            let line = format!("millpond: {lost} lines of the trace were lost\n");
            self.console.print(line.as_bytes());
        }
    }
}

/// Colours are only for a terminal, and only if the user does not refuse them (no-color.org).
fn is_coloured() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_none_or(|value| value == "dumb");
    io::stderr().is_terminal() && !is_set("NO_COLOR") && !is_dumb
}

/// The terminal's sequence for this kind of event: the loop dim, states bold, input cyan, output
/// green, waiting yellow, ends red.
fn colour_of(event: Event) -> &'static str {
    match event {
        Event::PollBegins(_) | Event::TurnBegins(..) | Event::TurnEnds(_) => "\x1b[2m",
        Event::Accepted(_) | Event::Changed(..) => "\x1b[1m",
        Event::Read(_) => "\x1b[36m",
        Event::Wrote(_) | Event::Responds(..) | Event::Logged(..) => "\x1b[32m",
        Event::WouldBlock(_) | Event::WorkEnds | Event::Queued(_) => "\x1b[33m",
        Event::Closed(_) | Event::DeadlinePassed(_) => "\x1b[31m",
        _ => "",
    }
}
