//! `--trace`: the loop tells what it does, in words, on standard error.

use std::collections::HashMap;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use super::chrome_trace::name;
use super::sentence;
use crate::events::deadline::Deadline;
use crate::events::event::Event;
use crate::events::id::ConnectionId;
use crate::events::state::StateName;
use crate::os::console::Console;

/// Said first.
const LEGEND: &str = "millpond: trace: seconds since the start; 3#7 is the connection with \
                      serial number 7, in slot 3\n";

/// Lines go out when so many bytes of them wait, or when the loop sleeps.
const BATCH: usize = 16 * 1024;

/// A narration.
#[derive(Debug)]
pub struct Trace {
    console: Console,
    colours: Colours,
    /// How long the loop stands still after each line.
    pause: Duration,
    lines: String,
    open: HashMap<ConnectionId, Known>,
}

/// Whether lines are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Colours {
    On,
    Off,
}

/// What is known of a connection, to say what it waits for.
#[derive(Debug)]
struct Known {
    state: StateName,
    deadline: (Deadline, Duration),
    is_queued: bool,
}

impl Trace {
    /// Begins to narrate. After each line the loop stands still for `pause`.
    pub fn start(pause: Duration) -> io::Result<Self> {
        let mut console = Console::standard_error()?;
        console.print(LEGEND.as_bytes());
        Ok(Self {
            console,
            colours: colours(),
            pause,
            lines: String::new(),
            open: HashMap::new(),
        })
    }

    /// Tells of one event.
    pub fn on_event(
        &mut self,
        at: Duration,
        id: Option<ConnectionId>,
        event: Event,
        request: &str,
    ) {
        let sentence = sentence::sentence(event, request).or_else(|| self.waiting(at, id?));
        if let Some(id) = id {
            self.remember(at, id, event);
        }
        if let Some(sentence) = sentence {
            self.tell(at, id, colour_of(event), &sentence);
        }
        if matches!(event, Event::PollBegins(_)) {
            self.print();
        }
    }

    fn waiting(&self, at: Duration, id: ConnectionId) -> Option<String> {
        let known = self.open.get(&id).filter(|known| !known.is_queued)?;
        let (deadline, due) = known.deadline;
        Some(sentence::waiting(
            known.state,
            deadline,
            due.saturating_sub(at),
        ))
    }

    fn remember(&mut self, at: Duration, id: ConnectionId, event: Event) {
        if let Event::Accepted(_) = event {
            let known = Known {
                state: StateName::Reading,
                deadline: (Deadline::FirstByte, at),
                is_queued: false,
            };
            self.open.insert(id, known);
        }
        let Some(known) = self.open.get_mut(&id) else {
            return;
        };
        match event {
            Event::Changed(_, to) => known.state = to,
            Event::DeadlineSet(deadline, left) => known.deadline = (deadline, at + left),
            Event::Queued(_) => known.is_queued = true,
            Event::WorkBegins(_) => known.is_queued = false,
            Event::Closed(_) => {
                self.open.remove(&id);
            }
            _ => {}
        }
    }

    fn tell(&mut self, at: Duration, id: Option<ConnectionId>, colour: &str, sentence: &str) {
        use std::fmt::Write as _;
        let time = at.as_secs_f64();
        let who = id.map_or(String::new(), |id| format!("  {} ", name(id)));
        let (on, off) = match self.colours {
            Colours::On => (colour, "\x1b[0m"),
            Colours::Off => ("", ""),
        };
        // Writing to a String can't fail.
        let _ = writeln!(self.lines, "{time:>11.6}  {who}{on}{sentence}{off}");
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
    /// What was said last, also before a panic; and how much nobody read.
    fn drop(&mut self) {
        self.print();
        let lost = self.console.untaken();
        if lost > 0 {
            let line = format!("millpond: {lost} lines of the trace were lost\n");
            self.console.print(line.as_bytes());
        }
    }
}

/// Only for a terminal, and not where the user asks for none (no-color.org).
fn colours() -> Colours {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_none_or(|value| value == "dumb");
    if io::stderr().is_terminal() && !is_set("NO_COLOR") && !is_dumb {
        Colours::On
    } else {
        Colours::Off
    }
}

/// The terminal's sequence for this kind of event: the loop dim, states bold, input and output in
/// colours of their own, ends red.
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
